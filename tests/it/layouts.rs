//! Folders as people really have them, read by `check`, `train` and `predict --csv`.

use std::{fs, path::Path};

use trombine::{
    control::{Control, Signal},
    data::{
        dataset::Dataset,
        edits::Edits,
        layout::Layout,
        open_as, open_in, other_readings,
        part_name::part,
        reading::{ClassFolders, Reading, TaskChoice},
        sample::{Part, Source},
        split::{Split, SplitSettings},
    },
    files::{AppDirs, fault::Fault},
    problem::Kind,
    text::Lang,
};

use crate::{
    cli::call,
    picture_folder::{Folder, alone},
};

/// A folder that counts its pictures, so that no two are the same.
struct Case {
    folder: Folder,
    count: u32,
}

impl Case {
    fn new() -> Self {
        Self { folder: Folder::new(), count: 0 }
    }

    fn pictures(&mut self, folder: &str, n: u32, name: impl Fn(u32) -> String) {
        for _ in 0..n {
            self.count += 1;
            self.folder.picture(&format!("{folder}/{}", name(self.count)), self.count);
        }
    }

    fn both(&mut self, folder: &str, n: u32, names: [&str; 2]) {
        for class in names {
            self.pictures(&format!("{folder}/{class}"), n, plain);
        }
    }

    fn open(&self) -> Dataset {
        self.folder.open().unwrap()
    }

    /// What `check` prints, and how it ends.
    fn check(&self, more: &[&str]) -> (i32, String, String) {
        let root = self.folder.root();
        call(&self.folder.places().home, &[&["check", root.to_str().unwrap()], more].concat())
    }

    /// The rows of the table that `predict --csv` makes of it.
    fn table(&self, model: &Model) -> Vec<String> {
        let csv = self.folder.beside("table.csv");
        let root = self.folder.root();
        let arguments = ["predict", "last", root.to_str().unwrap(), "--csv", csv.to_str().unwrap()];
        let (status, _, err) = call(model.home(), &arguments);
        assert_eq!(status, 0, "{err}");
        fs::read_to_string(csv).unwrap().lines().skip(1).map(str::to_owned).collect()
    }
}

fn plain(i: u32) -> String {
    format!("p{i:05}.png")
}

/// UTKFace names of this gender's code: 0 is male.
fn utk(gender: u32) -> impl Fn(u32) -> String {
    move |i| format!("{}_{gender}_{}_2017010{}1357{i:05}.jpg", 20 + i % 60, i % 5, i % 9 + 1)
}

/// A run, hardly trained.
struct Model(tempfile::TempDir);

impl Model {
    fn home(&self) -> &Path {
        self.0.path()
    }
}

const QUICK: [&str; 14] = [
    "--threads",
    "1",
    "--epochs",
    "1",
    "--device",
    "cpu",
    "--set",
    "augment.crop=48",
    "--set",
    "model.filters=8",
    "--set",
    "model.dense=4",
    "--set",
    "train.steps_per_epoch=2",
];

/// Trains on a case; it must succeed.
fn trained(case: &Case) -> Model {
    let home = tempfile::tempdir().unwrap();
    let root = case.folder.root();
    let (status, _, err) = call(home.path(), &[&["train", "--data", root.to_str().unwrap()], &QUICK[..]].concat());
    assert_eq!(status, 0, "{err}");
    Model(home)
}

/// Pictures in the parts that folders name.
fn given(dataset: &Dataset) -> [usize; 3] {
    Part::ALL.map(|part| dataset.samples.iter().filter(|s| s.given_part == Some(part)).count())
}

fn dealt(dataset: &Dataset) -> [usize; 3] {
    let split = Split::new(dataset, &SplitSettings::default(), 42);
    Part::ALL.map(|part| split.indices(part).len())
}

const PETS: [&str; 2] = ["cats", "dogs"];

