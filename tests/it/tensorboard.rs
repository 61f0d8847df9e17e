//! Event files: byte for byte as TensorBoard writes them, and read by its own EventAccumulator where it is installed.
//!
//! The bytes are those of tensorboard 2.21:
//! ```python
//! import io, numpy as np
//! from tensorboard.compat.proto import event_pb2, summary_pb2; from tensorboard.util.tensor_util import make_tensor_proto
//! from tensorboard.summary.writer.record_writer import RecordWriter; from tensorboard.plugins.text.metadata import create_summary_metadata
//! S = summary_pb2.Summary
//! def show(e):
//!     b = io.BytesIO(); RecordWriter(b).write(e.SerializeToString()); print(b.getvalue().hex())
//! show(event_pb2.Event(wall_time=0.0, file_version="brain.Event:2"))
//! show(event_pb2.Event(wall_time=1.5, step=3, summary=S(value=[S.Value(tag="loss", simple_value=0.25)])))
//! show(event_pb2.Event(wall_time=1.5, step=300, summary=S(value=[S.Value(tag="faces", image=S.Image(height=2, width=300, colorspace=3, encoded_image_string=b"png"))])))
//! m = create_summary_metadata(display_name="", description=""); t = make_tensor_proto(np.array(b"hello", dtype=object))
//! show(event_pb2.Event(wall_time=1.5, step=0, summary=S(value=[S.Value(tag="settings", metadata=m, tensor=t)])))
//! ```

use std::{fs, path::Path, process::Command};

use prost::Message as _;
use trombine::{
    control::Control,
    data::task::Task,
    evaluate::Confusion,
    history::EpochRecord,
    run::export::tensorboard::{
        TensorBoard,
        record::{self, Event, What},
    },
    settings::Settings,
    text::Lang,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn records_are_tensorboards_bytes() {
    assert_eq!(record::masked(b"123456789"), 0xe306_9283_u32.rotate_right(15).wrapping_add(0xa282_ead8), "CRC-32C's check value");
    let framed = |wall_time: f64, step: i64, what: What| {
        hex(&record::framed(&Event { wall_time, step, what: Some(what) }.encode_to_vec()))
    };
    let version = framed(0.0, 0, What::version());
    assert_eq!(version, "0f000000000000006d532b091a0d627261696e2e4576656e743a32fc985129");
    let scalar = framed(1.5, 3, What::scalar("loss", 0.25));
    assert_eq!(scalar, "1a00000000000000129bd82d09000000000000f83f10032a0d0a0b0a046c6f7373150000803ed054b255");
    let image = framed(1.5, 300, What::image("faces", 300, 2, b"png".to_vec()));
    assert_eq!(
        image,
        "2500000000000000eabc36f309000000000000f83f10ac022a170a150a056661636573220c080210ac0218032203706e67c34553bc"
    );
    let text = framed(1.5, 0, What::text("settings", "hello".to_owned()));
    assert_eq!(
        text,
        "2e00000000000000c5cb57fa09000000000000f83f2a230a210a0873657474696e6773420b08071200420568656c6c6f4a080a060a0474657874\
         73d24b5d"
    );
}

/// Three epochs, an interruption within the third, and the third again.
fn write(folder: &Path) {
    let record = |epoch: u32| EpochRecord {
        epoch,
        train_loss: 0.5 / f64::from(epoch),
        train_accuracy: 0.75,
        validation_loss: 0.5,
        validation_accuracy: 0.25 * f64::from(epoch),
        learning_rate: 1e-4,
        seconds: 9.0,
        pictures_per_second: 1000.0,
        validation_top_3: None,
        mae: None,
    };
    let mut board = TensorBoard::open(folder, 0).expect("a new folder");
    board.settings(&Settings::default(), Lang::Fr).expect("it can be written");
    board.pictures(0, 16, &vec![90; 16 * 16 * 3 * 2]).expect("it can be written");
    for epoch in 1..=3 {
        board.epoch(&record(epoch)).expect("it can be written");
    }
    board.confusion(2, &Confusion::from_rows([[480, 20], [35, 465]]), &Task::gender(), Lang::Fr).expect("it can be written");
    drop(board);
    let mut board = TensorBoard::open(folder, 2).expect("the same folder");
    board.epoch(&record(3)).expect("it can be written");
    board.epoch(&record(4)).expect("it can be written");
}

#[test]
fn files_are_whole_records_one_beside_the_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path());
    for (part, records) in [("train", [1 + 1 + 2 + 12, 1 + 1 + 8]), ("validation", [1 + 6 + 1, 1 + 1 + 4])] {
        let mut files: Vec<_> = fs::read_dir(folder.path().join(part))
            .expect("the part's folder")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        let counts: Vec<usize> = files.iter().map(|file| count(&fs::read(file).expect("it can be read"))).collect();
        assert_eq!(counts, records, "{part}");
    }
}

