//! Until `data::open` is there.
use crate::{
    data::sample::{Dataset, Source},
    problem::Problem,
    train::control::Control,
};

use super::Stage;

pub use crate::engine::{devices, open};

pub fn open_data(source: &Source, control: &Control, progress: &mut dyn FnMut(Stage, u64, u64)) -> Result<Dataset, Problem> {
    match source {
        Source::SampleFaces => crate::data::sample_faces::dataset(control, progress),
        Source::Folder(_) => Err(Problem::cancelled()),
    }
}
