//! Whatever a file holds, reading it gives a value or a refusal: no panic, no memory beyond a bound, and a value that is
//! taken is written and read again as itself.
//!
//! A plain fuzzer in the process: seeds of each format, some kept in `tests/fuzz/<target>`, the rest written by the program
//! itself, changed by flips, cuts, repetitions, splices, the numbers at which things break, and the format's own words.
//! A second for each target in `cargo test`, as many as `TROMBINE_FUZZ_SECONDS` says otherwise; an input that fails is
//! written to `TROMBINE_FUZZ_FAILURES`, or the system's temporary folder, to be kept in `tests/fuzz` once it is mended.

use std::{
    cell::Cell,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use image::ImageFormat;
use serde::{Serialize, de::DeserializeOwned};
use tempfile::TempDir;
use trombine::{
    app::Preferences,
    data::{
        cache::HEADER,
        decode::{decode_small, decode_up_to},
        edits::Edits,
        format::Foreign,
        hash::hash,
        name,
        picture_size::{PIXEL_BYTES, PictureShape},
        reading::Reading,
    },
    evaluate::{Logits, Prediction, Report},
    files::text,
    history::{EpochRecord, EventLog},
    model::{Initialization, ModelSettings, Network, Weights, init::init},
    optimizer::OptimizerState,
    predict::Photo,
    preset::Preset,
    random::{Purpose, Random},
    run::{
        Run, RunInfo,
        checkpoint::{Checkpoint, Position},
        pictures::Picture,
    },
    setting_def::Choice as _,
    settings::Settings,
    text::Lang,
};

use crate::{
    picture_folder::{Folder, encode, picture, utkface_name},
    training,
};

/// Inputs longer than this are cut: time goes into many, not into long ones.
const LONGEST: usize = 1 << 20;

/// How long each target is tried, if that was said.
fn seconds() -> Option<f64> {
    std::env::var("TROMBINE_FUZZ_SECONDS").ok()?.parse().ok()
}

/// Numbers at which lengths, offsets and counts break, in the orders of bytes in which formats write them.
fn edges(random: &mut Random) -> Vec<u8> {
    let value = [
        0u64,
        1,
        2,
        3,
        7,
        8,
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        1 << 32,
        1 << 53,
        i64::MAX as u64,
        1 << 63,
        u64::MAX - 7,
        u64::MAX,
    ][random.below(23)];
    let width = [1, 2, 4, 8][random.below(4)];
    if random.below(2) == 0 { value.to_le_bytes()[..width].to_vec() } else { value.to_be_bytes()[8 - width..].to_vec() }
}

/// Changes `bytes` in one to six ways.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str]) {
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        // Where the headers are, more often than elsewhere.
        let at = if random.below(2) == 0 { at.min(random.below(200)) } else { at };
        let len = (1 << random.below(9)).min(bytes.len() - at);
        match random.below(10) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            2 if at < bytes.len() => bytes[at] = random.bits() as u8,
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..at + len)),
            5 => {
                let copy = bytes[at..at + len].to_vec();
                let to = random.below(bytes.len() + 1);
                drop(bytes.splice(to..to, copy));
            }
            6 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                let to = (from + (1 << random.below(12))).min(other.len());
                drop(bytes.splice(at..at + len, other[from..to].iter().copied()));
            }
            7 => {
                let edge = edges(random);
                let end = (at + edge.len()).min(bytes.len());
                drop(bytes.splice(at..end, edge));
            }
            8 if !words.is_empty() => {
                let word = words[random.below(words.len())].as_bytes();
                let end = if random.below(2) == 0 { at } else { (at + word.len()).min(bytes.len()) };
                drop(bytes.splice(at..end, word.iter().copied()));
            }
            _ => drop(bytes.splice(at..at, (0..random.below(9)).map(|_| random.bits() as u8).collect::<Vec<_>>())),
        }
        bytes.truncate(LONGEST);
    }
}

/// What was tried of a target.
#[derive(Default)]
struct Tried {
    inputs: u64,
    taken: u64,
}