/// Walks the frames and checks both sums of each.
fn count(mut bytes: &[u8]) -> usize {
    let mut n = 0;
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at(12);
        let length = u64::from_le_bytes(head[..8].try_into().expect("eight bytes")) as usize;
        assert_eq!(head[8..], record::masked(&head[..8]).to_le_bytes());
        assert_eq!(rest[length..length + 4], record::masked(&rest[..length]).to_le_bytes());
        bytes = &rest[length + 4..];
        n += 1;
    }
    n
}

/// The first line keeps tensorboard from loading TensorFlow, which it can do without.
const READ: &str = r#"
import io, sys, types; sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
def load(part):
    a = EventAccumulator(sys.argv[1] + "/" + part, size_guidance={"images": 0, "scalars": 0, "tensors": 0}); a.Reload(); return a
t, v = load("train"), load("validation")
assert [(s.step, round(s.value, 4)) for s in t.Scalars("epoch_loss")] == [(1, 0.5), (2, 0.25), (3, 0.1667), (4, 0.125)], t.Scalars("epoch_loss")
assert [(s.step, s.value) for s in v.Scalars("epoch_accuracy")] == [(1, 0.25), (2, 0.5), (3, 0.75), (4, 1.0)]
assert abs(t.Scalars("epoch_learning_rate")[0].value - 1e-4) < 1e-9
text = t.Tensors("settings")[0].tensor_proto.string_val[0].decode()
assert "`train.optimizer.learning_rate`" in text and "0,0001" in text, text
i = t.Images("training_pictures/1")[0]
assert Image.open(io.BytesIO(i.encoded_image_string)).getpixel((3, 3)) == (90, 90, 90)
c = Image.open(io.BytesIO(v.Images("confusion_matrix/rows_truth_columns_model")[0].encoded_image_string))
assert c.size == (1340, 664) and (c.getpixel((420, 102)), c.getpixel((884, 102))) == ((0xDC, 0xEB, 0xE9), (0xFB, 0xEA, 0xE4))
print("read")
"#;

#[test]
fn tensorboard_reads_them() {
    let python = std::env::var("TROMBINE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", "import tensorboard, PIL"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        return crate::support::skip("python", "there is no Python with tensorboard and Pillow");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path());
    let output = Command::new(&python).args(["-c", READ]).arg(folder.path()).output().expect("python starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && output.stdout.starts_with(b"read"), "{errors}");
}

#[test]
fn a_place_that_cannot_be_written_is_a_problem_with_its_path() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "in the way").expect("it can be written");
    let problem = TensorBoard::open(&file, 0).expect_err("a file is no folder");
    assert!(problem.what.en.contains("file"), "{problem}");
}

/// What the loop writes when it is switched on: every epoch's curves and matrix, the settings, and pictures as they were
/// augmented.
const LOOP: &str = r#"
import io, sys, types; sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
def load(part):
    a = EventAccumulator(sys.argv[1] + "/" + part, size_guidance={"images": 0, "scalars": 0, "tensors": 0}); a.Reload(); return a
t, v = load("train"), load("validation")
for a, tag in [(t, "epoch_loss"), (t, "epoch_accuracy"), (t, "epoch_learning_rate"), (v, "epoch_loss"), (v, "epoch_accuracy")]:
    assert [s.step for s in a.Scalars(tag)] == [1, 2, 3], (tag, a.Scalars(tag))
matrices = v.Images("confusion_matrix/rows_truth_columns_model")
assert [m.step for m in matrices] == [1, 2, 3], matrices
assert all(Image.open(io.BytesIO(m.encoded_image_string)).size == (1340, 664) for m in matrices)
pictures = [t.Images("training_pictures/%d" % n)[0] for n in range(4)]
opened = [Image.open(io.BytesIO(p.encoded_image_string)) for p in pictures]
assert all(p.size == (64, 64) for p in opened), opened
assert len({p.tobytes() for p in opened}) == 4
assert "`augment.crop`" in t.Tensors("settings")[0].tensor_proto.string_val[0].decode()
print("read")
"#;

#[test]
fn the_loop_writes_curves_matrices_settings_and_pictures() {
    let mut settings = crate::training::settings();
    settings.train.callbacks.tensorboard = true;
    let plan = crate::training::plan(&settings);
    let (_home, mut run) = crate::training::run(&plan);
    crate::training::train(&plan, &mut run, None, &Control::default(), &mut |_| {});
    let folder = run.folder.join("tensorboard");
    for (part, records) in [("train", 1 + 1 + 4 + 3 * 4), ("validation", 1 + 3 * 3)] {
        let file = fs::read_dir(folder.join(part)).expect("the part's folder").next().expect("a file").expect("readable");
        assert_eq!(count(&fs::read(file.path()).expect("it can be read")), records, "{part}");
    }
    let Some(python) = crate::support::python("tensorboard, PIL") else {
        return crate::support::skip("python", "there is no Python with tensorboard and Pillow");
    };
    let output = Command::new(python).args(["-c", LOOP]).arg(&folder).output().expect("python starts");
    assert!(output.stdout.starts_with(b"read"), "{}", String::from_utf8_lossy(&output.stderr));
}
