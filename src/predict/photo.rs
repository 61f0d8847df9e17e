//! A photo of any size, upright, and squares cut from it.

use std::path::Path;

use crate::{
    data::{
        decode,
        format::Foreign,
        picture_size::PictureShape,
        resize::resize,
        sample::SkipReason,
        square::{RgbView, Square},
    },
    files::regular::{self, Unread},
    problem::{Kind, Problem},
    text::{LocalizedText, capital, say},
};

/// A decoded photo, turned upright.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    pub width: u32,
    pub height: u32,
    /// `height` x `width` x 3 bytes, RGB, row by row.
    pub rgb: Vec<u8>,
}

/// More pixels than any camera gives; refused before they are decoded.
const MOST_PIXELS: u64 = 250_000_000;
/// A file larger than this is not read: what so many pixels take at most, 8 bytes each.
const MOST_BYTES: u64 = MOST_PIXELS * 8;

impl Photo {
    /// Reads the photo in a file.
    ///
    /// # Errors
    /// As [`Photo::decode`], with the file's name, and a file that cannot be read.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        Self::decode_of(path, &read(path)?)
    }

    /// Decodes what was read from the file at `path`.
    pub(super) fn decode_of(path: &Path, bytes: &[u8]) -> Result<Self, Problem> {
        Self::decode(bytes).map_err(|problem| {
            let details = format!("{}: {}", path.display(), problem.details);
            problem.because(details)
        })
    }

    /// Decodes a picture as the data set's pictures are decoded: upright, transparent places white.
    ///
    /// # Errors
    /// Not a picture, damaged, or too large.
    pub fn decode(bytes: &[u8]) -> Result<Self, Problem> {
        let picture = decode::decode_up_to(bytes, "", MOST_PIXELS).map_err(|reason| match reason {
            SkipReason::TooLarge { width, height } => Problem::new(
                Kind::Picture,
                LocalizedText {
                    en: format!("The picture has {width} × {height} pixels, more than can be opened"),
                    fr: format!("L’image fait {width} × {height} pixels, plus qu’on ne peut ouvrir"),
                },
                say("Make it smaller first", "Réduisez-la d’abord"),
            ),
            SkipReason::Foreign { is } => foreign(is),
            SkipReason::Damaged { details } => Problem::new(
                Kind::Picture,
                say("This picture is damaged or cut short", "Cette image est abîmée ou tronquée"),
                say("Take another copy of it", "Prenez-en une autre copie"),
            )
            .because(details),
            reason @ SkipReason::Unsupported { .. } => {
                let is = reason.sentence();
                Problem::new(
                    Kind::Picture,
                    LocalizedText { en: format!("This is {}", is.en), fr: format!("C’est {}", is.fr) },
                    say("Save it as JPEG or PNG", "Enregistrez-la en JPEG ou PNG"),
                )
            }
            reason => unreadable(reason.sentence().en),
        })?;
        Self::new(picture.width, picture.height, picture.rgb)
    }

    /// A photo of pixels that are already decoded, such as the clipboard's.
    ///
    /// # Errors
    /// An empty picture, or a buffer that is not `height` x `width` x 3 bytes.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, Problem> {
        if width == 0 || height == 0 || rgb.len() as u64 != u64::from(width) * u64::from(height) * 3 {
            return Err(unreadable(format!("{width} × {height} pixels in {} bytes", rgb.len())));
        }
        Ok(Self { width, height, rgb })
    }

    /// Its pixels.
    pub fn view(&self) -> RgbView<'_> {
        RgbView { width: self.width, height: self.height, rgb: &self.rgb }
    }

    /// The largest square in the middle.
    pub fn middle(&self) -> Square {
        let side = f64::from(self.width.min(self.height));
        Square { left: (f64::from(self.width) - side) / 2.0, top: (f64::from(self.height) - side) / 2.0, side }
    }

    /// The whole photo made a square, as the data set's own pictures are read: side x side x 3 bytes.
    pub fn square(&self, PictureShape { side, resize }: PictureShape) -> Vec<u8> {
        let mut out = vec![0; side.bytes()];
        let done = resize.apply(self.view(), &mut out, side.pixels());
        debug_assert!(done.is_ok(), "sizes and buffers fit: {done:?}");
        out
    }

    /// What is evaluated of it: a square, or the whole photo, as side x side x 3 bytes.
    pub fn seen(&self, square: Option<Square>, shape: PictureShape) -> Vec<u8> {
        square.map_or_else(|| self.square(shape), |square| self.crop_to(square, shape.side.pixels()))
    }

    /// The photo no larger than `longest` on its longer side, for a screen, and its pixels for each pixel of that.
    pub fn small(&self, longest: u32) -> (Self, f32) {
        let longer = self.width.max(self.height);
        if longer <= longest {
            return (self.clone(), 1.0);
        }
        let scale = f64::from(longest) / f64::from(longer);
        let [width, height] = [self.width, self.height].map(|side| ((f64::from(side) * scale).round() as u32).max(1));
        let rgb = resize(&self.rgb, [self.width, self.height], [width, height]);
        (Self { width, height, rgb }, self.width as f32 / width as f32)
    }

    /// The square resized to `side` x `side` x 3 bytes.
    pub fn crop_to(&self, square: Square, side: usize) -> Vec<u8> {
        self.view().crop_to(square, side)
    }
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({} × {})", self.width, self.height)
    }
}

/// The content of a picture's file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    regular::read(path, MOST_BYTES).map_err(|unread| match unread {
        Unread::Failed(error) => Problem::io(path, &error),
        Unread::NotAFile => no_file(path),
        Unread::TooLarge(bytes) => unreadable(format!("{}: {bytes} bytes", path.display())),
    })
}

fn unreadable(details: impl ToString) -> Problem {
    Problem::new(
        Kind::Picture,
        say("This is not a picture that can be read", "Ce n’est pas une image lisible"),
        say("Take a JPEG, PNG, WebP, BMP, GIF or TIFF file", "Prenez un fichier JPEG, PNG, WebP, BMP, GIF ou TIFF"),
    )
    .because(details)
}

/// The picture is in a format that is known by name alone.
fn foreign(is: Foreign) -> Problem {
    let (name, remedy) = (is.name(), is.remedy());
    Problem::new(
        Kind::Picture,
        LocalizedText {
            en: format!("This is {}, which cannot be read here", name.en),
            fr: format!("C’est {}, un format qui n’est pas lu ici", name.fr),
        },
        LocalizedText { en: capital(remedy.en), fr: capital(remedy.fr) },
    )
}

fn no_file(path: &Path) -> Problem {
    let shown = path.display();
    let what = if path.is_dir() {
        LocalizedText { en: format!("{shown} is a folder, not a picture"), fr: format!("{shown} est un dossier, pas une image") }
    } else {
        LocalizedText {
            en: format!("{shown} is a pipe or a device, not a file"),
            fr: format!("{shown} est un tube ou un périphérique, pas un fichier"),
        }
    };
    Problem::new(Kind::Picture, what, say("Choose a picture", "Choisissez une image"))
}
