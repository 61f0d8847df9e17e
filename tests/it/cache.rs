//! Decoding, and the file of decoded pictures.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use trombine::{
    control::{Control, Signal, Stage},
    data::{
        cache::{HEADER, in_memory},
        dataset::Dataset,
        decode::{DecodedPicture, decode, guarded, shrink},
        duplicates::look_alikes,
        edits::Edits,
        hash::hash,
        open_dataset::OpenDataset,
        open_in,
        picture_size::{PIXEL_BYTES, SIDE},
        resize_method::ResizeMethod,
        sample::{Anomaly, SkipReason},
    },
    engine::cpu::CpuEngine,
    files::fault::Fault,
    memory::{Available, Limit},
    model::Weights,
    plan::Plan,
    problem::{Kind, Problem},
    run::{RunStatus, RunStore, checkpoint::Checkpoint},
    text::Lang,
    worker::{self, Command, Event, ResumeOptions, Worker},
};

use crate::{
    picture_folder::{Folder, alone, encode, picture, utkface_name},
    support::utkface,
    training,
    watched::Watched,
};

fn solid(color: [u8; 3]) -> DynamicImage {
    RgbImage::from_pixel(40, 40, Rgb(color)).into()
}

fn near(a: &[u8], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 4)
}

/// The only cache file of a folder.
fn cache_file(folder: &Folder) -> std::path::PathBuf {
    let mut files: Vec<_> = fs::read_dir(folder.places().cache).unwrap().flatten().map(|e| e.path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

/// Opens, and tells how many pictures were decoded.
fn open(folder: &Folder) -> (Dataset, u64) {
    let mut decoded = 0;
    let mut progress = |stage, done, _| {
        if stage == Stage::Decoding {
            decoded = done;
        }
    };
    let data =
        open_in(&folder.places(), &folder.source(), &Edits::default(), &Control::default(), &mut progress).map(alone).unwrap();
    (data, decoded)
}

#[test]
fn formats_are_found_by_content_and_brought_to_rgb() {
    let image = solid([200, 100, 50]);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp] {
        let DecodedPicture { width, height, rgb, anomaly } = decode(&encode(&image, format), "x.jpg").unwrap();
        assert_eq!((width, height, rgb.len()), (40, 40, 40 * 40 * 3));
        assert!(near(&rgb[..3], [200, 100, 50]), "{format:?} {:?}", &rgb[..3]);
        assert_eq!(anomaly.is_some(), format != ImageFormat::Jpeg, "{format:?}");
    }
    let png = encode(&image, ImageFormat::Png);
    assert_eq!(decode(&png, "a.jpg").unwrap().anomaly, Some(Anomaly::WrongExtension { is: "PNG".into() }));
    assert_eq!(decode(&png, "a.PNG").unwrap().anomaly, None);
}

#[test]
fn gray_deep_transparent_and_cmyk_pictures_are_converted_with_a_note() {
    let converted = |bytes: &[u8], name: &str, from: &str| {
        let picture = decode(bytes, name).unwrap();
        assert_eq!(picture.anomaly, Some(Anomaly::Converted { from: from.into() }));
        picture.rgb
    };
    let image = solid([200, 100, 50]);
    let gray = solid([90, 90, 90]).into_luma8();
    assert!(near(&converted(&encode(&gray.clone().into(), ImageFormat::Jpeg), "a.jpg", "gray")[..3], [90; 3]));
    assert!(near(&converted(&encode(&gray.into(), ImageFormat::Png), "a.png", "gray")[..3], [90; 3]));
    let deep = encode(&image.to_rgb16().into(), ImageFormat::Png);
    assert!(near(&converted(&deep, "a.png", "16 bit")[..3], [200, 100, 50]));
    let mut clear = image.to_rgba8();
    clear.pixels_mut().for_each(|p| p[3] = 51);
    // A fifth of the color over white: 255 * 0.8 + color * 0.2.
    assert!(near(&converted(&encode(&clear.into(), ImageFormat::Png), "a.png", "RGBA")[..3], [244, 224, 214]));
    // Pillow: Image.new("CMYK", (16, 16), (0, 200, 200, 20)).save("x.jpg", quality=90); as RGB it gives (235, 51, 51).
    let cmyk = converted(&hex(CMYK), "a.jpg", "CMYK");
    assert!(cmyk[0] > 215 && cmyk[1].abs_diff(51) < 16 && cmyk[2].abs_diff(51) < 16, "{:?}", &cmyk[..3]);
}

/// All eight orientations of a picture with four different corners, read back upright.
#[test]
fn exif_orientation_is_honored() {
    let corners = [[250, 0, 0], [0, 250, 0], [0, 0, 250], [250, 250, 250]];
    let upright = RgbImage::from_fn(48, 32, |x, y| Rgb(corners[usize::from(x >= 24) + 2 * usize::from(y >= 16)]));
    use image::imageops::{flip_horizontal, flip_vertical, rotate90, rotate180, rotate270};
    // What a camera stores for each value, so that the viewer's transform of the Exif specification undoes it.
    let stored = [
        upright.clone(),
        flip_horizontal(&upright),
        rotate180(&upright),
        flip_vertical(&upright),
        // 5 mirrors at the diagonal from the upper left, 7 at the other one; both undo themselves.
        flip_horizontal(&rotate90(&upright)),
        rotate270(&upright),
        flip_horizontal(&rotate270(&upright)),
        rotate90(&upright),
    ];
    for (value, image) in (1u8..).zip(stored) {
        let jpeg = encode(&image.into(), ImageFormat::Jpeg);
        let mut exif = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([value, 0, 0, 0, 0, 0, 0]);
        let bytes = [&jpeg[..2], &exif, &jpeg[2..]].concat();
        let picture = decode(&bytes, "a.jpg").unwrap();
        assert_eq!((picture.width, picture.height), (48, 32), "orientation {value}");
        for (corner, (x, y)) in corners.iter().zip([(4, 4), (43, 4), (4, 27), (43, 27)]) {
            let at = (y * 48 + x) * 3;
            assert!(near(&picture.rgb[at..at + 3], *corner), "orientation {value} at {x},{y}");
        }
        let mut small = vec![0; PIXEL_BYTES];
        trombine::data::decode::decode_small(&bytes, "a.jpg", Default::default(), &mut small).unwrap();
        for (corner, (x, y)) in corners.iter().zip([(10, 10), (117, 10), (10, 117), (117, 117)]) {
            let at = (y * SIDE + x) * 3;
            assert!(near(&small[at..at + 3], *corner), "orientation {value}, small, at {x},{y}");
        }
    }
}

#[test]
fn damaged_and_oversized_files_are_refused_with_their_reason() {
    let jpeg = encode(&picture(77, 200, 200).into(), ImageFormat::Jpeg);
    let png = encode(&picture(77, 200, 200).into(), ImageFormat::Png);
    for (bytes, name) in [(&jpeg, "a.jpg"), (&png, "a.png")] {
        for keep in [bytes.len() / 2, bytes.len() - 20, 40] {
            let result = decode(&bytes[..keep], name);
            assert!(matches!(result, Err(SkipReason::Damaged { .. })), "{name} to {keep}: {result:?}");
        }
    }
    assert!(decode(&jpeg, "a.jpg").is_ok());
    assert!(decode(&[&jpeg[..], b"trailing bytes of a camera"].concat(), "a.jpg").is_ok());
    assert_eq!(decode(b"Dear event_log", "a.jpg"), Err(SkipReason::Unknown));
    assert!(matches!(decode(b"", "a.jpg"), Err(SkipReason::Damaged { .. })));
    // Headers of 20,000 x 20,000: the rest of the file does not matter, since it is not read.
    let large = Err(SkipReason::TooLarge { width: 20_000, height: 20_000 });
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    let mut jpeg = jpeg;
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    assert_eq!(decode(&jpeg, "a.jpg"), large);
    // The checksum of a PNG's header chunk, by Python:
    // zlib.crc32(b"IHDR" + struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0)) == 0x6c12d16e
    let mut png = png;
    png[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    png[29..33].copy_from_slice(&0x6c12d16e_u32.to_be_bytes());
    assert_eq!(decode(&png, "a.png"), large);
}

/// ```python
/// y, x, c = np.mgrid[0:150, 0:200, 0:3]
/// im = Image.fromarray(((x * x // 9 + y * 13 + c * 50) % 256).astype("uint8"))
/// s = np.asarray(im.resize((128, 128), Image.BILINEAR))
/// ```
/// Wherever a picture is decoded, of a data set or to be predicted.
#[test]
fn a_decoder_that_panics_costs_one_picture() {
    let decoded: Result<DecodedPicture, SkipReason> = guarded(|| panic!("as a decoder might"));
    assert_eq!(decoded, Err(SkipReason::Damaged { details: "the decoder gave up".into() }));
    assert_eq!(guarded(|| Ok(7)), Ok(7));
}

#[test]
fn resizing_agrees_with_pillow() {
    let mut rgb = Vec::new();
    for y in 0..150u32 {
        for x in 0..200u32 {
            rgb.extend((0..3).map(|c| ((x * x / 9 + y * 13 + c * 50) % 256) as u8));
        }
    }
    let mut out = vec![0; PIXEL_BYTES];
    shrink(&rgb, 200, 150, ResizeMethod::default(), &mut out).unwrap();
    let at = |y: usize, x: usize| &out[(y * SIDE + x) * 3..][..3];
    for ((y, x), expected) in [
        ((0, 0), [2, 52, 102]),
        ((5, 100), [124, 37, 84]),
        ((64, 64), [45, 95, 145]),
        ((127, 3), [145, 195, 245]),
        ((127, 127), [174, 224, 119]),
    ] {
        assert!(at(y, x).iter().zip(expected).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 1), "{y},{x}: {:?}", at(y, x));
    }
    let sum: u64 = out.iter().map(|v| u64::from(*v)).sum();
    assert!(sum.abs_diff(6272574) < 5_000, "{sum}");
}

#[test]
fn the_second_opening_decodes_nothing_and_gives_the_same() {
    let folder = Folder::utkface(30);
    let (first, decoded) = open(&folder);
    assert_eq!(decoded, 30);
    assert_eq!(first.pixels.len(), 30);
    let (second, decoded) = open(&folder);
    assert_eq!(decoded, 0);
    assert_eq!(first.samples, second.samples);
    assert!((0..30).all(|i| first.pixels.get(i) == second.pixels.get(i)));
    for (i, sample) in first.samples.iter().enumerate() {
        let content = fs::read(folder.root().join(&sample.file)).unwrap();
        assert_eq!(sample.hash, hash(&content));
        let mut small = vec![0; PIXEL_BYTES];
        trombine::data::decode::decode_small(&content, "a.jpg", Default::default(), &mut small).unwrap();
        assert_eq!(*first.pixels.get(i).unwrap(), *small);
    }
    let distinct: HashSet<_> = first.samples.iter().map(|s| s.hash).collect();
    assert_eq!(distinct.len(), 30);
}

#[test]
fn only_changed_and_new_files_are_decoded_again() {
    let folder = Folder::utkface(30);
    let (before, _) = open(&folder);
    // One is replaced by a picture of another content, one is new, one is gone.
    let changed = folder.picture(&utkface_name(3), 1000);
    File::open(&changed).unwrap().set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    folder.picture(&utkface_name(500), 500);
    fs::remove_file(folder.root().join(utkface_name(7))).unwrap();
    let (after, decoded) = open(&folder);
    assert_eq!(decoded, 2);
    assert_eq!(after.samples.len(), 30);
    for (i, sample) in after.samples.iter().enumerate() {
        let old = before.samples.iter().position(|s| s.file == sample.file);
        let same = old.is_some_and(|old| before.pixels.get(old) == after.pixels.get(i));
        let touched = sample.file == Path::new(&utkface_name(3)) || sample.file == Path::new(&utkface_name(500));
        assert_eq!(same, !touched, "{}", sample.file.display());
    }
    assert_eq!(open(&folder).1, 0);
    cache_file(&folder);
}

/// One changed file of many adds to the cache file; what an earlier opening reads stays as it was.
#[test]
fn a_changed_picture_is_added_at_the_end() {
    let folder = Folder::utkface(40);
    let (before, _) = open(&folder);
    let old: Vec<Vec<u8>> = (0..40).map(|i| before.pixels.get(i).unwrap().to_vec()).collect();
    let size = fs::metadata(cache_file(&folder)).unwrap().len();
    for round in 1..=3u32 {
        let changed = folder.picture(&utkface_name(3), 1000 + round);
        File::open(&changed).unwrap().set_modified(SystemTime::now() + Duration::from_secs(60 * u64::from(round))).unwrap();
        let (after, decoded) = open(&folder);
        assert_eq!((decoded, after.samples.len()), (1, 40));
        let place = after.samples.iter().position(|s| s.file == Path::new(&utkface_name(3))).unwrap();
        assert_ne!(after.pixels.get(place), before.pixels.get(place));
        for i in (0..40).filter(|i| *i != place) {
            assert_eq!(after.pixels.get(i), before.pixels.get(i));
        }
        let now = fs::metadata(cache_file(&folder)).unwrap().len();
        let added = u64::from(round) * 3 * PIXEL_BYTES as u64;
        assert!(now > size && now <= size + added, "{size} + {added} against {now}");
    }
    assert!((0..40).all(|i| *before.pixels.get(i).unwrap() == *old[i]), "what is open is not written to");
    assert_eq!(open(&folder).1, 0);
}

#[test]
fn a_truncated_or_foreign_cache_file_is_made_anew() {
    let folder = Folder::utkface(10);
    let (first, _) = open(&folder);
    let path = cache_file(&folder);
    let good = fs::read(&path).unwrap();
    let mut header = good.clone();
    header[3] ^= 1;
    let mut index = good.clone();
    *index.last_mut().unwrap() ^= 1;
    let mut zeroed = good.clone();
    zeroed[HEADER..HEADER + 10 * PIXEL_BYTES].fill(0);
    let huge = [&good[..16], &[0xff; 24], &good[40..]].concat();
    let cases = [
        good[..good.len() / 2].to_vec(),
        good[..10].to_vec(),
        Vec::new(),
        b"another program's".to_vec(),
        header,
        index,
        zeroed,
        huge,
    ];
    for (case, bytes) in cases.into_iter().enumerate() {
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        let (again, decoded) = open(&folder);
        assert_eq!(decoded, 10, "case {case}");
        assert_eq!(again.samples, first.samples);
        assert!((0..10).all(|i| again.pixels.get(i) == first.pixels.get(i)), "case {case}");
    }
    assert_eq!(open(&folder).1, 0);
}

/// The pixels of all its pictures, as they are given now.
fn pixels(data: &Dataset) -> Vec<Vec<u8>> {
    (0..data.pixels.len()).map(|i| data.pixels.get(i).expect("it is read").into_owned()).collect()
}

/// What another program does to the file while it is open: it does not end the program, and changes no picture.
#[test]
fn a_cache_file_cut_short_or_written_over_while_it_is_open_changes_no_picture() {
    let folder = Folder::utkface(12);
    let cuts: [fn(&File); 3] = [
        |file| file.set_len(0).unwrap(),
        |file| file.set_len((HEADER + 5 * PIXEL_BYTES + 77) as u64).unwrap(),
        |mut file| file.write_all(&vec![0x5a; HEADER + 20 * PIXEL_BYTES]).unwrap(),
    ];
    for cut in cuts {
        let (data, _) = open(&folder);
        let before = pixels(&data);
        assert_eq!(data.pixels.take_damage(), None);
        cut(&File::options().write(true).open(cache_file(&folder)).unwrap());
        assert_eq!(pixels(&data), before);
        let damage = data.pixels.take_damage().expect("it is said");
        assert!(damage.kind == Kind::Disk && damage.line(Lang::En).contains("read from their folder"), "{damage}");
        assert_eq!(data.pixels.take_damage(), None, "once");
        // What is damaged is not kept, and made anew.
        assert_eq!(fs::read_dir(folder.places().cache).unwrap().count(), 0);
        let (again, decoded) = open(&folder);
        assert_eq!((decoded, pixels(&again)), (12, before));
    }
    // With the pictures' own folder gone too there is nothing to show: a problem, and no panic.
    let (data, _) = open(&folder);
    File::options().write(true).open(cache_file(&folder)).unwrap().set_len(0).unwrap();
    fs::rename(folder.root(), folder.beside("away")).unwrap();
    let problem = data.pixels.get(3).unwrap_err();
    assert_eq!((problem.kind, problem.path.as_deref()), (Kind::Data, Some(folder.root().as_path())));
    assert!(data.pixels.look(3).is_err() && look_alikes(&data.pixels).is_err());
    fs::rename(folder.beside("away"), folder.root()).unwrap();
    assert!(data.pixels.get(3).is_ok());
    // A picture that is another now is not taken for the one that was trained on.
    folder.picture(&data.samples[4].file.to_string_lossy(), 999);
    assert_eq!(data.pixels.get(4).unwrap_err().kind, Kind::Data);
}

/// One bit of each region in turn: the damage is seen, by the opening or by whoever reads the picture, and nothing differs.
#[test]
fn no_flipped_bit_of_a_cache_file_goes_unseen() {
    let folder = Folder::utkface(70);
    let (first, _) = open(&folder);
    let right = pixels(&first);
    let good = fs::read(cache_file(&folder)).unwrap();
    let index = HEADER + 70 * PIXEL_BYTES;
    let header = [0, 15, 16, 24, 33, 40, 47, 48, 60, HEADER - 1].map(|at| (at, "header"));
    let pictures = (0..70).step_by(3).map(|i| (HEADER + i * PIXEL_BYTES + i * 701 % PIXEL_BYTES, "pixels"));
    let entries = (0..8).map(|i| (index + i * (good.len() - index - 1) / 7, "index"));
    for (at, region) in header.into_iter().chain(pictures).chain(entries) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(folder.places().cache.join("x"), &bad).unwrap();
        let path = fs::read_dir(folder.places().cache).unwrap().flatten().map(|entry| entry.path());
        let path = path.into_iter().find(|path| path.extension().is_some()).unwrap();
        fs::rename(folder.places().cache.join("x"), path).unwrap();
        let (data, decoded) = open(&folder);
        assert_eq!(pixels(&data), right, "{region} at {at}");
        assert_eq!(data.samples, first.samples, "{region} at {at}");
        let seen = decoded == 70 || data.pixels.take_damage().is_some();
        assert!(seen, "{region} at {at}: {decoded} decoded, and nothing said");
        assert!(region == "pixels" || decoded == 70, "{region} at {at}");
        let (again, _) = open(&folder);
        assert_eq!((pixels(&again) == right, again.pixels.take_damage()), (true, None), "{region} at {at}: made anew");
    }
    // What is behind the index is nobody's.
    let path = cache_file(&folder);
    fs::write(&path, [&good[..], b"and more"].concat()).unwrap();
    assert_eq!((open(&folder).1, pixels(&open(&folder).0)), (0, right));
}