#[test]
fn parts_are_parts_in_any_spelling() {
    let (val, test) = ([40, 12, 0], [40, 0, 12]);
    for (one, other, expected, rest) in [
        // What is missing comes from training: 20 of 80 for validation, or for the test.
        ("training_set", "test_set", test, [30, 10, 12]),
        ("trainset", "testset", test, [30, 10, 12]),
        ("train_data", "val_data", val, [30, 12, 10]),
        ("1_train", "2_val", val, [30, 12, 10]),
        ("train ", "test ", test, [30, 10, 12]),
        ("entraînement", "validation", val, [30, 12, 10]),
        ("entrainement", "test", test, [30, 10, 12]),
        ("Train", "Eval", val, [30, 12, 10]),
        ("train", "dev", val, [30, 12, 10]),
    ] {
        let mut case = Case::new();
        case.both(one, 20, PETS);
        case.both(other, 6, PETS);
        let dataset = case.open();
        assert_eq!(dataset.task.classes, PETS, "{one}, {other}");
        assert_eq!(dataset.balance(), vec![26, 26]);
        assert_eq!(given(&dataset), expected, "{one}, {other}");
        assert_eq!(dealt(&dataset), rest, "{one}, {other}");
        let (status, out, err) = case.check(&[]);
        assert_eq!(status, 0, "{err}");
        let part = if expected == val { "validation" } else { "test" };
        let (one, other) = (one.trim(), other.trim());
        let line = format!("Classes cats and dogs; the folder {one} is the training part (40), {other} the {part} part (12)");
        assert!(out.contains(&line), "“{line}” is not in:\n{out}");
    }
}

#[test]
fn a_folder_that_is_named_like_a_part_may_be_a_class() {
    let mut case = Case::new();
    case.both(".", 20, ["bus", "train"]);
    let dataset = case.open();
    assert_eq!((dataset.task.classes.as_slice(), dataset.balance()), (&["bus".to_owned(), "train".to_owned()][..], vec![20, 20]));
    assert_eq!(given(&dataset), [0; 3]);
    assert_eq!(case.check(&[]).0, 0);
    trained(&case);
}

#[test]
fn accents_are_the_same_however_they_are_spelled() {
    let mut case = Case::new();
    case.both("train", 20, ["f\u{e2}ch\u{e9}", "r\u{e9}joui"]);
    case.both("test", 6, ["fa\u{302}che\u{301}", "re\u{301}joui"]);
    let dataset = case.open();
    assert_eq!(dataset.task.classes, ["fâché", "réjoui"]);
    assert_eq!((dataset.balance(), given(&dataset)), (vec![26, 26], [40, 0, 12]));
}

#[test]
fn a_sorted_folder_counts_over_utkface_names_and_that_is_said() {
    let mut case = Case::new();
    for class in ["neutral", "smiling"] {
        case.pictures(class, 15, utk(0));
        case.pictures(class, 15, utk(1));
    }
    let dataset = case.open();
    assert_eq!(
        (dataset.task.classes.as_slice(), dataset.balance()),
        (&["neutral".to_owned(), "smiling".to_owned()][..], vec![30, 30])
    );
    assert!(dataset.samples.iter().all(|s| s.age.is_some()), "ages still come from the names");
    let (status, out, _) = case.check(&[]);
    assert_eq!(status, 0);
    let line = "60\u{a0}pictures in neutral, smiling have a name that says female or male, too; the folders count (--task gender takes the names)";
    assert!(out.contains(line), "{out}");
    // Said once, it is remembered for the folder.
    let (status, out, _) = case.check(&["--labels", "names"]);
    assert_eq!(status, 0);
    assert!(out.contains("Labels female and male, from UTKFace’s names") && out.contains("30 female, 30 male"), "{out}");
    assert!(out.contains("60\u{a0}pictures lie in the folders neutral, smiling; their names count, not the folders"), "{out}");
    assert_eq!(case.open().task.classes, ["female", "male"]);
    assert!(case.check(&[]).1.contains("30 female, 30 male"));
    let (_, out, _) = case.check(&["--labels", "auto"]);
    assert!(out.contains("Classes neutral and smiling"), "{out}");
    assert_eq!(case.open().task.classes, ["neutral", "smiling"]);
}

#[test]
fn names_against_their_folders_are_counted_and_the_user_decides() {
    let mut case = Case::new();
    case.pictures("women", 20, utk(0));
    case.pictures("men", 20, utk(1));
    let dataset = case.open();
    assert_eq!((dataset.task.classes.as_slice(), dataset.balance()), (&["men".to_owned(), "women".to_owned()][..], vec![20, 20]));
    assert_eq!((dataset.understood.both, dataset.understood.disagree), (40, Some(40)));
    let (status, out, _) = case.check(&[]);
    assert_eq!(status, 0);
    let line = "40 of 40\u{a0}pictures: the name says another gender than the folder (men, women); the folders count";
    assert!(out.contains(line), "{out}");
    let french = dataset.understood.conflict().unwrap();
    let line = "40 sur 40\u{a0}images\u{a0}: le nom dit un autre genre que le dossier (men, women)\u{a0}; les dossiers comptent";
    assert_eq!(french.get(Lang::Fr), line);

    // Where they agree there is nothing to decide, and UTKFace's own classes stand.
    let mut case = Case::new();
    case.pictures("women", 3, utk(1));
    case.pictures("men", 3, utk(0));
    let dataset = case.open();
    assert_eq!(
        (dataset.task.classes.as_slice(), dataset.understood.conflict()),
        (&["female".to_owned(), "male".to_owned()][..], None)
    );
    // Folders called female and male win as ever; one that contradicts is counted.
    let mut case = Case::new();
    case.pictures("train/female", 3, utk(1));
    case.pictures("train/male", 3, utk(0));
    case.pictures("test/male", 1, utk(1));
    let dataset = case.open();
    assert_eq!((dataset.balance(), dataset.understood.disagree, given(&dataset)), (vec![3, 4], Some(1), [6, 0, 1]));
}

