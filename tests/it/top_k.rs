//! How often the label is among the three likeliest answers: against scikit-learn, and the same while a network is trained as
//! when it is judged. The pictures are the same in both:
//!
//! ```python
//! n, K = 120, 12
//! y = np.array([(i * 7 + i // 7) % K for i in range(n)])
//! z = np.array([[((i * 7919 + c * 104729 + 31) % 160 + (40 if c == y[i] else 0)) / 32 - 3 for c in range(K)] for i in range(n)])
//! ```

use std::{fs, sync::Arc};

use trombine::{
    callback::csv_log,
    control::Control,
    data::sample::Part,
    evaluate::{Logits, Prediction, Report},
    history::EpochRecord,
    plan::Plan,
    run::{RunStore, RunView},
    settings::Settings,
    train::event::TrainEvent,
    worker::{self, Command, Event},
};

use crate::{picture_folder::Folder, shapes};

const CLASSES: u32 = 12;

/// The 120 pictures above; every logit is a multiple of 1/32, so it is the same number in f32 and f64.
fn report(rounded: fn(f32) -> f32) -> Report {
    let logit = |i: u32, c: u32, label: u32| {
        rounded(((i * 7919 + c * 104_729 + 31) % 160 + if c == label { 40 } else { 0 }) as f32 / 32.0 - 3.0)
    };
    let of = |i: u32| {
        let label = (i * 7 + i / 7) % CLASSES;
        Prediction {
            file: format!("{i}.jpg").into(),
            sample: i,
            label: label as u8,
            logit: Logits::Each((0..CLASSES).map(|c| logit(i, c, label)).collect()),
            age: None,
            race: None,
        }
    };
    Report {
        task: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"].into(),
        part: Some(Part::Test),
        predictions: (0..120).map(of).collect(),
        validation: Vec::new(),
        threshold: 0.0,
        temperature: 1.0,
        mirrored: false,
        train_shares: vec![1.0 / f64::from(CLASSES); CLASSES as usize],
        seen: None,
        weights: None,
    }
}

/// `top_k_accuracy_score(y, z, k=k, normalize=False)`.
#[test]
fn it_is_scikit_learns() {
    let report = report(|logit| logit);
    assert_eq!([1, 3, 5].map(|k| report.top_k(k).hits), [39, 61, 77]);
}

/// With `w = np.floor(z)` many logits are equal. scikit-learn takes the last of equal ones, so that its first alone is not
/// `argmax`, which takes the first; with the classes turned round it is:
/// `top_k_accuracy_score(K - 1 - y, w[:, ::-1], k=k, normalize=False)`. (As they stand it gives 35, 56, 77, where
/// `(w.argmax(1) == y).sum()` is 37.)
#[test]
fn of_equal_logits_the_first_comes_first_as_for_the_answer() {
    let report = report(f32::floor);
    assert_eq!([1, 3, 5].map(|k| report.top_k(k).hits), [37, 57, 77]);
    assert_eq!(report.accuracy(0.0), report.top_k(1));
}

/// Twelve kinds of shapes, one epoch: the run, and the records of its epochs as they were told.
fn trained(device: &str, classes: usize) -> (tempfile::TempDir, RunView, Vec<EpochRecord>) {
    let folder = Folder::new();
    shapes::draw(&folder.root(), classes, 10);
    let home = tempfile::tempdir().unwrap();
    let store = RunStore::at(home.path());
    let mut settings = Settings::default();
    settings.augment.crop = 64;
    settings.model.filters = vec![8, 8, 8];
    settings.model.dense = vec![16];
    (settings.train.batch_size, settings.train.epochs) = (8, 1);
    settings.train.optimizer.learning_rate = 3e-3;
    (settings.train.callbacks.csv_log, settings.train.callbacks.tensorboard) = (true, true);
    let dataset = Arc::new(folder.open().unwrap());
    let plan = Plan { device: device.to_owned(), ..Plan::new(&settings, dataset).unwrap() };
    let (mut view, mut told) = (None, Vec::new());
    worker::perform(Command::Train(Box::new(plan)), &store, &Control::default(), &mut |event| match event {
        Event::Evaluated(judged) => view = Some(*judged),
        Event::Train(TrainEvent::Epoch(record)) => told.push(record),
        _ => {}
    })
    .unwrap();
    (home, view.expect("it is judged"), told)
}

/// On every engine the epoch's number is that of the report, which judged the same part with the same weights.
#[test]
fn an_epoch_says_what_the_report_says_of_the_validation_part() {
    for device in ["cpu", "candle", "reference"] {
        let (_home, view, told) = trained(device, 12);
        let mut report = view.report.clone().unwrap();
        report.predictions = report.validation.clone();
        let said = told[0].validation_top_3.expect("twelve classes have it");
        assert_eq!(said, report.top_k(3).share(), "{device}");
        assert!(told[0].validation_accuracy <= said);
        assert_eq!(view.history, told, "{device}: the run keeps it");

        let table = fs::read_to_string(view.folder.join(csv_log::FILE)).unwrap();
        let mut lines = table.lines();
        let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
        let values: Vec<f64> = lines.next().unwrap().split(',').map(|value| value.parse().unwrap()).collect();
        assert_eq!(heads[4..7], ["val_accuracy", "val_loss", "val_top_k_categorical_accuracy"]);
        assert_eq!(values[6], said);
        let board = fs::read_dir(view.folder.join("tensorboard/validation")).unwrap().next().unwrap().unwrap();
        let bytes = fs::read(board.path()).unwrap();
        let tag: &[u8] = b"epoch_top_k_categorical_accuracy";
        assert!(bytes.windows(tag.len()).any(|window| window == tag), "{device}");
    }
}

/// Of nine classes it says too little, and histories of before do not have it.
#[test]
fn fewer_classes_and_earlier_histories_have_none() {
    let (_home, view, told) = trained("cpu", 9);
    assert_eq!((told[0].validation_top_3, view.history[0].validation_top_3), (None, None));
    let json = serde_json::to_string(&told[0]).unwrap();
    assert!(!json.contains("top_3"), "{json}");
    assert_eq!(serde_json::from_str::<EpochRecord>(&json).unwrap(), told[0]);
    let text = |history: &[EpochRecord]| String::from_utf8(csv_log::text(history)).unwrap();
    assert!(!text(&told).contains("top_k"));
    // A run that an earlier version began and this one trains on.
    let later = EpochRecord { epoch: 2, validation_top_3: Some(0.75), ..told[0] };
    let rows = text(&[told[0], later]);
    let cells: Vec<&str> = rows.lines().map(|line| line.split(',').nth(6).unwrap()).collect();
    assert_eq!(cells, ["val_top_k_categorical_accuracy", "", "0.75"]);
}
