//! Photos and the faces in them: odd sizes, orientation, squares beyond the edge, and where faces are found.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
use trombine::{
    data::{
        decode,
        faces::{self, Face},
        picture_size::{PIXEL_BYTES, PictureShape, SIDE},
        sample_faces,
        square::Square,
    },
    predict::Photo,
    problem::Kind,
    random::{Purpose, Random},
};

use crate::support;

/// A photo of one color.
fn plain(width: u32, height: u32, color: [u8; 3]) -> Photo {
    Photo::new(width, height, color.repeat((width * height) as usize)).unwrap()
}

#[test]
fn odd_pictures_have_no_face_and_do_not_panic() {
    for (width, height) in [(1, 1), (1, 500), (500, 1), (2, 3), (19, 21), (39, 41), (64, 1000), (40, 40), (3000, 31)] {
        assert_eq!(faces::find(plain(width, height, [200, 180, 160]).view()), []);
        let mut random = Random::new(1, Purpose::Preview, &[u64::from(width)]);
        let noise: Vec<u8> = (0..width * height * 3).map(|_| random.bits() as u8).collect();
        let photo = Photo::new(width, height, noise).unwrap();
        faces::find(photo.view());
        assert_eq!(photo.square(PictureShape::default()).len(), PIXEL_BYTES);
        assert_eq!(photo.crop_to(photo.middle(), SIDE).len(), PIXEL_BYTES);
    }
    assert_eq!(Photo::new(0, 4, vec![]).unwrap_err().kind, Kind::Picture);
    assert_eq!(Photo::new(2, 2, vec![0; 11]).unwrap_err().kind, Kind::Picture);
    for bytes in [&b""[..], b"not a picture", b"\xff\xd8\xff\xe0 broken"] {
        assert_eq!(Photo::decode(bytes).unwrap_err().kind, Kind::Picture);
    }
}

/// A PNG that claims more pixels than can be: refused by its header, before memory is taken.
#[test]
fn a_giant_is_refused_before_it_is_decoded() {
    let mut png = Vec::new();
    image::codecs::png::PngEncoder::new(Cursor::new(&mut png)).write_image(&[0; 3], 1, 1, ExtendedColorType::Rgb8).unwrap();
    png[16..20].copy_from_slice(&20_000u32.to_be_bytes());
    png[20..24].copy_from_slice(&20_000u32.to_be_bytes());
    let crc = crc32(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&crc);
    let problem = Photo::decode(&png).unwrap_err();
    assert!(problem.what.en.contains("20000"), "{problem}");
}

/// As in the PNG specification, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// EXIF orientation 6 says: turn clockwise by a quarter. The left column then is the top row.
#[test]
fn orientation_is_honored() {
    let (red, blue) = ([220, 20, 20], [20, 20, 220]);
    let mut pixels = Vec::new();
    for _ in 0..16 {
        pixels.extend(red.repeat(16));
        pixels.extend(blue.repeat(16));
    }
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([6, 0, 0, 0, 0, 0, 0, 0]);
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
    encoder.set_exif_metadata(exif).unwrap();
    encoder.encode(&pixels, 32, 16, ExtendedColorType::Rgb8).unwrap();
    let photo = Photo::decode(&jpeg).unwrap();
    assert_eq!((photo.width, photo.height), (16, 32));
    let (top, bottom) = (&photo.rgb[..3], &photo.rgb[photo.rgb.len() - 3..]);
    assert!(top[0] > 180 && top[2] < 60, "{top:?}");
    assert!(bottom[2] > 180 && bottom[0] < 60, "{bottom:?}");
}

/// A photo is read as a data set's picture is: what is transparent is white, and a JPEG that ends early is refused.
#[test]
fn photos_are_read_as_training_pictures_are() {
    let mut png = Vec::new();
    let clear = [10, 20, 30, 0].repeat(32 * 32);
    image::codecs::png::PngEncoder::new(&mut png).write_image(&clear, 32, 32, ExtendedColorType::Rgba8).unwrap();
    assert!(Photo::decode(&png).unwrap().rgb.iter().all(|value| *value == 255));
    let mut jpeg = Vec::new();
    let pixels: Vec<u8> = (0..120 * 90 * 3).map(|i| (i * 7 % 251) as u8).collect();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode(&pixels, 120, 90, ExtendedColorType::Rgb8).unwrap();
    let mut cached = vec![0; PIXEL_BYTES];
    decode::decode_small(&jpeg, "a.jpg", Default::default(), &mut cached).unwrap();
    assert_eq!(Photo::decode(&jpeg).unwrap().square(PictureShape::default()), cached, "the same bytes as the cache holds");
    assert_eq!(Photo::decode(&jpeg[..jpeg.len() / 2]).unwrap_err().kind, Kind::Picture);
}

