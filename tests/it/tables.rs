//! Tables of predictions: whose answers they hold, what is continued, what is left alone, and how they are written.

use std::{
    cell::Cell as Counter,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use trombine::{
    control::{Control, Signal},
    data::{picture_size::PIXEL_BYTES, sample::Framing, task::Task},
    engine,
    files::{
        fault::Fault,
        table::{Cell, Rows, TableForm, TableStyle},
    },
    model::Network,
    predict::{
        Photo, Predictor,
        batch::{BatchOutcome, FolderJob, default_name, predict_folder},
    },
    problem::{Kind, Problem},
    settings::Settings,
    text::Lang,
};

use crate::{
    engine_cases,
    predictor::{photo, settings},
    support,
};

fn predictor() -> Predictor {
    predictor_with(settings(), 5)
}

/// With the weights of `seed`.
fn predictor_with(settings: Settings, seed: u64) -> Predictor {
    let network = Network::new(&settings.model, 48).unwrap();
    Predictor::new(settings, Task::gender(), engine_cases::weights(&network, seed), |config| engine::open("cpu", config)).unwrap()
}

/// A folder of pictures, a home, and what is asked of them.
struct Stand {
    place: tempfile::TempDir,
    folder: PathBuf,
    csv: PathBuf,
    framing: Framing,
    form: TableForm,
    overwrite: bool,
}

impl Stand {
    fn new(fill: impl FnOnce(&Path)) -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("pictures");
        fs::create_dir(&folder).unwrap();
        fill(&folder);
        let csv = place.path().join("out.csv");
        Self { place, folder, csv, framing: Framing::Whole, form: TableForm::default(), overwrite: false }
    }

    /// With more pictures than are judged at once.
    fn large() -> Self {
        Self::new(|folder| (0..150).for_each(|i| save(&photo(i % 5), &folder.join(format!("{i:03}.png")))))
    }

    fn go(&self, predictor: &mut Predictor) -> Result<BatchOutcome, Problem> {
        self.go_until(predictor, usize::MAX)
    }

    /// Stopped as soon as so many pictures are done.
    fn go_until(&self, predictor: &mut Predictor, stop: usize) -> Result<BatchOutcome, Problem> {
        let (control, told) = (Control::default(), Counter::new((0, 0)));
        let home = self.place.path().join("home");
        let &Self { framing, form, overwrite, .. } = self;
        let job = FolderJob { folder: &self.folder, csv: &self.csv, framing, form, overwrite, home: &home };
        let outcome = predict_folder(predictor, &job, &control, |done, of| {
            told.set((done, of));
            if done >= stop {
                control.set(Signal::Discard);
            }
        })?;
        assert_eq!(told.get().0, told.get().1, "everything was told");
        Ok(outcome)
    }

    /// Begins the table and stops it in its middle; gives its bytes.
    fn begun(&self) -> Vec<u8> {
        assert_eq!(self.go_until(&mut predictor(), 64).unwrap_err().kind, Kind::Cancelled);
        let bytes = fs::read(&self.csv).unwrap();
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 65);
        bytes
    }

    /// The table is left alone, and the sentence says why.
    #[track_caller]
    fn refused(&self, predictor: &mut Predictor, why: &str) {
        let before = fs::read(&self.csv).unwrap();
        let problem = self.go(predictor).unwrap_err();
        assert_eq!(problem.kind, Kind::Exists, "{problem}");
        assert!(problem.what.en.contains(why), "{}", problem.what.en);
        assert_eq!(problem.path.as_ref(), Some(&self.csv));
        assert_eq!(fs::read(&self.csv).unwrap(), before);
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(&self.csv).unwrap().lines().map(str::to_owned).collect()
    }
}

fn save(photo: &Photo, path: &Path) {
    let (width, height) = (photo.width, photo.height);
    image::save_buffer_with_format(path, &photo.rgb, width, height, image::ColorType::Rgb8, image::ImageFormat::Png).unwrap();
}

/// Seven pictures in two folders, one of them broken, one with a comma in its name.
fn seven(folder: &Path) {
    fs::create_dir(folder.join("below")).unwrap();
    for (i, name) in ["a.png", "b, c.png", "below/d.PNG", "below/e.png", "f.png", "g.png"].iter().enumerate() {
        save(&photo(i), &folder.join(name));
    }
    fs::write(folder.join("broken.jpg"), b"no picture").unwrap();
    fs::write(folder.join("notes.txt"), b"text").unwrap();
}

/// A folder of pictures is only ever read.
#[test]
fn no_table_is_written_among_the_pictures_that_it_is_about() {
    let mut stand = Stand::new(seven);
    stand.csv = stand.folder.join("below").join("out.csv");
    let problem = stand.go(&mut predictor()).expect_err("it lies among them");
    assert!(problem.what.en.contains("lies in the folder of the pictures, in which nothing is written"), "{problem}");
    assert!(!stand.csv.exists());
}

