//! The exported script against the program, over every way in which pictures are stored.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use trombine::{
    predict::predictor::verdict,
    run::{
        RunStore,
        export::{ExportOptions, Format, export},
    },
};

use crate::{export as exported, support};

/// Two ways to prepare a picture may differ by a rounding here and there.
const CLOSE: f64 = 0.02;

/// The program's probabilities of `names` in `folder`, by its command line; none of a picture that it cannot read.
fn by_the_program(home: &Path, folder: &Path, names: &[&str]) -> BTreeMap<String, f64> {
    let table = home.join("answers.csv");
    let mut command = support::program(home);
    command.env("XDG_RUNTIME_DIR", home).current_dir(folder);
    let output = command.args(["predict", "last", "--csv"]).arg(&table).args(names).output().expect("it starts");
    let mut rows = csv::Reader::from_path(&table).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let column = rows.headers().unwrap().iter().position(|name| name.starts_with("probability")).unwrap();
    let answers = rows.records().map(|row| row.unwrap());
    answers.filter_map(|row| Some((row[0].to_owned(), row[column].parse().ok()?))).collect()
}

/// Those of the script `predict.py` in `out`.
fn by_the_script(python: &Path, out: &Path, folder: &Path, names: &[&str]) -> BTreeMap<String, f64> {
    let script = format!(
        "import json, sys\nsys.path.insert(0, {:?})\nimport predict\nsession, meta = predict.load()\n\
         print(json.dumps({{name: float(predict.probabilities_of(name, session, meta)[1]) for name in json.loads({:?})}}))\n",
        out.to_string_lossy(),
        serde_json::to_string(names).unwrap(),
    );
    serde_json::from_str(&support::run_python(python, folder, &script)).unwrap()
}

#[test]
fn the_script_prepares_every_picture_as_the_program_does() {
    let Some(python) = support::python("onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnxruntime, numpy and pillow");
    };
    let folder = tempfile::tempdir().unwrap();
    let [run, out, home, pictures] = ["run", "out", "home", "pictures"].map(|name| folder.path().join(name));
    [&run, &home, &pictures].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
    let view = exported::view(&run, exported::models()[0].clone());
    let weights = folder.path().join("weights");
    export(&view, None, Format::Safetensors, ExportOptions::default(), &weights).unwrap();
    RunStore::at(&home).import(&weights).unwrap();
    export(&view, None, Format::Python, ExportOptions::default(), &out).unwrap();

    let written = support::run_python(&python, &pictures, include_str!("fixtures/odd_pictures.py"));
    let names: Vec<&str> = written.lines().collect();
    assert!(names.len() > 80, "{names:?}");
    let ours = by_the_program(&home, &pictures, &names);
    let read: Vec<&str> = names.iter().copied().filter(|name| ours.contains_key(*name)).collect();
    assert_eq!(read, names, "the program reads them all");
    let theirs = by_the_script(&python, &out, &pictures, &names);
    let apart: Vec<String> = names
        .iter()
        .filter(|name| (ours[**name] - theirs[**name]).abs() > CLOSE)
        .map(|name| format!("{name}: the program {:.3}, the script {:.3}", ours[*name], theirs[*name]))
        .collect();
    assert!(apart.is_empty(), "{apart:#?}");
    // Pictures that all had the same answer would prove nothing: turned, hidden and dark ones differ.
    let spread = ours.values().copied().fold(0.0, f64::max) - ours.values().copied().fold(1.0, f64::min);
    assert!(spread > 0.2, "{spread}");
    let turned = |n: u32| ours[&format!("jpeg_exif{n}.jpg")];
    assert!((1..=8).all(|n| (n % 8 + 1..=8).all(|m| n == m || (turned(n) - turned(m)).abs() > 1e-4)), "turned the same way");
}

/// Of two classes the band around the threshold is the program's.
#[test]
fn the_script_is_as_sure_as_the_program() {
    let Some(python) = support::python("ast, json") else { return support::skip("python", "no Python") };
    let folder = tempfile::tempdir().unwrap();
    let view = exported::view(folder.path(), exported::models()[0].clone());
    let out = folder.path().join("out");
    export(&view, None, Format::Python, ExportOptions::default(), &out).unwrap();
    let script = "import ast, json\n\
        tree = ast.parse(open('predict.py', encoding='utf-8').read())\n\
        tree.body = [part for part in tree.body if isinstance(part, ast.FunctionDef) and part.name == 'is_sure']\n\
        exec(compile(tree, 'predict.py', 'exec'))\n\
        print(json.dumps([[is_sure((p + 0.5) / 100, t) for p in range(100)] for t in (0.05, 0.5, 0.73)]))\n";
    let theirs: Vec<Vec<bool>> = serde_json::from_str(&support::run_python(&python, &out, script)).unwrap();
    let ours = [0.05, 0.5, 0.73].map(|threshold| {
        let sure = |p: u32| {
            let one = (f64::from(p) + 0.5) / 100.0;
            verdict(&[1.0 - one, one], threshold).1
        };
        (0..100).map(sure).collect::<Vec<bool>>()
    });
    assert_eq!(theirs, ours);
}

#[test]
fn the_script_goes_on_after_a_picture_that_cannot_be_read() {
    let Some(python) = support::python("onnxruntime, numpy, PIL") else {
        return support::skip("python", "no Python with onnxruntime, numpy and pillow");
    };
    let folder = tempfile::tempdir().unwrap();
    let view = exported::view(folder.path(), exported::models()[0].clone());
    let out = folder.path().join("out");
    export(&view, None, Format::Python, ExportOptions::default(), &out).unwrap();
    let (pixels, _) = trombine::data::sample_faces::draw(5);
    image::save_buffer(out.join("face.png"), &pixels, 128, 128, image::ColorType::Rgb8).unwrap();
    fs::write(out.join("broken.jpg"), b"no picture").unwrap();
    let output = Command::new(python).args(["predict.py", "broken.jpg", "face.png"]).current_dir(&out).output().unwrap();
    let (told, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
    assert!(told.starts_with("face.png: ") && told.lines().count() == 1, "{told}");
    assert!(complaint.starts_with("broken.jpg: cannot be read"), "{complaint}");
}
