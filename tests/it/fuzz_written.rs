//! Whatever the settings, the history and the names: what is written is read back as what it was meant to be, by readers that
//! share nothing with the writers. The bytes of the fuzzer choose what is written.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use trombine::{
    app::Preferences,
    data::{hash::hash, sample::Framing},
    files::table::TableForm,
    history::EpochRecord,
    model::{Initialization, Network, init::init},
    predict::table::{Table, TableKey},
    preset::Preset,
    random::{Purpose, Random},
    run::export::{onnx, tensorboard::TensorBoard},
    setting_def::Choice as _,
    settings::Settings,
    text::{Lang, escape},
};

use crate::{
    fuzz::fuzz,
    properties::set,
    protobuf::{Field, fields, numbers, parts, texts},
};

/// What the bytes of the fuzzer choose.
fn chosen(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let mut random = Random::new(hash(bytes), Purpose::SampleFaces, &[]);
    std::iter::repeat_with(move || random.bits())
}

/// Lines as `--set` takes them.
#[test]
fn fuzz_set() {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for preset in Preset::ALL {
        seeds.extend(preset.settings().text().lines().map(|line| line.as_bytes().to_vec()));
    }
    let words = [
        "=",
        "train.epochs",
        "null",
        "1e999",
        "-1",
        "on",
        "off",
        ",",
        "1:0.1",
        "NaN",
        "\u{1b}[2J",
        " ",
        "é",
        "18446744073709551616",
    ];
    fuzz("set", &seeds, &words, |bytes| {
        let Ok(line) = std::str::from_utf8(bytes) else { return false };
        let mut settings = Settings::default();
        if let Err(problem) = settings.set(line) {
            assert_eq!(settings, Settings::default(), "{line:?} is refused and changes something");
            for lang in Lang::ALL {
                let said = problem.line(lang);
                assert!(said.chars().count() < 1000, "{line:?} is repeated as a whole: {said}");
            }
            return false;
        }
        assert_eq!(Settings::parse(&settings.text()).as_ref(), Ok(&settings), "{line:?}");
        true
    });
}

/// A graph whose nodes take what is there before them, with arrays as large as their shapes say.
#[test]
fn fuzz_onnx() {
    fuzz("onnx", &[vec![0; 16], vec![255; 16]], &[], |bytes| {
        let mut choice = chosen(bytes);
        let mut settings = Settings::default();
        (0..12).for_each(|_| set(&mut settings, choice.next().unwrap() as usize, choice.next().unwrap()));
        // Small ones, for many.
        settings.model.filters.iter_mut().for_each(|filters| *filters = 8 + *filters % 9);
        settings.model.dense.iter_mut().for_each(|units| *units = 2 + *units % 9);
        let Ok(network) = Network::new(&settings.model, settings.augment.side()) else { return false };
        if network.parameters().iter().map(|parameter| parameter.shape.iter().product::<usize>()).sum::<usize>() > 1 << 19 {
            return false;
        }
        let weights = init(&network, Initialization::HeNormal, 3);
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mirrored = choice.next().unwrap().is_multiple_of(2);
        let temperature = if choice.next().unwrap().is_multiple_of(2) { 1.0 } else { 1.5 };
        let file = onnx::encode(&network, &weights, temperature, mirrored, &[("note", text.clone())]);

        let graph = parts(&file, 7)[0];
        let (mut defined, mut bytes_of_arrays) = (HashSet::new(), 0);
        defined.extend(parts(graph, 11).iter().map(|input| texts(input, 1)[0]));
        for array in parts(graph, 5) {
            let (dims, kind, raw) = (numbers(array, 1), numbers(array, 2), parts(array, 9)[0]);
            let width = match kind[..] {
                [1] => 4,
                [7] => 8,
                _ => panic!("data type {kind:?}"),
            };
            assert_eq!(raw.len() as u64, dims.iter().product::<u64>() * width);
            assert!(defined.insert(texts(array, 8)[0]), "a name is there twice");
            bytes_of_arrays += raw.len();
        }
        assert!(bytes_of_arrays >= weights.values() * 4);
        for node in parts(graph, 1) {
            for input in texts(node, 1) {
                assert!(defined.contains(input), "{input} comes later");
            }
            for output in texts(node, 2) {
                assert!(defined.insert(output), "{output} is there twice");
            }
            assert!(texts(node, 4)[0].chars().all(char::is_alphanumeric));
        }
        let outputs: Vec<_> = parts(graph, 12).iter().map(|output| texts(output, 1)[0]).collect();
        assert_eq!(outputs, ["probability"]);
        assert!(defined.contains("probability"));
        let metadata = parts(&file, 14);
        assert_eq!(
            metadata.iter().map(|entry| (texts(entry, 1)[0], texts(entry, 2).concat())).collect::<Vec<_>>(),
            [("note", text)]
        );
        true
    });
}