#[test]
fn a_folder_becomes_a_table() {
    let (stand, mut predictor) = (Stand::new(seven), predictor());
    let outcome = stand.go(&mut predictor).unwrap();
    assert_eq!((outcome.pictures, outcome.unreadable.len(), outcome.continued), (6, 1, 0));
    assert_eq!(outcome.unreadable[0].0, Path::new("broken.jpg"));
    assert_eq!(outcome.sentence(Lang::En), "6\u{a0}pictures predicted, 1\u{a0}unreadable");
    let whole = stand.lines();
    assert_eq!(whole[0], "file,left,top,side,predicted,probability_male,sure,problem");
    assert_eq!(whole.len(), 8);
    let answer = predictor.look(&photo(0), None).unwrap();
    assert!(whole[1].starts_with("a.png,,,,") && whole[1].contains(&format!(",{:.6},", answer.probabilities[1])), "{}", whole[1]);
    assert!(whole[2].starts_with("\"b, c.png\",,,,"));
    assert!(whole.contains(&"broken.jpg,,,,,,,unreadable".to_owned()));
}

#[test]
fn a_stopped_table_goes_on_to_the_same_bytes_and_says_what_it_kept() {
    let stand = Stand::large();
    stand.go(&mut predictor()).unwrap();
    let whole = fs::read(&stand.csv).unwrap();
    fs::remove_file(&stand.csv).unwrap();

    stand.begun();
    let outcome = stand.go(&mut predictor()).unwrap();
    assert_eq!((outcome.continued, outcome.kept_rows, outcome.pictures), (64, 64, 86));
    assert_eq!(outcome.sentence(Lang::En), "86\u{a0}pictures predicted; 64\u{a0}rows were kept from before");
    assert_eq!(outcome.sentence(Lang::Fr), "86\u{a0}images traitées\u{a0}; 64\u{a0}lignes gardées d’avant");
    assert_eq!(fs::read(&stand.csv).unwrap(), whole);
    stand.refused(&mut predictor(), "is finished");

    // Killed in the middle of a row: the record does not know of the last rows, and they are written again.
    fs::remove_file(&stand.csv).unwrap();
    stand.begun();
    let records = stand.place.path().join("home").join("tables");
    let record = fs::read_dir(records).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().unwrap() == "json").unwrap();
    let text = fs::read_to_string(&record).unwrap();
    assert!(text.contains("\"stopped\""));
    fs::write(&record, text.replace("\"stopped\"", "\"running\"")).unwrap();
    fs::write(&stand.csv, &whole[..whole.len() * 2 / 3]).unwrap();
    assert_eq!(stand.go(&mut predictor()).unwrap().continued, 64);
    assert_eq!(fs::read(&stand.csv).unwrap(), whole);
}

#[test]
fn only_the_very_same_question_is_continued() {
    let mut stand = Stand::large();
    let begun = stand.begun();
    let with = |change: fn(&mut Predictor)| {
        let mut other = predictor();
        change(&mut other);
        other
    };
    stand.refused(&mut with(|p| p.run = "2026-01-01-000000".to_owned()), "another run");
    stand.refused(&mut with(|p| p.threshold = 0.4), "evaluated otherwise");
    stand.refused(&mut with(|p| p.temperature = 1.5), "evaluated otherwise");
    let mut mirrored = settings();
    mirrored.augment.test_time_flip = true;
    stand.refused(&mut predictor_with(mirrored, 5), "evaluated otherwise");
    stand.framing = Framing::FaceCrop;
    stand.refused(&mut predictor(), "predicts whole pictures, not faces");
    stand.framing = Framing::Whole;
    stand.form = TableForm::new(TableStyle::Spreadsheet, Lang::Fr);
    stand.refused(&mut predictor(), "another form");
    stand.form = TableForm::default();
    // Another folder with the same names, which is the example of the fault.
    let other = stand.place.path().join("others");
    fs::create_dir(&other).unwrap();
    (0..150).for_each(|i| save(&photo(7), &other.join(format!("{i:03}.png"))));
    let folder = std::mem::replace(&mut stand.folder, other);
    stand.refused(&mut predictor(), "another folder");
    stand.folder = folder;
    // A picture that is already in the table becomes another one.
    let first = stand.folder.join("000.png");
    let before = fs::metadata(&first).unwrap().modified().unwrap();
    let at = |time: SystemTime| fs::File::options().write(true).open(&first).unwrap().set_modified(time).unwrap();
    at(before + Duration::from_secs(5));
    stand.refused(&mut predictor(), "the folder’s pictures changed");
    at(before);
    assert_eq!(fs::read(&stand.csv).unwrap(), begun);
    assert_eq!(stand.go(&mut predictor()).unwrap().continued, 64, "as it was, it goes on");
}