/// The disk of cache and pictures goes away within a training: the run is paused with all that it learned, and ends as if
/// nothing had happened once the disk is there again.
#[test]
fn a_training_whose_pictures_vanish_is_kept_and_goes_on_to_the_same_bits() {
    let folder = Folder::utkface(40);
    let (data, _) = open(&folder);
    let mut settings = training::settings();
    settings.augment.mixup.on = true;
    let plan = Plan { threads: Some(1), ..Plan::new(&settings, Arc::new(data)).expect("a plan") };
    let (away, root, cache) = (folder.beside("away"), folder.root(), cache_file(&folder));
    let train = |home: &str, gone_at: usize| {
        let mut steps = 0;
        let (away, root, cache) = (away.clone(), root.clone(), cache.clone());
        let engine = Watched::new(CpuEngine::new(&plan.engine_config()).expect("opens"), move |_: &mut CpuEngine| {
            steps += 1;
            if steps == gone_at {
                File::options().write(true).open(&cache).unwrap().set_len(0).unwrap();
                fs::rename(&root, &away).unwrap();
            }
            Ok(())
        });
        let store = RunStore::at(folder.beside(home));
        let result = worker::train_on(&plan, Box::new(engine), &store, &Control::default(), &mut |_| {});
        (store, result)
    };
    let (whole, result) = train("whole", usize::MAX);
    result.expect("trains");
    let (store, result) = train("broken", 6);
    assert_eq!(result.unwrap_err().kind, Kind::Data);
    let run = store.find("last").expect("it is kept");
    assert_eq!(run.info.status, RunStatus::Paused);
    let at = Checkpoint::load(&run.checkpoint_path()).expect("to go on from").position;
    assert!(at.epoch > 1 || at.step > 0, "{at:?}");
    fs::rename(&away, &root).unwrap();
    let open = OpenDataset::from(open(&folder).0);
    let worker = Worker::at(store.clone(), |_| {}).expect("threads");
    let how = ResumeOptions { device: Some("cpu".to_owned()), ..ResumeOptions::default() };
    worker.start(Command::Resume { run: run.info.id, open, how });
    loop {
        match worker.wait().expect("the worker lives").event {
            Event::Finished => break,
            Event::Failed(problem) => panic!("{problem}"),
            _ => {}
        }
    }
    let best = |store: &RunStore| Weights::load(&store.find("last").expect("there").best_path()).expect("weights");
    assert_eq!(best(&store), best(&whole));
}