/// CRC-32C bit by bit (RFC 3720, B.4), masked as TFRecord has it.
fn masked(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
        }
    }
    (!crc).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The events of a file of records.
fn events(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at(8);
        let (sum, rest) = rest.split_at(4);
        let (event, rest) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let (sum_of_event, rest) = rest.split_at(4);
        assert_eq!([sum, sum_of_event], [length, event].map(|of| masked(of).to_le_bytes()).each_ref().map(|sum| &sum[..]));
        found.push(event.to_vec());
        bytes = rest;
    }
    found
}

/// The scalars of an event with their step.
fn scalars(event: &[u8]) -> Vec<(u64, String, u32)> {
    let step = numbers(event, 2).first().copied().unwrap_or_default();
    let value = |value: &&[u8]| {
        let number = fields(value).into_iter().find_map(|(number, field)| match field {
            Field::Four(bytes) if number == 2 => Some(u32::from_le_bytes(bytes)),
            _ => None,
        });
        Some((step, texts(value, 1).concat(), number?))
    };
    parts(event, 5).iter().flat_map(|summary| parts(summary, 1).iter().filter_map(value).collect::<Vec<_>>()).collect()
}

#[test]
fn fuzz_tensorboard() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("run").join("tensorboard");
    fuzz("tensorboard", &[vec![0; 16], vec![255; 16]], &[], |bytes| {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.parent().unwrap()).unwrap();
        let mut choice = chosen(bytes);
        let mut number = || f64::from_bits(choice.next().unwrap());
        let record = |(index, _)| EpochRecord {
            epoch: index as u32 * 7 + 1,
            train_loss: number(),
            train_accuracy: number(),
            validation_loss: number(),
            validation_accuracy: number(),
            learning_rate: number(),
            seconds: number(),
            pictures_per_second: number(),
            validation_top_3: None,
            mae: None,
        };
        let history: Vec<EpochRecord> = bytes.iter().take(9).enumerate().map(record).collect();
        let mut settings = Settings::default();
        let mut choice = chosen(bytes);
        (0..20).for_each(|_| set(&mut settings, choice.next().unwrap() as usize, choice.next().unwrap()));
        let mut board = TensorBoard::open(&folder, 0).unwrap();
        board.settings(&settings, Lang::En).unwrap();
        history.iter().for_each(|record| board.epoch(record).unwrap());
        drop(board);
        for part in ["train", "validation"] {
            let path = fs::read_dir(folder.join(part)).unwrap().next().unwrap().unwrap().path();
            let all = events(&fs::read(path).unwrap());
            assert_eq!(texts(&all[0], 3), ["brain.Event:2"]);
            let found: Vec<_> = all.iter().flat_map(|event| scalars(event)).collect();
            let bits = |value: f64| (value as f32).to_bits();
            let expected: Vec<_> = history
                .iter()
                .flat_map(|r| {
                    let train = [
                        ("epoch_loss", r.train_loss),
                        ("epoch_accuracy", r.train_accuracy),
                        ("epoch_learning_rate", r.learning_rate),
                        ("pictures_per_second", r.pictures_per_second),
                    ];
                    let validation = [("epoch_loss", r.validation_loss), ("epoch_accuracy", r.validation_accuracy)];
                    let values = if part == "train" { &train[..] } else { &validation[..] };
                    let of = |(tag, value): &(&str, f64)| (u64::from(r.epoch), (*tag).to_owned(), bits(*value));
                    values.iter().map(of).collect::<Vec<_>>()
                })
                .collect();
            assert_eq!(found, expected);
        }
        true
    });
}

