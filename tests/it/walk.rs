//! The one way through a folder of pictures, and what is read by its first bytes.

use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use trombine::{
    control::Control,
    data::{
        decode::decode,
        format::Foreign,
        name,
        reading::Reading,
        sample::{Anomaly, ReadFailure, SkipReason},
        scan::scan,
        walk::{Walk, is_leftover, walk},
    },
    predict::photo::Photo,
    text::Lang,
};

use crate::picture_folder::{Folder, encode, picture};

fn found(root: &Path) -> (Vec<String>, Walk) {
    let walk = walk(root, &Control::default(), &mut |_| {}).unwrap();
    let mut files: Vec<String> = walk.files.iter().map(|file| file.path().to_string_lossy().into_owned()).collect();
    files.sort();
    (files, walk)
}

#[test]
fn what_systems_leave_behind_is_nothing_of_the_users() {
    let folder = Folder::new();
    folder.picture("cats/a.jpg", 1);
    for (i, place) in [
        "__MACOSX/cats",
        "cats/.ipynb_checkpoints",
        "cats/@eaDir/a.jpg",
        "#recycle",
        "#snapshot/cats",
        "@Recycle",
        "$RECYCLE.BIN/S-1-5-21",
        "$Recycle.Bin",
        ".thumbnails",
        ".Trash-1000/files",
        ".Trashes",
        "System Volume Information",
        "lost+found",
    ]
    .into_iter()
    .enumerate()
    {
        folder.picture(&format!("{place}/SYNOPHOTO_THUMB_{i}.jpg"), 10 + i as u32);
    }
    for file in ["cats/._a.jpg", "cats/.trashed-1700000000-b.jpg", "Thumbs.db", "cats/THUMBS.DB", "desktop.ini", ".DS_Store"] {
        folder.write(file, b"\0\x05\x16\x07 not a picture");
    }
    let (files, walk) = found(&folder.root());
    assert_eq!(files, [Path::new("cats").join("a.jpg").to_string_lossy()]);
    assert_eq!(walk.skipped, []);
    for name in ["cats", "train", "test", "recycle", "my.photos", "Thumbs", "2017_01.jpg"] {
        assert!(!is_leftover(name), "{name}");
    }
}