#[test]
fn bad_pictures_are_skipped_and_remembered() {
    let folder = Folder::utkface(6);
    let jpeg = encode(&picture(5, 90, 90).into(), ImageFormat::Jpeg);
    let name = |i: usize| utkface_name(100 + i);
    folder.write(&name(0), &jpeg[..jpeg.len() / 2]);
    folder.write(&name(1), b"not a picture");
    folder.write(&name(2), &encode(&picture(9, 90, 60).into(), ImageFormat::Png));
    folder.write(&name(3), &encode(&picture(9, 60, 90).into(), ImageFormat::Jpeg));
    folder.write(&name(4), &encode(&picture(9, 32, 40).into(), ImageFormat::Jpeg));
    for opening in 0..2 {
        let (data, decoded) = open(&folder);
        assert_eq!(decoded, if opening == 0 { 11 } else { 0 });
        assert_eq!((data.samples.len(), data.pixels.len(), data.skipped.len()), (9, 9, 2));
        let reason = |i| &data.skipped.iter().find(|s| s.file == Path::new(&name(i))).unwrap().reason;
        assert!(matches!(reason(0), SkipReason::Damaged { .. }));
        assert_eq!(*reason(1), SkipReason::Unknown);
        let anomaly = |i| data.samples.iter().find(|s| s.file == Path::new(&name(i))).unwrap().anomaly.clone();
        assert_eq!(anomaly(2), Some(Anomaly::WrongExtension { is: "PNG".into() }));
        assert_eq!(anomaly(3), Some(Anomaly::NotSquare { width: 60, height: 90 }));
        assert_eq!(anomaly(4), Some(Anomaly::Small { width: 32, height: 40 }));
    }
}

