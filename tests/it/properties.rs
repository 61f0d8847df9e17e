//! What must hold for all values, tried on some hundred of each kind, the shrunken ones told: the split, tables and settings
//! written and read again, schedules, Wilson's ranges, texts, paths.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{RngSeed, TestCaseError},
};
use trombine::{
    data::{
        dataset::Dataset,
        edits::{Change, Edits},
        name,
        sample::{Part, Sample, Source},
        split::{Split, SplitSettings},
    },
    evaluate::Rate,
    files::{
        AppDirs, settled,
        table::{Cell, Rows, TableForm, TableStyle},
        text,
    },
    run::pictures::Picture,
    schedule::{ScheduleKind, ScheduleSettings, rate},
    setting_def::{Choice as _, SettingDefs as _, Value},
    settings::Settings,
    text::Lang,
};

/// So many values of each kind: the same in every run, so that what fails fails for a change and not by chance.
/// `PROPTEST_RNG_SEED` gives others, `PROPTEST_CASES` more.
pub fn cases(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let rng_seed = if asked.rng_seed == RngSeed::Random { RngSeed::Fixed(20_241) } else { asked.rng_seed };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { cases };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..asked }
}

/// A data set without pixels: of each picture its class, age, content and the part that its folder names.
fn dataset(pictures: &[(u8, u16, u64, Option<Part>)]) -> Dataset {
    let sample = |(i, &(class, age, hash, given_part)): (usize, &(u8, u16, u64, Option<Part>))| Sample {
        file: format!("{i:04}.png").into(),
        class,
        age: Some(age),
        race: None,
        given_part,
        bytes: 1,
        hash,
        anomaly: None,
    };
    let samples = pictures.iter().enumerate().map(sample).collect();
    Dataset { task: ["a", "b"].into(), samples, ..Dataset::default() }
}

/// Pictures of which some are copies of others; with `given`, some lie in folders of parts.
fn pictures(given: bool) -> impl Strategy<Value = Vec<(u8, u16, u64, Option<Part>)>> {
    let part = prop_oneof![2 => Just(None), 1 => prop::sample::select(Part::ALL.to_vec()).prop_map(Some)];
    vec((0u8..2, 0u16..100, 1u64..150, part), 3..200).prop_map(move |mut pictures| {
        pictures.iter_mut().filter(|_| !given).for_each(|picture| picture.3 = None);
        pictures
    })
}

fn shares() -> impl Strategy<Value = SplitSettings> {
    (5u32..90, 5u32..50, any::<bool>()).prop_map(|(train, validation, stratify_age)| SplitSettings {
        train,
        validation: validation.min(95 - train),
        stratify_age,
        ..SplitSettings::default()
    })
}

proptest! {
    #![proptest_config(cases(150))]

    /// No copy lies in two parts, each picture in one, and the same seed deals the same.
    #[test]
    fn a_split_tears_no_copies_apart_and_deals_all(pictures in pictures(false), settings in shares(), seed: u64) {
        let data = dataset(&pictures);
        let split = Split::new(&data, &settings, seed);
        let mut part_of = HashMap::new();
        for (sample, part) in data.samples.iter().zip(&split.parts) {
            prop_assert!(part.is_some());
            prop_assert_eq!(*part_of.entry(sample.hash).or_insert(*part), *part, "content {}", sample.hash);
        }
        let sum: usize = Part::ALL.iter().map(|part| split.indices(*part).len()).sum();
        prop_assert_eq!(sum, pictures.len());
        prop_assert_eq!(&split, &Split::new(&data, &settings, seed));
    }

    /// Without copies each part has its share of each class, to within one picture.
    #[test]
    fn without_copies_the_shares_are_met(classes in vec(0u8..2, 3..300), settings in shares(), seed: u64) {
        let pictures: Vec<_> = classes.iter().zip(1..).map(|(class, hash)| (*class, 30, hash, None)).collect();
        let settings = SplitSettings { stratify_age: false, ..settings };
        let split = Split::new(&dataset(&pictures), &settings, seed);
        let wanted = [settings.train, settings.validation, 100 - settings.train - settings.validation].map(f64::from);
        for class in 0..2 {
            let all = classes.iter().filter(|of| **of == class).count() as f64;
            for (part, wanted) in Part::ALL.into_iter().zip(wanted) {
                let count = split.indices(part).iter().filter(|i| classes[**i as usize] == class).count() as f64;
                prop_assert!((count - all * wanted / 100.0).abs() <= 2.0, "{part:?} has {count} of {all}, {wanted} %");
            }
        }
    }

    /// Where the parts of folders share pictures and that is to end, no content is left in two parts.
    #[test]
    fn dropping_what_is_shared_leaves_no_leak(pictures in pictures(true), settings in shares(), seed: u64) {
        let data = dataset(&pictures);
        let settings = SplitSettings { drop_shared: true, ..settings };
        let split = Split::new(&data, &settings, seed);
        let mut part_of = HashMap::new();
        for (sample, part) in data.samples.iter().zip(&split.parts) {
            if let Some(part) = part {
                prop_assert_eq!(*part_of.entry(sample.hash).or_insert(*part), *part, "content {}", sample.hash);
            }
            prop_assert!(part.is_none() || sample.given_part.is_none() || *part == sample.given_part || !settings.use_given
                || data.samples.iter().all(|s| s.given_part.is_none() || s.given_part == Some(Part::Train))
                || *part != Some(Part::Train), "a folder's part is kept");
        }
        prop_assert_eq!(split.parts.iter().filter(|part| part.is_none()).count(), split.dropped);
    }

    /// A run goes on with its own split: a picture that came since is in no part, and moves none of the others.
    #[test]
    fn a_picture_that_comes_later_moves_no_other(pictures in pictures(false), settings in shares(), seed: u64, at: prop::sample::Index) {
        let data = dataset(&pictures);
        let split = Split::new(&data, &settings, seed);
        let own = |(sample, part): (&Sample, &Option<Part>)| {
            Some(Picture { file: sample.file.to_string_lossy().into_owned(), hash: sample.hash, class: sample.class, part: (*part)? })
        };
        let kept: Vec<Picture> = data.samples.iter().zip(&split.parts).filter_map(own).collect();
        let mut more = data.clone();
        let at = at.index(pictures.len() + 1);
        let new = Sample { file: "new.png".into(), hash: 999, ..data.samples[0].clone() };
        more.samples.insert(at, new);
        let mut now = Picture::split(&kept, &more).parts;
        prop_assert_eq!(now.remove(at), None);
        prop_assert_eq!(now, split.parts);
    }
}

