//! How long frames take: a line for each in the file that the environment's `TROMBINE_FRAMES` names, for finding out
//! whether the window stays alive under a load.

use std::{
    io::{BufWriter, Write as _},
    path::PathBuf,
    time::Instant,
};

use crate::{files::disk, session::Phase, ui::page::Page};

/// The open file, and when the frame began.
pub struct Frames {
    file: BufWriter<disk::File>,
    start: Instant,
    began: Instant,
}

impl Frames {
    /// The log that was asked for, if any. One that cannot be written is told on the terminal.
    pub fn asked() -> Option<Self> {
        let path = std::env::var_os("TROMBINE_FRAMES").filter(|path| !path.is_empty()).map(PathBuf::from)?;
        match disk::open_or_create(&path).and_then(|file| file.set_len(0).map(|()| file)) {
            Ok(file) => Some(Self { file: BufWriter::new(file), start: Instant::now(), began: Instant::now() }),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                None
            }
        }
    }

    /// Events are about to be taken in.
    pub fn begin(&mut self) {
        self.began = Instant::now();
    }

    /// The page is drawn. Seconds since the start, milliseconds of this frame until here, milliseconds of the whole frame
    /// before it (with tessellation and what is sent to the graphics driver, without waiting for the screen), page, phase.
    pub fn end(&mut self, whole: Option<f32>, page: Page, phase: Phase) {
        let (at, own) = (self.start.elapsed().as_secs_f64(), self.began.elapsed().as_secs_f64() * 1e3);
        let whole = f64::from(whole.unwrap_or_default()) * 1e3;
        let phase = match phase {
            Phase::Idle => "idle",
            Phase::Opening(_) => "opening",
            _ => "busy",
        };
        // A log that cannot be written any more is no reason to stop.
        let _ = writeln!(self.file, "{at:.3}\t{own:.2}\t{whole:.2}\t{page:?}\t{phase}").and_then(|()| self.file.flush());
    }
}