/// A JPEG whose middle is overwritten decodes all the same, with a part garbled: it is used, and pointed out.
#[test]
fn a_jpeg_damaged_in_its_middle_is_noticed() {
    let folder = Folder::utkface(2);
    let noisy = RgbImage::from_fn(200, 200, |x, y| Rgb([(x * y % 251) as u8, (x * 7 + y * 3) as u8, (x ^ y) as u8]));
    let good = encode(&noisy.into(), ImageFormat::Jpeg);
    assert_eq!(decode(&good, "a.jpg").unwrap().anomaly, None);
    let mut zeroed = good.clone();
    let middle = good.len() / 2;
    zeroed[middle..middle + 400].fill(0xff);
    let found = decode(&zeroed, "a.jpg");
    let noticed =
        matches!(&found, Err(SkipReason::Damaged { .. }) | Ok(DecodedPicture { anomaly: Some(Anomaly::Suspect { .. }), .. }));
    assert!(noticed, "{:?}", found.map(|picture| picture.anomaly));
    // A marker that does not belong there.
    let mut marker = good.clone();
    marker[middle..middle + 2].copy_from_slice(&[0xff, 0xc4]);
    assert!(decode(&marker, "a.jpg").map_or(true, |picture| picture.anomaly.is_some()));
    folder.write(&utkface_name(50), &zeroed);
    let data = folder.open().unwrap();
    let told = data.samples.iter().filter(|s| matches!(s.anomaly, Some(Anomaly::Suspect { .. }))).count();
    let skipped = data.skipped.iter().filter(|s| matches!(s.reason, SkipReason::Damaged { .. })).count();
    assert_eq!(told + skipped, 1);
}