/// Any text, with what a table, a spreadsheet or a terminal stumbles over more often than chance has it.
pub fn any_text() -> impl Strategy<Value = String> {
    let hard = ["=", "+", "-", "@", "\t", "\r", "\n", "\"", "'", ",", ";", "\u{feff}", "\u{1b}[2J", "＝", "é", "=1+1", ""];
    let piece = prop_oneof![prop::sample::select(hard.to_vec()).prop_map(str::to_owned), any::<String>()];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn forms() -> impl Strategy<Value = TableForm> {
    prop::sample::select(vec![
        TableForm::new(TableStyle::Plain, Lang::En),
        TableForm::new(TableStyle::Spreadsheet, Lang::En),
        TableForm::new(TableStyle::Spreadsheet, Lang::Fr),
    ])
}

/// What a reader that takes the apostrophe for a sign of text has.
fn shown(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.trim_start_matches('\'').starts_with(runs)).unwrap_or(cell)
}

fn runs(c: char) -> bool {
    "=+-@\t\r\n＝＋－＠".contains(c)
}

/// The option at `at`, set to one of the values that it takes.
pub fn set(settings: &mut Settings, at: usize, pick: u64) {
    let mut defs = settings.setting_defs();
    let place = at % defs.len();
    match &mut defs[place].value {
        Value::Switch(value) => **value = pick.is_multiple_of(2),
        Value::Whole { value, range, .. } => {
            let width = u64::from(range.end() - range.start()) + 1;
            **value = (u64::from(*range.start()) + pick % width) as u32;
        }
        Value::Number { value, range, .. } => {
            let share = (pick >> 11) as f64 / (1u64 << 53) as f64;
            **value = (range.start() + share * (range.end() - range.start())).clamp(*range.start(), *range.end());
        }
        Value::Choice(choice) => {
            let options = choice.options().len();
            choice.select(pick as usize % options);
        }
        Value::List { value, length, range, .. } => {
            let width = u64::from(range.end() - range.start()) + 1;
            let len = length.start() + pick as usize % (length.end() - length.start() + 1);
            **value = (0..len as u64).map(|i| (u64::from(*range.start()) + (pick >> i) % width) as u32).collect();
        }
        Value::OfClasses { value, range } => {
            let width = range.end() - range.start();
            **value = (0..pick % 5).map(|i| range.start() + width * ((pick >> (8 * i)) % 256) as f64 / 256.0).collect();
        }
        Value::Run(name) => **name = if pick.is_multiple_of(2) { String::new() } else { format!("2026-{}", pick % 1000) },
        Value::Table(table) => {
            // Each epoch once: of equal ones the last.
            let rows = (0..pick % 5).map(|i| (1 + (pick >> (8 * i)) as u32 % 1000, 1.0 / (2 + (pick >> i) % 9999) as f64));
            **table = rows.collect::<BTreeMap<_, _>>().into_iter().collect();
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// A table is read back as it was written by any reader of its form, and no cell of it computes.
    #[test]
    fn tables_are_read_as_they_were_written(rows in vec((any_text(), any::<f64>()), 0..8), form in forms()) {
        let mut table = Rows::with_columns(form, &["text", "number"]);
        rows.iter().for_each(|(text, number)| table.row([Cell::text(text.as_str()), Cell::Number(*number, None)]));
        let bytes = table.into_bytes();
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let french = form.style == TableStyle::Spreadsheet && form.lang == Lang::Fr;
        let mut reader = csv::ReaderBuilder::new().delimiter(if french { b';' } else { b',' }).from_reader(bytes);
        let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(read.len(), rows.len());
        for (record, (text, number)) in read.iter().zip(&rows) {
            prop_assert!(!record[0].starts_with(runs), "{:?}", &record[0]);
            prop_assert_eq!(shown(&record[0]), text);
            let back: f64 = if french { record[1].replace(',', ".") } else { record[1].to_owned() }.parse().unwrap();
            prop_assert!(back == *number || (back.is_nan() && number.is_nan()), "{} for {}", &record[1], number);
        }
    }

    /// Settings of any values come back from JSON and from text as they were.
    #[test]
    fn settings_come_back_from_json_and_text(changes in vec((any::<usize>(), any::<u64>()), 0..40)) {
        let mut settings = Settings::default();
        changes.iter().for_each(|(at, pick)| set(&mut settings, *at, *pick));
        let json = serde_json::to_string(&settings).unwrap();
        let read = |text: &str| Settings::parse(text).map_err(|p| TestCaseError::fail(format!("{text}\n{p:?}")));
        prop_assert_eq!(&read(&json)?, &settings);
        prop_assert_eq!(&read(&settings.text())?, &settings);
        prop_assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    }

    /// Whatever the schedule: a finite rate, never below zero, never above the optimizer's or the table's, and lower steps by
    /// step where it is said to fall.
    #[test]
    fn rates_stay_within_what_the_schedule_says(
        kind in prop::sample::select(ScheduleKind::ALL.to_vec()),
        warmup in 0.0..50f64, every in 1u32..=500, factor in 0.01..=1f64, last in 0.0..=1f64, rise in 0.05..=0.95f64,
        table in vec((1u32..=1000, 1e-8..1f64), 0..6), base in 1e-7..1f64, per_epoch in 1u32..2000, epochs in 1u32..1000, at: u64,
    ) {
        let settings = ScheduleSettings {
            kind, warmup_epochs: warmup, step_epochs: every, factor, final_factor: last, rise, table: table.clone(),
        };
        let of = |step| rate(&settings, base, step, per_epoch, epochs);
        let total = u64::from(per_epoch) * u64::from(epochs);
        let most = table.iter().map(|(_, rate)| *rate).filter(|_| kind == ScheduleKind::ByHand).fold(base, f64::max);
        for step in [0, 1, at % total, total - 1, total, at] {
            let rate = of(step);
            prop_assert!(rate.is_finite() && rate >= 0.0 && rate <= most * (1.0 + 1e-12), "{rate} at {step}, of {most}");
        }
        let warm = (warmup * f64::from(per_epoch)).ceil() as u64;
        let begin = if kind == ScheduleKind::OneCycle { (rise * total as f64).ceil() as u64 } else { warm };
        if kind != ScheduleKind::ByHand && begin + 1 < total {
            let step = begin + at % (total - begin - 1);
            prop_assert!(of(step + 1) <= of(step) * (1.0 + 1e-12), "rises after step {step}");
        }
        if kind == ScheduleKind::Cosine && begin + 1 < total {
            // Loshchilov and Hutter's formula at its end.
            prop_assert!((of(total) - base * last).abs() < 1e-9, "{} at the end", of(total));
        }
    }

    /// Wilson's range holds the share, moves with it, and narrows with more pictures of the same share.
    #[test]
    fn ranges_hold_the_share(n in 1u32..1_000_000, share in 0.0..=1f64) {
        let hits = (share * f64::from(n)).round() as u32;
        let rate = Rate { hits, n };
        let range = rate.wilson();
        prop_assert!(0.0 <= range.low && range.low <= rate.share() && rate.share() <= range.high && range.high <= 1.0, "{range:?}");
        if hits < n {
            let more = Rate { hits: hits + 1, n }.wilson();
            prop_assert!(more.low > range.low && more.high > range.high - 1e-15, "{more:?} after {range:?}");
        }
        let many = Rate { hits: hits.saturating_mul(4), n: n * 4 }.wilson();
        prop_assert!(many.high - many.low < range.high - range.low, "{many:?} of four times {range:?}");
        // Turned around, it is the same.
        let other = Rate { hits: n - hits, n }.wilson();
        prop_assert!((other.low - (1.0 - range.high)).abs() < 1e-12 && (other.high - (1.0 - range.low)).abs() < 1e-12);
    }

    /// A name that is proposed can be read, one that can be read gets no proposal, and what is meant reads as the same.
    #[test]
    fn names_that_are_proposed_can_be_read(name in "[ 0-9_]{0,12}(_|[a-z.]{0,4})[0-9]{0,20}(\\.?(jpg|chip|JPG|png| |_)){0,4}") {
        let read = name::read(&name);
        if let Some(proposal) = name::propose(&name) {
            prop_assert!(read.is_none() && name::read(&proposal).is_some(), "{proposal}");
        }
        if let Some(trombine::data::sample::Anomaly::Misspelled { meant }) = read.as_ref().and_then(|read| read.anomaly.clone()) {
            let again = name::read(&meant);
            let (read, again) = (read.unwrap(), again.expect("what is meant can be read"));
            prop_assert_eq!((again.age, again.class, again.race, again.anomaly), (read.age, read.class, read.race, None), "{}", meant);
        }
    }

    /// Text in any of the encodings of editors is read as it was, and bytes that are none are refused.
    #[test]
    fn text_is_read_in_any_encoding(written in "[ -~][ -~\\n\u{e0}-\u{ff}\u{1f600}]{0,40}", bytes: Vec<u8>) {
        let utf16 = |unit: fn(u16) -> [u8; 2]| written.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let (low, high) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        let marked = [written.as_bytes(), &low, &high];
        for (mark, text) in [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].into_iter().zip(marked) {
            let read = [text::decode(&[mark, text].concat()), text::decode(text)];
            prop_assert!(read.iter().all(|read| read.as_ref() == Some(&written)), "{read:?}");
        }
        let _ = text::decode(&bytes);
    }
}

/// scipy 1.x: `scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")`, nine digits.
#[test]
fn ranges_are_scipys() {
    for (hits, n, low, high) in [
        (0, 1, 0.0, 0.793450686),
        (1, 1, 0.206549314, 1.0),
        (0, 10, 0.0, 0.2775328),
        (5, 10, 0.236593091, 0.763406909),
        (9, 10, 0.595849973, 0.982123787),
        (10, 10, 0.7224672, 1.0),
        (1, 100, 0.001767432, 0.054486196),
        (87, 100, 0.790196486, 0.922428326),
        (4605, 4741, 0.966167646, 0.975697333),
        (237_049, 237_050, 0.999976103, 0.999999255),
    ] {
        let range = Rate { hits, n }.wilson();
        assert!((range.low - low).abs() < 1e-9 && (range.high - high).abs() < 1e-9, "{hits} of {n}: {range:?}");
    }
}

proptest! {
    #![proptest_config(cases(60))]

    /// However a path is written, it has one spelling, and that is its own.
    #[test]
    fn a_path_has_one_spelling(parts in vec(prop::sample::select(vec![".", "a", "..", "b", "é e", ""]), 0..8)) {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/é e");
        fs::create_dir_all(&deep).unwrap();
        let (mut path, mut real) = (folder.path().to_owned(), settled(folder.path()));
        for part in parts {
            let next = if part == ".." { real.parent().unwrap().to_owned() } else if part.is_empty() || part == "." { real.clone() } else { real.join(part) };
            if !next.is_dir() || !next.starts_with(settled(folder.path())) {
                continue;
            }
            path = if part.is_empty() { Path::new(&format!("{}/", path.display())).to_owned() } else { path.join(part) };
            real = next;
        }
        prop_assert_eq!(settled(&path), real.clone());
        prop_assert_eq!(settled(&real), real.clone());
        prop_assert_eq!(Source::Folder(path).settled().key(), Source::Folder(real).key());
    }

    /// Decisions about pictures come back from their side file whatever the pictures are called.
    #[test]
    fn edits_come_back_from_their_file(files in vec(("[^/\\\\\u{0}]{1,20}", any_text(), 0u8..5), 0..12)) {
        let folder = tempfile::tempdir().unwrap();
        let (places, source) = (AppDirs::at(folder.path()), Source::Folder(folder.path().join("pictures")));
        let mut edits = Edits::default();
        for (file, text, what) in &files {
            let change = match what {
                0 => Change::LeaveOut,
                1 => Change::Keep,
                2 => Change::Relabel(text.clone()),
                3 => Change::Repair(text.clone()),
                _ => Change::Forget,
            };
            edits.change(Path::new(file), &change);
        }
        edits.save(&places, &source).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
        let read = Edits::load(&places, &source).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
        prop_assert_eq!(read, edits);
    }
}