#[test]
fn what_was_said_of_a_folder_does_not_keep_it_from_opening() {
    let mut case = Case::new();
    case.both(".", 10, PETS);
    let (places, source) = (case.folder.places(), case.folder.source());
    let (home, root) = (case.folder.beside("home"), case.folder.root());
    let check = |labels| call(&home, &["check", root.to_str().expect("UTF-8"), "--labels", labels]).0;
    assert_eq!(check("names"), 1, "no name says anything");
    assert_eq!(Reading::load(&places, &source), Reading::default(), "what fails is not remembered");
    assert_eq!(check("folders"), 0);
    assert_eq!(Reading::load(&places, &source).task, TaskChoice::Folders);
    // The folder is sorted otherwise since: it is read as it can be.
    for class in PETS {
        fs::remove_dir_all(case.folder.root().join(class)).unwrap();
    }
    case.pictures("all", 3, utk(0));
    case.pictures("all", 3, utk(1));
    let dataset = open_in(&places, &source, &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone).unwrap();
    assert_eq!(dataset.balance(), vec![3, 3]);
}

/// Three folders with pictures are three classes; two of them hold the same two, which may be meant.
#[test]
fn folders_that_hold_the_same_are_offered_as_classes() {
    let mut case = Case::new();
    case.both("home", 4, PETS);
    case.both("street", 4, PETS);
    case.pictures("unsorted", 2, plain);
    let dataset = case.open();
    assert_eq!(dataset.task.classes, ["home", "street", "unsorted"]);
    assert_eq!(dataset.understood.other_classes, PETS);
}

/// More folders than a network tells apart, with the same two in all but one, which may be meant.
#[test]
fn a_folder_that_cannot_be_read_says_how_it_can_be() {
    let mut case = Case::new();
    (0..200).for_each(|place| case.both(&format!("place {place}"), 1, PETS));
    case.pictures("unsorted", 2, plain);
    let (places, source) = (case.folder.places(), case.folder.source());
    let problem = case.folder.open().expect_err("201 classes");
    assert_eq!(problem.path.as_deref(), Some(case.folder.root().canonicalize().unwrap().as_path()));
    let ways = other_readings(&source, &Control::default());
    let said: Vec<&str> = ways.iter().map(|(_, words)| words.en.as_str()).collect();
    assert_eq!(said, ["Inner folders as classes: cats, dogs"]);
    let (status, _, err) = case.check(&[]);
    assert_eq!(status, 1);
    assert!(err.contains("With --classes inner: Inner folders as classes: cats, dogs"), "{err}");
    let mut progress = |_, _, _| {};
    let dataset = open_as(&places, &source, ways[0].0, &Edits::default(), &Control::default(), &mut progress).map(alone).unwrap();
    assert_eq!(dataset.balance(), vec![200, 200]);
    assert!(other_readings(&Source::Folder(case.folder.beside("nowhere")), &Control::default()).is_empty());
    // Names that hardly any picture has are no way to read it.
    let mut case = Case::new();
    case.pictures("c", 5, plain);
    case.pictures("c", 1, utk(0));
    case.pictures("c", 1, utk(1));
    assert!(other_readings(&case.folder.source(), &Control::default()).is_empty());
}