#[test]
fn nothing_decodable_is_a_problem_not_an_empty_data_set() {
    let folder = Folder::new();
    for i in 0..4 {
        folder.write(&utkface_name(i), b"broken");
    }
    let problem = folder.open().unwrap_err();
    assert_eq!(problem.kind, Kind::Data);
    assert!(problem.line(Lang::En).contains("None of the 4 files"), "{problem}");
    folder.picture(&utkface_name(4), 1);
    assert!(folder.open().unwrap_err().line(Lang::En).contains("All usable pictures are “male”"));
}

#[test]
fn where_nothing_can_be_kept_the_pictures_are_held_in_memory() {
    let folder = Folder::utkface(9);
    let kept = folder.open().unwrap();
    assert_eq!(kept.pixels.unkept, None);
    let same = |data: &Dataset, why: &str| {
        assert_eq!(data.samples[..9], kept.samples[..]);
        assert!((0..9).all(|i| data.pixels.get(i) == kept.pixels.get(i)));
        let problem = data.pixels.unkept.as_deref().expect("it is said");
        assert_eq!(problem.kind, Kind::Disk);
        assert!(problem.line(Lang::En).contains(why), "{problem}");
    };
    fs::remove_dir_all(folder.places().cache).unwrap();
    fs::write(folder.places().cache, b"a file where the folder should be").unwrap();
    same(&folder.open().unwrap(), "held in memory");
    // A disk that is full: for a new file, and for what is added to one.
    fs::remove_file(folder.places().cache).unwrap();
    let fault = Fault::full(&folder.places().home);
    same(&folder.open().unwrap(), "the disk is full");
    drop(fault);
    assert_eq!(folder.open().unwrap().pixels.unkept, None);
    folder.picture(&utkface_name(90), 90);
    let _fault = Fault::full(&folder.places().home);
    let data = folder.open().unwrap();
    assert_eq!(data.samples.len(), 10);
    let known = |i: usize| data.samples.iter().position(|sample| sample.file == kept.samples[i].file).expect("there");
    assert!((0..9).all(|i| data.pixels.get(known(i)) == kept.pixels.get(i)));
    assert!(data.pixels.unkept.is_some());
}