/// What the window remembers: whatever its file holds, it is taken and written as itself, or not at all.
#[test]
fn fuzz_preferences() {
    let home = tempfile::tempdir().unwrap();
    let mut other = Preferences { recent: vec!["/a".into(), PathBuf::from("b")], ..Preferences::default() };
    (other.lang, other.settings) = (Lang::Fr, Preset::ALL[0].settings());
    let seeds = [Preferences::default(), other].map(|preferences| serde_json::to_vec(&preferences).unwrap());
    fuzz("preferences", &seeds, &["null", "\"recent\"", "{", "}", "[", "]", "\"..\"", "1e999", "-0.0", "\"page\""], |bytes| {
        fs::write(Preferences::file(home.path()), bytes).unwrap();
        let Some(read) = Preferences::load(home.path(), None) else { return false };
        read.save(home.path()).unwrap();
        // Numbers that are none cannot be written.
        if let Some(again) = Preferences::load(home.path(), None) {
            assert_eq!(again, read);
        }
        let _ = (read.recipe(), read.folder_above());
        true
    });
}

/// The record of a table that was begun, and the table: it goes on, or is refused, and never has a row of another.
#[test]
fn fuzz_tables() {
    const HEAD: &str = "file,answer\n";
    let place = tempfile::tempdir().unwrap();
    let (home, csv) = (place.path().join("home"), place.path().join("out.csv"));
    let question = || TableKey {
        run: "a run".to_owned(),
        weights: 1,
        folder: "/pictures".into(),
        pictures: 2,
        framing: Framing::Whole,
        mirrored: false,
        threshold: ["0.5".to_owned(), "1".to_owned()],
        columns: vec!["file".to_owned(), "answer".to_owned()],
        form: TableForm::default(),
    };
    let row = |picture: usize| format!("{picture}.jpg,male\n");
    let mut table = Table::open(&home, &csv, question(), HEAD.as_bytes(), false).unwrap();
    (0..3).for_each(|picture| table.append(row(picture).as_bytes(), 1, 1).unwrap());
    table.close(false).unwrap();
    let record = files(&home).into_iter().find(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap();
    let [good, rows] = [&record, &csv].map(|path| fs::read(path).unwrap());
    // A byte says which of both is damaged.
    let seeds = [[&[0], &good[..]].concat(), [&[1], &rows[..]].concat()];
    let words =
        ["\"pictures\":", "\"bytes\":", "18446744073709551615", "-1", "null", "\"running\"", "\"finished\"", "\n", "9.jpg,"];
    fuzz("tables", &seeds, &words, |bytes| {
        let Some((which, content)) = bytes.split_first() else { return false };
        let [of_record, of_csv] = if which % 2 == 0 { [content, &rows[..]] } else { [&good[..], content] };
        fs::write(&record, of_record).unwrap();
        fs::write(&csv, of_csv).unwrap();
        let opened = Table::open(&home, &csv, question(), HEAD.as_bytes(), false);
        let Ok(mut table) = opened else {
            assert_eq!(fs::read(&csv).unwrap(), of_csv, "what is refused is left as it is");
            return false;
        };
        let begun = table.pictures();
        // What is taken for rows of its own are those that the record's hash is of.
        if which % 2 != 0 && begun > 0 {
            assert!(begun == 3 && of_csv.starts_with(&rows), "{begun} pictures of another table");
        }
        (begun..begun + 2).for_each(|picture| table.append(row(picture).as_bytes(), 1, 1).unwrap());
        table.close(true).unwrap();
        let written = fs::read_to_string(&csv).unwrap();
        assert!(written.starts_with(HEAD) && written.ends_with(&row(begun + 1)), "{written}");
        true
    });
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    fs::read_dir(folder).into_iter().flatten().flatten().flat_map(|entry| below(entry.path())).collect()
}

/// Texts from elsewhere, as bytes: what a terminal gets commands nothing, and JSON for it stays the same text.
#[test]
fn fuzz_terminal() {
    let seeds = ["\u{1b}[2J", "a\u{202e}b", "\u{9b}31m", "plain"].map(|text| text.as_bytes().to_vec());
    fuzz("terminal", &seeds, &["\u{1b}]0;x\u{7}", "\u{2028}", "\\u{1b}", "\"", "\\", "\r", "\t", "\u{feff}"], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        assert!(!escape::terminal(&text).chars().any(|c| escape::is_control(c) && c != '\t'));
        assert!(!escape::lines(&text).chars().any(|c| escape::is_control(c) && !matches!(c, '\t' | '\n')));
        let json = serde_json::to_string(&text).unwrap();
        let shown = escape::json(&json);
        assert!(!shown.chars().any(escape::is_control));
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
        true
    });
}