#[test]
fn what_was_said_of_a_folder_follows_it() {
    let mut case = Case::new();
    case.both("left", 3, PETS);
    case.both("right", 3, PETS);
    let (places, source) = (case.folder.places(), case.folder.source());
    let open =
        |source: &Source| open_in(&places, source, &Edits::default(), &Control::default(), &mut |_, _, _| {}).map(alone).unwrap();
    assert_eq!(open(&source).task.classes, PETS);
    let reading = Reading { classes: ClassFolders::Outer, ..Reading::default() };
    reading.save(&places, &source, &Control::default()).unwrap();
    // A copy is a folder of its own, as long as the first one is there.
    let [copy, moved] = ["copy", "moved"].map(|name| case.folder.beside(name));
    for class in PETS {
        for side in ["left", "right"] {
            fs::create_dir_all(copy.join(side).join(class)).unwrap();
            for file in fs::read_dir(case.folder.root().join(side).join(class)).unwrap().flatten() {
                fs::copy(file.path(), copy.join(side).join(class).join(file.file_name())).unwrap();
            }
        }
    }
    assert_eq!(open(&Source::Folder(copy.clone())).task.classes, PETS);
    fs::remove_dir_all(copy).unwrap();
    fs::rename(case.folder.root(), &moved).unwrap();
    let moved = Source::Folder(moved);
    // Also where it cannot be written down for the new place.
    let full = Fault::full(&places.home);
    assert_eq!(open(&moved).task.classes, ["left", "right"]);
    assert_eq!(Reading::load(&places, &moved.settled()), Reading::default());
    drop(full);
    assert_eq!(open(&moved).task.classes, ["left", "right"]);
    assert_eq!(Reading::load(&places, &moved.settled()), reading, "and it is written down");
    // Who calls it off has nothing changed; a place that cannot be written is not one to be sought.
    let stopped = Control::default();
    stopped.set(Signal::Discard);
    let classes = Reading { classes: ClassFolders::Inner, ..Reading::default() };
    assert_eq!(classes.save(&places, &moved, &stopped).unwrap_err().kind, Kind::Cancelled);
    assert_eq!(Reading::load(&places, &moved.settled()), reading);
    fs::write(case.folder.beside("file"), b"").unwrap();
    let problem = classes.save(&AppDirs::at(case.folder.beside("file")), &moved, &Control::default()).unwrap_err();
    assert!(problem.kind == Kind::Disk && problem.what.en.contains("cannot be written"), "{problem}");
    // Said anew, it does not come back from where the folder was.
    Reading::default().save(&places, &moved, &Control::default()).unwrap();
    assert_eq!(open(&moved).task.classes, PETS);
}

