//! `labels.csv`: labels from a table, as any editor or program wrote it.

use trombine::{
    control::Control,
    data::{
        dataset::Dataset,
        edits::Edits,
        open_as,
        reading::{Reading, TaskChoice},
        sample::{Part, SkipReason},
        task::TaskKind,
    },
    problem::Problem,
};

use crate::picture_folder::{Folder, alone, utkface_name};

const TABLE: &str = "labels.csv";

fn pictures() -> Folder {
    let folder = Folder::new();
    for (number, file) in ["a.png", "b.png", "c.png", "d.png", "sub/e.png", "sub/f.png"].into_iter().enumerate() {
        folder.picture(file, number as u32);
    }
    folder
}

fn labels(dataset: &Dataset) -> Vec<(String, &str)> {
    let label = |class: u8| dataset.task.classes[usize::from(class)].as_str();
    dataset.samples.iter().map(|s| (s.file.display().to_string().replace('\\', "/"), label(s.class))).collect()
}

/// The same table with other separators, quotes, marks, encodings, names of columns and spellings of paths.
#[test]
fn tables_of_any_program_are_read() {
    let plain = "file,label\na.png,cat\nb.png,dog\nc.png,cat\nd.png,\"horse, grey\"\nsub/e.png,dog\nsub/f.png,dog\n";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let marked = |text: &str| [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let cases: [Vec<u8>; 8] = [
        plain.into(),
        marked(&plain.replace('\n', "\r\n")),
        plain.replace("horse, grey", "horse@ grey").replace(',', ";").replace('@', ",").into_bytes(),
        plain.replace("horse, grey", "horse@ grey").replace(',', "\t").replace('@', ",").into_bytes(),
        utf16(&format!("\u{feff}{plain}")),
        plain
            .replace("file,label", "Index, Label ,FILENAME")
            .lines()
            .map(|line| match line.split_once(',') {
                Some((file, label)) if !line.starts_with("Index") => format!("7,{label},.\\{}\n", file.replace('/', "\\")),
                _ => format!("{line}\n"),
            })
            .collect::<String>()
            .into_bytes(),
        // Empty rows, as editors and spreadsheets leave them.
        format!("\n \r\n{}", plain.replacen('\n', "\n\n", 1)).into_bytes(),
        format!(";;\n{};\n", plain.replace("horse, grey", "horse@ grey").replace(',', ";").replace('@', ",")).into_bytes(),
    ];
    for (case, table) in cases.iter().enumerate() {
        let folder = pictures();
        folder.write(TABLE, table);
        let dataset = folder.open().unwrap_or_else(|problem| panic!("{case}: {problem}"));
        assert_eq!(dataset.task.kind, TaskKind::Folders);
        let expected = [
            ("a.png", "cat"),
            ("b.png", "dog"),
            ("c.png", "cat"),
            ("d.png", "horse, grey"),
            ("sub/e.png", "dog"),
            ("sub/f.png", "dog"),
        ];
        assert_eq!(labels(&dataset), expected.map(|(file, label)| (file.to_owned(), label)), "{case}");
        let said = dataset.understood.sentence(&dataset.task);
        assert_eq!(said.en, "3 classes: cat, dog, horse, grey, from labels.csv (6\u{a0}lines)", "{case}");
    }
}

/// Beside the folder, with parts, by names alone; what is missing, double, contradictory or without a label is told.
#[test]
fn nothing_of_a_table_is_dropped_in_silence() {
    let folder = pictures();
    let table = "file,label,part\na.png,cat,train\nb.png,dog,val\nc.png,cat,Test\nc.png,cat,Test\nd.png,cat,\nd.png,dog,\n\
        e.png,dog,holiday\ngone.png,dog,\nf.png,,\n";
    std::fs::write(folder.beside(TABLE), table).unwrap();
    let dataset = folder.open().unwrap();
    let expected = [("a.png", "cat"), ("b.png", "dog"), ("c.png", "cat"), ("sub/e.png", "dog")];
    assert_eq!(labels(&dataset), expected.map(|(file, label)| (file.to_owned(), label)));
    let parts: Vec<_> = dataset.samples.iter().map(|sample| sample.given_part).collect();
    assert_eq!(parts, [Some(Part::Train), Some(Part::Validation), Some(Part::Test), None]);
    let skipped: Vec<_> = dataset.skipped.iter().map(|s| (s.file.display().to_string(), s.reason.clone())).collect();
    assert_eq!(skipped[0], ("d.png".to_owned(), SkipReason::NoLine), "two lines that contradict each other");
    assert!(skipped[1].0.ends_with("f.png") && skipped[1].1 == SkipReason::NoLine, "{skipped:?}");
    let read = dataset.understood.table.as_ref().unwrap();
    assert_eq!((read.rows, read.incomplete), (9, 1));
    assert_eq!(read.missing, ["gone.png"]);
    assert_eq!(read.doubles, ["c.png", "d.png"]);
    assert!(read.no_parts.contains("holiday"));
    let said = read.sentence();
    for word in [
        "1 of its files are not there: gone.png",
        "2 files stand in it more than once: c.png, d.png",
        "no parts are named holiday",
    ] {
        assert!(said.en.contains(word), "{word} in {}", said.en);
    }
    assert!(said.fr.contains("1 de ses fichiers n’existent pas"));
}

fn refused(folder: &Folder, reading: Reading) -> Problem {
    open_as(&folder.places(), &folder.source(), reading, &Edits::default(), &Control::default(), &mut |_, _, _| {})
        .expect_err("it is refused")
}

#[test]
fn tables_that_say_nothing_are_refused_with_a_way_on() {
    let many: String = (0..201).map(|i| format!("a.png,label {i}\n{i}.png,label {i}\n")).collect();
    for (table, why) in [
        ("picture of,what\na.png,cat\n", "no columns “file” and “label”"),
        ("file,label\n", "No line of labels.csv has a file and a label"),
        ("file,label\na.png,cat\nb.png,cat\n", "Every line of labels.csv says “cat”"),
        ("file,label\nx.png,cat\ny.png,dog\n", "names a picture of the folder"),
        (&format!("file,label\n{many}"), "200 are the most"),
    ] {
        let folder = pictures();
        folder.write(TABLE, table.as_bytes());
        let problem = folder.open().expect_err(why);
        assert!(problem.what.en.contains(why) && !problem.remedy.en.is_empty(), "{why}: {problem}");
    }
    let folder = pictures();
    let problem = refused(&folder, Reading { task: TaskChoice::Table, ..Reading::default() });
    assert!(problem.what.en.contains("There is no labels.csv"), "{problem}");
    folder.write(TABLE, &[0xFF, 0xFE, 0x00]);
    assert!(folder.open().expect_err("no text").what.en.contains("is not a table of labels"));
}

/// A table beside a folder that it is not about changes nothing; UTKFace's names are asked where the user says so.
#[test]
fn other_ways_to_read_the_folder_stay() {
    let folder = Folder::utkface(12);
    std::fs::write(folder.beside(TABLE), "file,label\nx.png,cat\ny.png,dog\n").unwrap();
    assert_eq!(folder.open().unwrap().task.kind, TaskKind::Gender);
    std::fs::write(folder.beside(TABLE), format!("file,label\n{},cat\n{},dog\n", utkface_name(0), utkface_name(1))).unwrap();
    let by_table = folder.open().unwrap();
    assert_eq!((by_table.task.classes.as_slice(), by_table.samples.len()), (&["cat".to_owned(), "dog".to_owned()][..], 2));
    let reading = Reading { task: TaskChoice::Gender, ..Reading::default() };
    let by_name = open_as(&folder.places(), &folder.source(), reading, &Edits::default(), &Control::default(), &mut |_, _, _| {})
        .map(alone)
        .unwrap();
    assert_eq!((by_name.task.kind, by_name.samples.len()), (TaskKind::Gender, 12));
}