/// Tries `target` on the kept inputs and on changes of all seeds; it says whether an input was taken, and panics if what
/// must hold does not.
pub fn fuzz(name: &str, seeds: &[Vec<u8>], words: &[&str], target: impl Fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name);
    let mut kept: Vec<PathBuf> = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    kept.sort();
    let mut seeds: Vec<Vec<u8>> = seeds.to_vec();
    seeds.extend(kept.iter().map(|path| fs::read(path).unwrap()));
    assert!(!seeds.is_empty(), "no seed of {name}");
    let tried = Cell::new(Tried::default());
    let attempt = |input: &[u8]| {
        let before = peak();
        let taken = catch_unwind(AssertUnwindSafe(|| target(input)));
        // Among all tests, others grow too.
        let grown = seconds().map_or(0, |_| peak().saturating_sub(before));
        let sound = taken.is_ok() && grown < MOST_MEMORY;
        if !sound {
            let place = std::env::var_os("TROMBINE_FUZZ_FAILURES").map_or_else(std::env::temp_dir, PathBuf::from);
            let path = place.join(format!("trombine-fuzz-{name}-{:016x}", hash(input)));
            fs::write(&path, input).unwrap();
            panic!("{name}: {} fails ({} more memory)", path.display(), grown);
        }
        let mut counts = tried.take();
        (counts.inputs, counts.taken) = (counts.inputs + 1, counts.taken + u64::from(taken.unwrap_or_default()));
        tried.set(counts);
    };
    seeds.iter().for_each(|seed| attempt(seed));
    let time = Duration::from_secs_f64(seconds().unwrap_or(1.0));
    let (end, mut random) = (Instant::now() + time, Random::new(hash(name.as_bytes()), Purpose::SampleFaces, &[]));
    while Instant::now() < end {
        let mut input = seeds[random.below(seeds.len())].clone();
        mutate(&mut random, &mut input, &seeds, words);
        attempt(&input);
    }
    let Tried { inputs, taken } = tried.take();
    println!("fuzz {name}: {inputs} inputs, {taken} taken, {} seeds", seeds.len());
}

/// No input makes the process this much larger, in bytes: a length that a file claims is not believed.
const MOST_MEMORY: u64 = 1 << 30;

/// The most memory that this process ever had, where the system tells.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}

/// What is taken as `T` is written and read as the same text again.
fn round_trip<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else { return false };
    let once = serde_json::to_string(&value).unwrap();
    // Numbers that are none cannot be written.
    if let Ok(again) = serde_json::from_str::<T>(&once) {
        assert_eq!(serde_json::to_string(&again).unwrap(), once);
    }
    true
}

#[test]
fn fuzz_names() {
    let seeds = [utkface_name(3), "61_3_20170109150557335.jpg.chip.jpg".into(), "a.HEIC".into(), "1__0_2_2017.jpg".into()];
    fuzz("names", &seeds.map(String::into_bytes), &["_", ".jpg", ".chip.jpg", "20170109", "é", "0"], |bytes| {
        let name = String::from_utf8_lossy(bytes);
        let (read, proposal) = (name::read(&name), name::propose(&name));
        assert!(proposal.is_none_or(|proposal| read.is_none() && name::read(&proposal).is_some()));
        let _ = (name::is_picture(&name), Foreign::find(bytes));
        read.is_some()
    });
}