#[test]
fn a_run_trained_on_has_other_weights() {
    let stand = Stand::large();
    stand.begun();
    stand.refused(&mut predictor_with(settings(), 6), "other weights");
}

#[test]
fn what_is_not_a_table_of_ours_is_left_alone_until_it_is_to_be_replaced() {
    let mut stand = Stand::large();
    let begun = stand.begun();
    for foreign in [&b"name,age\n"[..], &begun[..begun.len() - 9], &[&begun[..], b"mine,,,,,,,\n"].concat()] {
        fs::write(&stand.csv, foreign).unwrap();
        stand.refused(&mut predictor(), "already exists");
    }
    // One that was moved is unknown at its new place.
    let moved = stand.place.path().join("moved.csv");
    fs::write(&moved, &begun).unwrap();
    let csv = std::mem::replace(&mut stand.csv, moved);
    stand.refused(&mut predictor(), "already exists");
    stand.csv = csv;
    stand.overwrite = true;
    assert_eq!(stand.go(&mut predictor()).unwrap().continued, 0);
    assert_eq!(stand.lines().len(), 151);
    // An empty file has nothing to lose.
    stand.overwrite = false;
    fs::write(&stand.csv, b"").unwrap();
    stand.go(&mut predictor()).unwrap();
    // A folder is not replaced at all, nor anything in the folder of a run.
    stand.overwrite = true;
    stand.csv = stand.place.path().join("home");
    assert_eq!(stand.go(&mut predictor()).unwrap_err().kind, Kind::Taken);
    let run = stand.place.path().join("home").join("runs").join("7");
    fs::create_dir_all(&run).unwrap();
    stand.csv = run.join("answers.csv");
    assert_eq!(stand.go(&mut predictor()).unwrap_err().kind, Kind::Taken);
    assert!(!stand.csv.exists());
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let mut stand = Stand::new(seven);
    let other = stand.place.path().join("other.txt");
    fs::write(&other, b"mine").unwrap();
    std::os::unix::fs::symlink(&other, &stand.csv).unwrap();
    stand.overwrite = true;
    assert_eq!(stand.go(&mut predictor()).unwrap_err().kind, Kind::Taken);
    assert_eq!(fs::read(&other).unwrap(), b"mine");
}

#[test]
fn a_folder_without_pictures_is_a_problem() {
    let mut stand = Stand::new(|_| {});
    assert_eq!(stand.go(&mut predictor()).unwrap_err().kind, Kind::Data);
    stand.folder = stand.folder.join("gone");
    assert!(stand.go(&mut predictor()).is_err());
    assert!(!stand.csv.exists());
}

#[test]
fn pictures_without_a_face_have_a_row_that_says_so() {
    let wall = Photo::new(128, 128, vec![120; PIXEL_BYTES]).unwrap();
    let mut stand = Stand::new(|folder| save(&wall, &folder.join("wall.png")));
    stand.framing = Framing::FaceCrop;
    let outcome = stand.go(&mut predictor()).unwrap();
    assert_eq!((outcome.pictures, outcome.without_face), (0, 1));
    assert_eq!(stand.lines()[1], "wall.png,,,,,,,no face");
}

#[test]
fn the_default_name_is_the_runs_and_the_folders() {
    let stand = Stand::new(|_| {});
    let name = |framing| default_name("2026-11-22-140211", &stand.folder, framing);
    assert_eq!(name(Framing::Whole), "2026-11-22-140211-pictures.csv");
    assert_eq!(name(Framing::FaceCrop), "2026-11-22-140211-pictures-faces.csv");
    assert_eq!(default_name("r", &stand.folder.join("."), Framing::Whole), "r-pictures.csv");
}

/// One row of a table with one column.
fn cell(form: TableForm, cell: Cell<'_>) -> String {
    let mut rows = Rows::more(form);
    rows.row([Cell::text("x"), cell]);
    String::from_utf8(rows.into_bytes()).unwrap()
}