#[test]
fn squares_are_cut_and_drawn_out_beyond_the_edge() {
    let mut photo = plain(200, 300, [10, 20, 30]);
    for y in 100..228 {
        for x in 50..178 {
            let at = (y * 200 + x) * 3;
            photo.rgb[at..at + 3].copy_from_slice(&[x as u8, y as u8, 7]);
        }
    }
    let cut = photo.crop_to(Square { left: 50.0, top: 100.0, side: SIDE as f64 }, SIDE);
    for y in 0..SIDE {
        for x in 0..SIDE {
            assert_eq!(cut[(y * SIDE + x) * 3..][..3], [(x + 50) as u8, (y + 100) as u8, 7]);
        }
    }
    let beyond = photo.crop_to(Square { left: -64.0, top: 236.0, side: SIDE as f64 }, SIDE);
    assert!(beyond.chunks_exact(3).all(|p| p == [10, 20, 30]), "the edge is drawn out");
    // However wild the square, memory stays bounded and the result is whole.
    for wild in [1e18, -5.0, 0.0, f64::NAN] {
        assert_eq!(photo.crop_to(Square { left: wild, top: -wild, side: wild }, SIDE).len(), PIXEL_BYTES);
    }
}

/// The box at the measured medians of UTKFace's crops gives back the whole crop.
#[test]
fn the_square_is_made_as_utkfaces_crops_are() {
    let found = Square { left: (0.497 - 0.49) * 200.0, top: (0.427 - 0.49) * 200.0, side: 0.98 * 200.0 };
    let square = faces::utkface_square(found);
    assert!(square.left.abs() < 1e-9 && square.top.abs() < 1e-9 && (square.side - 200.0).abs() < 1e-9, "{square:?}");
}

fn overlap(a: Square, b: Square) -> f64 {
    let along = |a: f64, a_side: f64, b: f64, b_side: f64| ((a + a_side).min(b + b_side) - a.max(b)).max(0.0);
    let both = along(a.left, a.side, b.left, b.side) * along(a.top, a.side, b.top, b.side);
    both / (a.side * a.side + b.side * b.side - both)
}

/// Real crops alone, and pasted into a larger noisy background: the square that is proposed is the one that was pasted.
#[test]
fn faces_of_real_crops_are_found_where_they_are() {
    let Some(folder) = support::utkface() else {
        return support::skip("utkface", "TROMBINE_UTKFACE names no folder");
    };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jpg"));
    files.sort();
    let (mut alone, mut found, mut placed, mut n) = (0, 0, 0, 0);
    for file in files.iter().step_by(files.len() / 40).take(40) {
        let crop = Photo::decode(&std::fs::read(file).unwrap()).unwrap();
        n += 1;
        let faces = faces::find(crop.view());
        alone += u32::from(faces::is_crop(crop.view(), &faces));
        let (scene, place) = pasted(&crop, n);
        let faces = faces::find(scene.view());
        let best = faces.iter().map(|f: &Face| overlap(f.crop, place)).fold(0.0, f64::max);
        found += u32::from(best > 0.3);
        placed += u32::from(best > 0.6);
    }
    println!("of {n} crops, {alone} are taken whole; pasted, {found} are found, {placed} of them closely");
    assert!(alone >= 36 && found >= 36 && placed >= 32, "of {n}: {alone}, {found}, {placed}");
}

/// The built-in drawings, alone and pasted: the detector was made for photos, and finds most of them all the same.
#[test]
fn faces_of_drawings_are_found_where_they_are() {
    let (mut alone, mut found, mut placed) = (0, 0, 0);
    let n = 20;
    for i in 0..n {
        let drawing = Photo::new(SIDE as u32, SIDE as u32, sample_faces::draw(i).0).unwrap();
        alone += u32::from(!faces::find(drawing.view()).is_empty());
        let (scene, place) = pasted(&drawing, i as u64);
        let best = faces::find(scene.view()).iter().map(|f| overlap(f.crop, place)).fold(0.0, f64::max);
        found += u32::from(best > 0.3);
        placed += u32::from(best > 0.6);
    }
    println!("of {n} drawings, {alone} are found alone; pasted, {found} are found, {placed} of them closely");
    assert!(alone >= 18 && found >= 12, "of {n}: {alone}, {found}, {placed}");
}

/// The crop at a place of its own in a soft background of 640 x 480.
fn pasted(crop: &Photo, seed: u64) -> (Photo, Square) {
    let mut random = Random::new(seed, Purpose::Preview, &[]);
    let (width, height) = (640u32, 480u32);
    let mut scene = plain(width, height, [120, 130, 110]);
    for (i, value) in scene.rgb.iter_mut().enumerate() {
        *value = value.wrapping_add((i / 3 % 640 / 20 + i / 3 / 640 / 16) as u8 % 60);
    }
    let left = random.below((width - crop.width) as usize);
    let top = random.below((height - crop.height) as usize);
    for y in 0..crop.height as usize {
        let from = y * crop.width as usize * 3;
        let to = ((top + y) * width as usize + left) * 3;
        let row = crop.width as usize * 3;
        scene.rgb[to..to + row].copy_from_slice(&crop.rgb[from..from + row]);
    }
    (scene, Square { left: left as f64, top: top as f64, side: f64::from(crop.width) })
}