#[test]
fn fuzz_settings() {
    let mut seeds = Vec::new();
    for preset in Preset::ALL {
        let settings = preset.settings();
        seeds.extend([serde_json::to_vec_pretty(&settings).unwrap(), settings.text().into_bytes()]);
        seeds.push(settings.text().encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    let words = ["train.epochs=", "null", "1e999", "-1", "\"three\"", "{", "}", "[[1,0.1]]", "seed=", "\u{feff}", "=", "NaN"];
    fuzz("settings", &seeds, &words, |bytes| {
        let Some(text) = text::decode(bytes) else { return false };
        let _ = Settings::is_text(&text);
        let Ok(settings) = Settings::parse(&text) else { return false };
        let said = |text: &str| Settings::parse(text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
        assert_eq!(said(&settings.text()), settings);
        assert_eq!(said(&serde_json::to_string(&settings).unwrap()), settings);
        true
    });
}

/// A finished run's folder.
fn run() -> (TempDir, PathBuf) {
    let plan = training::plan(&training::settings());
    let (home, mut run) = training::run(&plan);
    let prediction = |sample: u32| Prediction {
        file: plan.dataset.samples[sample as usize].file.clone(),
        sample,
        label: plan.dataset.samples[sample as usize].class,
        logit: Logits::Binary(sample as f32 - 6.5),
        age: Some(20),
        race: None,
    };
    let report = Report {
        task: plan.dataset.task.clone(),
        part: None,
        predictions: (0..12).map(prediction).collect(),
        validation: Vec::new(),
        threshold: 0.5,
        temperature: 1.0,
        mirrored: false,
        train_shares: vec![0.5; 2],
        seen: None,
        weights: None,
    };
    run.save_report(&report).unwrap();
    run.save_history(&(1..4).map(|epoch| EpochRecord { epoch, ..EpochRecord::default() }).collect::<Vec<_>>()).unwrap();
    run.save_event_log(&EventLog::default()).unwrap();
    run.update(|info| info.epochs_done = 3).unwrap();
    let folder = run.folder.clone();
    (home, folder)
}

/// Each of a run's JSON files in turn, and then the whole folder opened with it.
#[test]
fn fuzz_run_files() {
    let (_home, folder) = run();
    let names = ["run.json", "settings.json", "pictures.json", "history.jsonl", "events.json", "report.json"];
    let seeds: Vec<Vec<u8>> =
        (0u8..).zip(names).map(|(i, name)| [&[i], &fs::read(folder.join(name)).unwrap()[..]].concat()).collect();
    let words = ["null", "1e999", "-1", "\"\"", "{", "}", "[", "]", "4294967296", "\"finished\"", "NaN", "\n", "\\u0000"];
    fuzz("run_files", &seeds, &words, |bytes| {
        let Some((which, content)) = bytes.split_first() else { return false };
        let path = folder.join(names[usize::from(*which) % names.len()]);
        let before = fs::read(&path).unwrap();
        fs::write(&path, content).unwrap();
        let opened = Run::open(&folder).and_then(|run| run.view());
        fs::write(&path, before).unwrap();
        let _ = [
            round_trip::<RunInfo>(content),
            round_trip::<Report>(content),
            round_trip::<Vec<Picture>>(content),
            round_trip::<EventLog>(content),
        ];
        if let Ok(view) = &opened {
            let _ = (view.info.line(Lang::Fr), view.info.caution());
            if let Some(report) = &view.report {
                let _ = (
                    report.scores(report.threshold),
                    report.curves(1),
                    report.reliability(),
                    report.subline(report.threshold, Lang::En),
                );
            }
        }
        opened.is_ok()
    });
}

fn network() -> Network {
    let settings = ModelSettings { filters: vec![8], dense: vec![2], batch_norm_conv: true, ..ModelSettings::default() };
    Network::new(&settings, 12).unwrap()
}

const TENSOR_WORDS: [&str; 8] =
    ["\"F32\"", "\"data_offsets\"", "[0,4]", "\"shape\"", "xxh3", "__metadata__", "18446744073709551615", "\"F64\""];

#[test]
fn fuzz_weights() {
    let weights = init(&network(), Initialization::HeNormal, 3);
    let plain = [1.0f32, 2.0].map(f32::to_le_bytes).concat();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2], &plain).unwrap();
    let seeds = [weights.to_bytes().unwrap(), safetensors::serialize([("a", view)], None).unwrap()];
    fuzz("weights", &seeds, &TENSOR_WORDS, |bytes| {
        let Ok(weights) = Weights::from_bytes(bytes) else { return false };
        let again = Weights::from_bytes(&weights.to_bytes().unwrap()).unwrap();
        assert_eq!(again.to_bytes().unwrap(), weights.to_bytes().unwrap());
        if weights.check(&network()).is_ok() {
            assert!(weights.iter().all(|(_, array)| array.data.iter().all(|value| value.is_finite())));
        }
        true
    });
}

#[test]
fn fuzz_checkpoints() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("c.safetensors");
    let weights = init(&network(), Initialization::HeNormal, 3);
    let position = Position { epoch: 2, ..Position::default() };
    let checkpoint = Checkpoint {
        position,
        best: Some(weights.clone()),
        weights,
        optimizer: OptimizerState::default(),
        statistics: None,
        event_log: None,
        settings: None,
    };
    checkpoint.save(&path).unwrap();
    let sealed = fs::read(&path).unwrap();
    // Without its checksum it is read further.
    let open = sealed.windows(4).position(|window| window == b"xxh3").map(|at| {
        let mut open = sealed.clone();
        open[at] = b'y';
        open
    });
    fuzz("checkpoints", &[vec![sealed], open.into_iter().collect()].concat(), &TENSOR_WORDS, |bytes| {
        fs::write(&path, bytes).unwrap();
        let Ok(read) = Checkpoint::load(&path) else { return false };
        let _ = (read.weights.check(&network()), read.optimizer.check(&network()));
        read.save(&path).unwrap();
        assert!(Checkpoint::load(&path).is_ok());
        true
    });
}

