//! Names of faces that are pictures of their own: the largest face of a photo goes by the photo's name, so that what is known of
//! the photo is known of it, and the others by that name with `#` and their number: `party.jpg#2`. No picture's own name
//! ends so.

use std::path::{Path, PathBuf};

use super::hash::hash;

/// The name of a photo's face; they are numbered from 1, the largest first.
pub fn of(photo: &Path, number: u32) -> PathBuf {
    let mut name = photo.as_os_str().to_owned();
    if number > 1 {
        name.push(format!("#{number}"));
    }
    name.into()
}

/// The file in which the picture of this name lies.
pub fn photo(file: &Path) -> &Path {
    split(file).0
}

/// Which of its photo's faces the picture of this name is: 1 for the largest, and for every picture that is not one of several.
pub fn number(file: &Path) -> u32 {
    split(file).1
}

/// What stands for the content of a photo's face: of the first the photo's own `content`, and of no two faces the same.
pub fn content(content: u64, number: u32) -> u64 {
    if number > 1 { hash(&[content, number.into()].map(u64::to_le_bytes).concat()) } else { content }
}

fn split(file: &Path) -> (&Path, u32) {
    let parts = file.to_str().and_then(|text| text.rsplit_once('#'));
    let parts = parts.and_then(|(photo, number)| Some((Path::new(photo), number.parse::<u32>().ok().filter(|n| *n > 1)?)));
    parts.unwrap_or((file, 1))
}