/// Neither on the disk nor in memory: refused before the system ends the program.
#[test]
fn pictures_that_do_not_fit_into_memory_are_refused_with_numbers() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let cause = Problem::writing(Path::new("/cache"), &full);
    let there = |bytes| Some(Available { bytes, limit: Limit::Machine });
    assert_eq!(in_memory::check(10_000_000_000, there(10_000_000_000), &cause), Ok(()));
    assert_eq!(in_memory::check(10_000_000_000, None, &cause), Ok(()));
    let problem = in_memory::check(10_000_000_000, there(3_000_000_000), &cause).unwrap_err();
    let said =
        "/cache cannot be written: the disk is full; in memory the pictures take about 10.0\u{a0}GB, and 3.0\u{a0}GB is free";
    assert_eq!((problem.kind, problem.what.en.as_str()), (Kind::OutOfMemory, said));
    assert!(problem.remedy.en.contains("image size"), "{problem}");
}

#[test]
fn cancelling_leaves_no_half_file() {
    let folder = Folder::utkface(20);
    let control = Control::default();
    let stop = control.clone();
    let mut progress = |stage, _, _| {
        if stage == Stage::Decoding {
            stop.set(Signal::Discard);
        }
    };
    let result = open_in(&folder.places(), &folder.source(), &Edits::default(), &control, &mut progress);
    assert_eq!(result.unwrap_err().kind, Kind::Cancelled);
    assert_eq!(fs::read_dir(folder.places().cache).unwrap().count(), 0);
    assert_eq!(open(&folder).1, 20);
}