/// Whatever the cache file holds, a folder opens with the pictures that it has.
#[test]
fn fuzz_cache() {
    let folder = Folder::utkface(2);
    let data = folder.open().unwrap();
    let right: Vec<Vec<u8>> = (0..2).map(|i| data.pixels.get(i).unwrap().into_owned()).collect();
    let cache = || fs::read_dir(folder.places().cache).unwrap().flatten().next().map(|entry| entry.path());
    let path = cache().unwrap();
    let good = fs::read(&path).unwrap();
    // What is tried are header and index; the pixels are put between them.
    let (header, index) = (&good[..HEADER], &good[HEADER + 2 * PIXEL_BYTES..]);
    let words = ["\"slot\":", "4294967295", "\"pixels\":", "null", "\"refused\"", "\"picture\"", "../x", "-1"];
    let seal = |bytes: &[u8]| {
        let mut header = bytes[..HEADER.min(bytes.len())].to_vec();
        header.resize(HEADER, 0);
        let index = bytes.get(HEADER..).unwrap_or_default();
        // With the sums that a file of these bytes would have, so that more than its checksums is tried.
        header[24..32].copy_from_slice(&(index.len() as u64).to_le_bytes());
        header[32..40].copy_from_slice(&hash(index).to_le_bytes());
        header[40..48].fill(0);
        let seal = hash(&header);
        header[40..48].copy_from_slice(&seal.to_le_bytes());
        [&header, &good[HEADER..HEADER + 2 * PIXEL_BYTES], index].concat()
    };
    fuzz("cache", &[[header, index].concat()], &words, |bytes| {
        let sealed = bytes.len() % 4 != 0;
        fs::write(&path, if sealed { seal(bytes) } else { bytes.to_vec() }).unwrap();
        // A file with sums that fit can say that no picture can be used; none can show what was never there.
        let Ok(data) = folder.open() else { return sealed };
        let same = data
            .samples
            .iter()
            .enumerate()
            .all(|(i, _)| data.pixels.get(i).is_ok_and(|pixels| right.contains(&pixels.into_owned())));
        assert!(same && data.samples.len() <= 2);
        sealed
    });
}

/// The first JSON file below a folder.
fn json_below(folder: &Path) -> Option<PathBuf> {
    let paths: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    let own = paths.iter().find(|path| path.extension().is_some_and(|e| e == "json")).cloned();
    own.or_else(|| paths.iter().find_map(|path| json_below(path)))
}

/// The side files of folders, and what the window remembers.
#[test]
fn fuzz_side_files() {
    let folder = Folder::utkface(2);
    let mut edits = Edits::default();
    edits.change(Path::new("a.jpg"), &trombine::data::edits::Change::Relabel("male".into()));
    edits.save(&folder.places(), &folder.source()).unwrap();
    let side = json_below(&folder.places().home).unwrap();
    let preferences = serde_json::to_vec(&Preferences::default()).unwrap();
    let seeds = [fs::read(&side).unwrap(), preferences];
    fuzz("side_files", &seeds, &["null", "\"recent\"", "{", "}", "[", "]", "\"..\"", "1e999"], |bytes| {
        fs::write(&side, bytes).unwrap();
        let read = Edits::load(&folder.places(), &folder.source());
        let _ = Reading::load(&folder.places(), &folder.source());
        if let Ok(edits) = &read {
            edits.save(&folder.places(), &folder.source()).unwrap();
            assert_eq!(Edits::load(&folder.places(), &folder.source()).as_ref(), Ok(edits));
        }
        let home = folder.beside("preferences");
        fs::create_dir_all(&home).unwrap();
        fs::write(Preferences::file(&home), bytes).unwrap();
        let remembered = Preferences::load(&home, String::from_utf8(bytes.to_vec()).ok());
        read.is_ok() || remembered.is_some()
    });
}

/// Pictures of every format through both ways of decoding.
fn pictures(name: &str, format: ImageFormat) {
    let mut seeds = Vec::new();
    for (width, height) in [(48, 48), (7, 90), (130, 128)] {
        let image = image::DynamicImage::from(picture(width * 31 + height, width, height));
        seeds.push(encode(&image, format));
        if matches!(format, ImageFormat::Png | ImageFormat::WebP | ImageFormat::Tiff) {
            seeds.push(encode(&image.to_rgba8().into(), format));
        }
        if format != ImageFormat::WebP && format != ImageFormat::Gif {
            seeds.push(encode(&image.to_luma8().into(), format));
        }
    }
    fuzz(name, &seeds, &["IHDR", "IDAT", "VP8 ", "VP8L", "ANIM", "RIFF", "II*\0", "GIF89a", "\u{0}\u{0}"], |bytes| {
        let mut small = vec![0; PIXEL_BYTES];
        let taken = decode_small(bytes, "a.jpg", Default::default(), &mut small).is_ok();
        if let Ok(picture) = decode_up_to(bytes, "a.jpg", 1 << 22) {
            assert_eq!(picture.rgb.len(), picture.width as usize * picture.height as usize * 3);
        }
        let _ = Photo::decode(bytes).map(|photo| photo.square(PictureShape::default()));
        taken
    });
}

#[test]
fn fuzz_jpeg() {
    pictures("jpeg", ImageFormat::Jpeg);
}

#[test]
fn fuzz_png() {
    pictures("png", ImageFormat::Png);
}

#[test]
fn fuzz_webp() {
    pictures("webp", ImageFormat::WebP);
}

#[test]
fn fuzz_bmp() {
    pictures("bmp", ImageFormat::Bmp);
}

#[test]
fn fuzz_gif() {
    pictures("gif", ImageFormat::Gif);
}

#[test]
fn fuzz_tiff() {
    pictures("tiff", ImageFormat::Tiff);
}