#[test]
fn every_ending_that_a_decoder_or_a_word_exists_for_is_a_picture() {
    for ending in [
        "jpg", "JPG", "jpeg", "Jpeg", "jpe", "jfif", "png", "webp", "bmp", "gif", "tif", "TIFF", "heic", "HEIF", "avif", "jp2",
        "jxl",
    ] {
        assert!(name::is_picture(&format!("a.{ending}")), "{ending}");
    }
    for other in ["a.txt", "jpg", "a.jpg.zip", "a.mov", "a"] {
        assert!(!name::is_picture(other), "{other}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_linked_is_visited_once_under_its_own_name() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.picture("dogs/a.jpg", 1);
    std::fs::create_dir(folder.beside("elsewhere")).unwrap();
    std::fs::rename(folder.picture("cat.jpg", 2), folder.beside("elsewhere").join("cat.jpg")).unwrap();
    symlink(folder.root(), folder.root().join("dogs/again")).unwrap();
    // `all` comes before `dogs`, and is the same folder.
    symlink("dogs", folder.root().join("all")).unwrap();
    symlink(folder.beside("elsewhere"), folder.root().join("cats")).unwrap();
    symlink(folder.beside("elsewhere"), folder.root().join("cats2")).unwrap();
    symlink("nowhere.jpg", folder.root().join("gone.jpg")).unwrap();
    let (files, walk) = found(&folder.root());
    assert_eq!(files, ["cats/cat.jpg", "dogs/a.jpg"]);
    assert_eq!(walk.skipped.len(), 1);
    assert_eq!(walk.skipped[0].file, Path::new("gone.jpg"));
    assert!(matches!(walk.skipped[0].reason, SkipReason::Unreadable { failure: ReadFailure::Missing, .. }));
    assert!(walk.skipped[0].reason.sentence().en.contains("leads nowhere"));
}

/// Makes what never ends to be read: a FIFO that nobody writes to, a link to `/dev/zero`, a socket. False without `mkfifo`.
#[cfg(unix)]
fn endless(folder: &Folder) -> bool {
    let made = std::process::Command::new("mkfifo").arg(folder.root().join("cats/pipe.jpg")).status();
    std::os::unix::fs::symlink("/dev/zero", folder.root().join("cats/zero.jpg")).unwrap();
    made.is_ok_and(|status| status.success())
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened() {
    let folder = Folder::new();
    for i in 0..4 {
        folder.picture(&format!("cats/{i}.jpg"), i);
        folder.picture(&format!("dogs/{i}.jpg"), 10 + i);
    }
    let pipe = endless(&folder);
    let socket = folder.root().join("dogs/socket.png");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let scan = scan(&folder.root(), Reading::default(), &Control::default(), &mut |_, _, _| {}).unwrap();
    assert_eq!(scan.samples.len(), 8);
    let reasons: Vec<_> = scan.skipped.iter().map(|s| (s.file.to_str().unwrap(), &s.reason)).collect();
    let mut expected = vec![("cats/zero.jpg", &SkipReason::NotAFile), ("dogs/socket.png", &SkipReason::NotAFile)];
    if pipe {
        expected.insert(0, ("cats/pipe.jpg", &SkipReason::NotAFile));
    }
    assert_eq!(reasons, expected);
    assert_eq!(folder.open().unwrap().samples.len(), 8);
    // Nor where one is named by itself, as a photo is.
    let names = if pipe { &["cats/pipe.jpg", "cats/zero.jpg", "dogs/socket.png"][..] } else { &["cats/zero.jpg"] };
    for name in names {
        let problem = Photo::open(&folder.root().join(name)).unwrap_err();
        assert!(problem.what.en.ends_with("is a pipe or a device, not a file"), "{problem}");
    }
    assert!(Photo::open(&folder.root()).unwrap_err().what.en.ends_with("is a folder, not a picture"));
}

/// First bytes as real files have them: an iPhone's HEIC, libheif's, libavif's, OpenJPEG's, libjxl's (both kinds).
const FIRST_BYTES: &[(&[u8], Foreign)] = &[
    (b"\0\0\0\x24ftypheic\0\0\0\0mif1MiHEMiPrmiafMiHBheic\0\0\x0d\xe9meta", Foreign::Heic),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic\0\0\x01\xfemeta", Foreign::Heic),
    (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B\0\0\0\xf2meta", Foreign::Avif),
    (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf\0\0\0\xf2meta", Foreign::Avif),
    (b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08wide", Foreign::Video),
    (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08free", Foreign::Video),
    (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 ", Foreign::Jpeg2000),
    (b"\xff\x4f\xff\x51\0\x2f\0\0\0\0\0\x80", Foreign::Jpeg2000),
    (b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl ", Foreign::JpegXl),
    (b"\xff\x0a\xfa\x1f\x41\x90\x90\x10", Foreign::JpegXl),
    (b"%PDF-1.7\n", Foreign::Pdf),
    (b"8BPS\0\x01\0\0", Foreign::Photoshop),
    (b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ", Foreign::AppleDouble),
    (b"\n<!DOCTYPE html>\n<html><head><title>404</title>", Foreign::WebPage),
];

#[test]
fn formats_that_are_not_decoded_are_told_by_name_whatever_the_ending() {
    for (bytes, is) in FIRST_BYTES {
        for name in ["a.jpg", "a.heic", "a"] {
            assert_eq!(decode(bytes, name), Err(SkipReason::Foreign { is: *is }), "{name}");
        }
    }
    assert_eq!(decode(b"Dear event_log", "a.jpg"), Err(SkipReason::Unknown));
    assert_eq!(decode(b"\0\0\0\x18ft", "a.jpg"), Err(SkipReason::Unknown), "too short for a brand");
    let heic = SkipReason::Foreign { is: Foreign::Heic }.sentence();
    assert_eq!(heic.en, "an iPhone’s HEIC picture: save it as JPEG");
    assert_eq!(heic.fr, "une image HEIC d’iPhone\u{a0}: enregistrez-la en JPEG");
    let problem = Photo::decode(FIRST_BYTES[0].0).unwrap_err();
    assert_eq!(problem.line(Lang::En), "This is an iPhone’s HEIC picture, which cannot be read here. Save it as JPEG.");
}

#[test]
fn a_phones_pictures_are_listed_with_what_to_do() {
    let folder = Folder::new();
    for i in 0..2 {
        folder.picture(&format!("cats/{i}.jpg"), i);
        folder.picture(&format!("dogs/{i}.jpg"), 10 + i);
    }
    folder.write("cats/IMG_0001.HEIC", FIRST_BYTES[0].0);
    folder.write("dogs/IMG_0002.jpg", FIRST_BYTES[1].0);
    // An app renamed it; what it is counts.
    folder.write("dogs/IMG_0003.heic", &encode(&picture(20, 48, 48).into(), ImageFormat::Jpeg));
    let dataset = folder.open().unwrap();
    assert_eq!(dataset.balance(), [2, 3]);
    assert_eq!(dataset.samples[4].anomaly, Some(Anomaly::WrongExtension { is: "JPEG".to_owned() }));
    let reasons: Vec<_> = dataset.skipped.iter().map(|s| &s.reason).collect();
    assert_eq!(reasons, [&SkipReason::Foreign { is: Foreign::Heic }; 2]);
}

#[test]
fn the_first_frame_of_a_gif_and_of_a_tiff_is_the_picture() {
    let red = RgbImage::from_pixel(60, 60, Rgb([250, 10, 10]));
    let blue = RgbImage::from_pixel(60, 60, Rgb([10, 10, 250]));
    let mut gif = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
        let frames = [&red, &blue].map(|frame| image::Frame::new(DynamicImage::from(frame.clone()).into_rgba8()));
        encoder.encode_frames(frames).unwrap();
    }
    let picture = decode(&gif, "a.gif").unwrap();
    assert_eq!((picture.width, picture.height), (60, 60));
    assert!(picture.rgb[0] > 200 && picture.rgb[2] < 60, "{:?}", &picture.rgb[..3]);
    assert_eq!(picture.anomaly, Some(Anomaly::Converted { from: "GIF".to_owned() }));
    let tiff = encode(&red.clone().into(), ImageFormat::Tiff);
    let picture = decode(&tiff, "a.tif").unwrap();
    assert_eq!((&picture.rgb[..3], picture.anomaly), (&[250, 10, 10][..], None));
    let wrong = decode(&tiff, "a.jpg").unwrap().anomaly;
    assert_eq!(wrong, Some(Anomaly::WrongExtension { is: "TIFF".to_owned() }));
    // More pixels than are decoded, by the header alone: the limits hold for these two as well.
    let mut large = gif.clone();
    large[6..10].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(decode(&large, "a.gif"), Err(SkipReason::TooLarge { width: 65_535, height: 65_535 }));
    for keep in [30, gif.len() / 3] {
        assert!(decode(&gif[..keep], "a.gif").is_err(), "{keep}");
    }
    assert!(decode(&tiff[..tiff.len() / 2], "a.tif").is_err());
}