#[test]
fn leftovers_and_endings_are_the_same_for_every_command() {
    let mut mac = Case::new();
    mac.both("faces", 10, PETS);
    for class in PETS {
        for entry in fs::read_dir(mac.folder.root().join("faces").join(class)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            mac.folder.write(&format!("__MACOSX/faces/{class}/._{name}"), b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ");
        }
    }
    let mut notebooks = Case::new();
    notebooks.both(".", 10, PETS);
    notebooks.pictures(".ipynb_checkpoints", 3, plain);
    notebooks.pictures("cats/.ipynb_checkpoints", 3, plain);
    let mut nas = Case::new();
    nas.both(".", 10, PETS);
    nas.pictures("cats/@eaDir", 4, |i| format!("SYNOPHOTO_THUMB_{i}.jpg"));
    let mut extensions = Case::new();
    for ending in ["jfif", "jpe", "JPG", "Jpeg"] {
        for class in PETS {
            extensions.pictures(class, 5, |i| format!("{i}.{ending}"));
        }
    }
    let model = trained(&mac);
    for (case, each) in [(&mac, 10), (&notebooks, 10), (&nas, 10), (&extensions, 20)] {
        let (status, out, err) = case.check(&[]);
        assert_eq!(status, 0, "{err}");
        let line = format!("{n}\u{a0}files found, {n}\u{a0}usable: {each} cats, {each} dogs", n = 2 * each);
        assert!(out.contains(&line), "{line} is not in:\n{out}");
        let table = case.table(&model);
        assert_eq!(table.len(), 2 * each, "{table:?}");
        assert!(table.iter().all(|row| row.ends_with(",yes,") || row.ends_with(",no,")), "{table:?}");
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_skipped_by_every_command() {
    let mut case = Case::new();
    case.both(".", 8, PETS);
    let pipe = std::process::Command::new("mkfifo").arg(case.folder.root().join("cats/pipe.jpg")).status();
    if !pipe.is_ok_and(|status| status.success()) {
        println!("without mkfifo only a device is tried");
    }
    std::os::unix::fs::symlink("/dev/zero", case.folder.root().join("cats/zero.jpg")).unwrap();
    let (status, out, err) = case.check(&[]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("16\u{a0}usable") && out.contains("zero.jpg: a pipe or a device, not a file"), "{out}");
    let model = trained(&case);
    assert_eq!(case.table(&model).len(), 16);
    let zero = case.folder.root().join("cats/zero.jpg");
    let (status, _, err) = call(model.home(), &["predict", "last", zero.to_str().unwrap()]);
    assert!(status == 1 && err.contains("is a pipe or a device, not a file"), "{err}");
}

#[test]
fn check_ends_as_train_would() {
    let mut case = Case::new();
    case.both(".", 1, ["a", "b"]);
    let (status, out, err) = case.check(&[]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains("2\u{a0}usable"), "the numbers come all the same: {out}");
    let root = case.folder.root();
    let (trained, _, refusal) = call(&case.folder.places().home, &["train", "--data", root.to_str().unwrap()]);
    assert_eq!(trained, 1);
    let problems = |err: &str| err.lines().filter(|line| line.starts_with("split.")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((problems(&err), problems(&err).is_empty()), (problems(&refusal), false));
    let (status, out, _) = case.check(&["--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, json["problems"].as_array().unwrap().is_empty()), (1, false));
}

#[test]
fn the_parts_names_are_known_in_two_languages_with_any_decoration() {
    for (names, expected) in [
        (
            &[
                "train",
                "Train",
                " TRAINING ",
                "trainset",
                "train_data",
                "data_train",
                "01-train",
                "train (1)",
                "train2",
                "training images",
                "Entraînement",
                "entrai\u{302}nement",
                "Jeu d’entraînement",
                "jeu_d_apprentissage",
                "dataset-train",
            ][..],
            Some(Part::Train),
        ),
        (
            &[
                "val",
                "valid",
                "VALIDATION",
                "val_set",
                "2_val",
                "valset",
                "dev",
                "devset",
                "eval",
                "évaluation",
                "données de validation",
            ][..],
            Some(Part::Validation),
        ),
        (
            &["test", "testing", "test_set", "testset", "hold-out", "holdout", "Ensemble de test", "3.test", "test images"][..],
            Some(Part::Test),
        ),
        (
            &[
                "cats",
                "trainers",
                "contest",
                "protest",
                "valley",
                "devices",
                "set",
                "data",
                "faces",
                "1",
                "",
                "train_cats",
                "testament",
            ][..],
            None,
        ),
    ] {
        for name in names {
            assert_eq!(part(name), expected, "{name}");
        }
    }
}

/// Classes, the part of the first tree, and the other reading's classes.
fn read(paths: &[&str], which: ClassFolders) -> (Vec<String>, Option<Part>, Vec<String>) {
    let trees: Vec<Vec<String>> = paths.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
    let layout = Layout::find(trees.iter().map(Vec::as_slice), which);
    (layout.classes.clone(), layout.part(&trees[0]), layout.other_classes)
}

#[test]
fn folders_in_folders_are_read_by_what_they_hold() {
    use ClassFolders::{Auto, Inner, Outer};
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let same = ["cats/front", "cats/side", "dogs/front", "dogs/side"];
    assert_eq!(read(&same, Auto), (strings(&["front", "side"]), None, strings(&PETS)));
    assert_eq!(read(&same, Outer), (strings(&PETS), None, strings(&["front", "side"])));
    let differing = ["cats/front", "dogs/front", "dogs/side"];
    assert_eq!(read(&differing, Auto), (strings(&PETS), None, strings(&["front", "side"])));
    assert_eq!(read(&differing, Inner), (strings(&["front", "side"]), None, strings(&PETS)));
    // Two above three, and three above two: the program tells two classes apart.
    let three = ["cats/a", "cats/b", "cats/c", "dogs/a", "dogs/b", "dogs/c"];
    assert_eq!(read(&three, Auto).0, PETS);
    let people = ["anna/no", "anna/yes", "ben/no", "ben/yes", "cleo/no"];
    assert_eq!(read(&people, Auto).0, ["no", "yes"]);
    // Folders called female and male are the classes.
    assert_eq!(read(&["Female/adult", "Female/child", "male/adult", "male/child"], Auto).0, ["female", "male"]);
    // Parts inside the classes, and around everything.
    let (classes, part, _) = read(&["cats/training", "cats/testing", "dogs/training", "dogs/testing"], Auto);
    assert_eq!((classes, part), (strings(&PETS), Some(Part::Train)));
    let (classes, part, _) = read(&["set/test/images/cats", "set/test/images/dogs", "set/train/images/cats"], Auto);
    assert_eq!((classes, part), (strings(&PETS), Some(Part::Test)));
    // Something beside the parts is no class.
    assert_eq!(read(&["train/cats", "train/dogs", "test/cats", "unsorted"], Auto).0, PETS);
    // One spelling in one part, another in the other.
    assert_eq!(read(&["train/Cats", "train/dogs", "test/cats ", "test/Dogs"], Auto).0, ["Cats", "Dogs"]);
    assert_eq!(read(&["control", "test"], Auto).0, ["control", "test"]);
}