/// Two at once, as two windows would: each ends with the right pictures, and one whole file remains.
#[test]
fn two_openings_at_once_do_not_disturb_each_other() {
    let folder = Folder::utkface(40);
    let all: Vec<Dataset> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(|| folder.open().unwrap())).collect();
        handles.into_iter().map(|h| h.join().unwrap()).collect()
    });
    for data in &all[1..] {
        assert_eq!(data.samples, all[0].samples);
        assert!((0..40).all(|i| data.pixels.get(i) == all[0].pixels.get(i)));
    }
    cache_file(&folder);
    assert_eq!(open(&folder).1, 0);
}

/// Some real pictures decode, and those that Pillow finds identical have equal hashes (see `duplicates`).
#[test]
fn real_pictures_decode() {
    let Some(root) = utkface() else { return };
    let mut names: Vec<_> = fs::read_dir(root).unwrap().flatten().map(|e| e.path()).collect();
    names.sort();
    for path in names.iter().step_by(400) {
        let picture = decode(&fs::read(path).unwrap(), &path.to_string_lossy()).unwrap();
        assert_eq!(picture.rgb.len(), (picture.width * picture.height * 3) as usize);
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter_map(|b| (b as char).to_digit(16)).map(|d| d as u8).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high * 16 + low).collect()
}

const CMYK: &str = "ffd8ffee000e41646f626500640000000000ffdb0043000302020302020303030304030304050805050404050a070706080c0a0c0c0b0a\
     0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc000140800100010044311004d11005911004b1100ff\
     c4001f0000010501010101010100000000000000000102030405060708090a0bffc400b5100002010303020403050504040000017d0102\
     0300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a\
     434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7\
     a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda000e04\
     43004d0059004b00003f00fd53af8f2be3cafd1da28a28a28a28a28a28afffd9";