#[test]
fn a_cell_that_begins_as_a_formula_cannot_run() {
    // Each of these would be computed by a spreadsheet (OWASP, "CSV injection").
    let form = TableForm::default();
    for (text, written) in [
        ("=1+1.jpg", "x,'=1+1.jpg\n"),
        ("+33.png", "x,'+33.png\n"),
        ("-a.png", "x,'-a.png\n"),
        ("@SUM(A1).png", "x,'@SUM(A1).png\n"),
        ("=HYPERLINK(\"http://a\",\"b\").png", "x,\"'=HYPERLINK(\"\"http://a\"\",\"\"b\"\").png\"\n"),
        ("\t=1", "x,'\t=1\n"),
        ("\r=1", "x,\"'\r=1\"\n"),
        // Two names stay two names.
        ("'=1", "x,''=1\n"),
        ("'a", "x,'a\n"),
        ("a=b-c", "x,a=b-c\n"),
    ] {
        assert_eq!(cell(form, Cell::text(text)), written);
    }
    assert_eq!(cell(form, Cell::Number(-3.25, None)), "x,-3.25\n", "a number is one");
}

#[test]
fn a_table_for_spreadsheets_is_written_as_the_language_has_it() {
    let written = |style, lang| {
        let mut rows = Rows::with_columns(TableForm::new(style, lang), &["file", "probability"]);
        rows.row([Cell::text("é; a, b"), Cell::Number(0.25, Some(3))]);
        rows.into_bytes()
    };
    assert_eq!(written(TableStyle::Plain, Lang::Fr), "file,probability\n\"é; a, b\",0.250\n".as_bytes());
    assert_eq!(written(TableStyle::Spreadsheet, Lang::En), "\u{feff}file,probability\r\n\"é; a, b\",0.250\r\n".as_bytes());
    assert_eq!(written(TableStyle::Spreadsheet, Lang::Fr), "\u{feff}file;probability\r\n\"é; a, b\";0,250\r\n".as_bytes());
}

#[test]
fn pythons_csv_reads_what_we_write() {
    let Some(python) = support::python("csv") else { return support::skip("python", "no Python") };
    let mut stand = Stand::new(seven);
    stand.form = TableForm::new(TableStyle::Spreadsheet, Lang::Fr);
    stand.go(&mut predictor()).unwrap();
    let script = "import csv, json\n\
        rows = list(csv.DictReader(open('out.csv', encoding='utf-8-sig', newline=''), delimiter=';'))\n\
        print(json.dumps([[row['file'], row['probability_male'], row['problem']] for row in rows]))\n";
    let read: Vec<[String; 3]> = serde_json::from_str(&support::run_python(&python, stand.place.path(), script)).unwrap();
    let names: Vec<&str> = read.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names.len(), 7);
    assert!(names.contains(&"b, c.png") && names.contains(&"broken.jpg"), "{names:?}");
    for [name, probability, problem] in &read {
        assert_eq!(name == "broken.jpg", problem == "unreadable");
        assert_eq!(probability.contains(','), problem.is_empty(), "{probability}");
    }
}

#[test]
fn a_table_is_written_where_its_record_cannot_be() {
    let stand = Stand::large();
    let home = stand.place.path().join("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("tables"), b"a file where the folder should be").unwrap();
    let outcome = stand.go(&mut predictor()).unwrap();
    assert_eq!((outcome.pictures, stand.lines().len()), (150, 151));
    let problem = outcome.unrecorded.expect("it is said");
    assert!(problem.line(Lang::En).contains("it cannot be resumed, only started again"), "{problem}");
    // Nothing is claimed of what is there then.
    stand.refused(&mut predictor(), "already exists");
    fs::remove_file(home.join("tables")).unwrap();
    let full = Fault::full(&home);
    let stand = Stand { overwrite: true, ..stand };
    let outcome = stand.go(&mut predictor()).unwrap();
    drop(full);
    assert_eq!((outcome.pictures, stand.lines().len()), (150, 151));
    assert!(outcome.unrecorded.expect("it is said").what.en.contains("the disk is full"));
    assert_eq!(stand.go(&mut predictor()).unwrap().unrecorded, None);
}

#[test]
fn what_was_written_behind_a_killed_table_is_cut_off_and_that_is_said() {
    let stand = Stand::large();
    stand.begun();
    let home = stand.place.path().join("home/tables");
    let record = fs::read_dir(home)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|e| e == "json"));
    let record = record.expect("a record");
    // As if the process had been killed.
    let text = fs::read_to_string(&record).unwrap();
    assert!(text.contains("\"stopped\""), "{text}");
    fs::write(&record, text.replace("\"stopped\"", "\"running\"")).unwrap();
    fs::write(&stand.csv, [&fs::read(&stand.csv).unwrap()[..], b"a note of mine\n"].concat()).unwrap();
    let outcome = stand.go(&mut predictor()).unwrap();
    assert!(
        outcome.sentence(Lang::En).contains("64\u{a0}rows were kept from before, what stood below them was replaced"),
        "{}",
        outcome.sentence(Lang::En)
    );
    assert!(outcome.sentence(Lang::Fr).contains("ce qui suivait a été remplacé"));
}
