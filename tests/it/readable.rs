//! Names in scripts that the program's fonts lack: PNG has numbers in their place, SVG and HTML the names.

use image::RgbImage;
use trombine::{
    data::task::{Task, TaskKind},
    run::{
        RunView,
        export::{AnswerPicture, ExportOptions, Format, answer_picture, export},
    },
    text::Lang,
};

use crate::export as exported;

/// In Chinese, Arabic, Hebrew, Thai, Devanagari and Cyrillic.
const NAMES: [[&str; 2]; 4] = [["жук", "кот"], ["猫", "犬"], ["قطة", "חתול"], ["แมว", "बिल्ली"]];

fn task(classes: [&str; 2]) -> Task {
    Task { kind: TaskKind::Folders, classes: classes.map(str::to_owned).to_vec() }
}

/// The plots of a run with these classes: the matrix as a picture, and as SVG.
fn matrix(view: &RunView, classes: [&str; 2], lang: Lang) -> (RgbImage, String) {
    let mut view = view.clone();
    view.info.task = task(classes);
    view.report.as_mut().expect("evaluated").task = task(classes);
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().join("plots");
    export(&view, None, Format::Plots, ExportOptions { lang, ..ExportOptions::default() }, &folder).expect("written");
    let picture = image::open(folder.join("matrix.png")).expect("a picture").to_rgb8();
    (picture, std::fs::read_to_string(folder.join("matrix.svg")).expect("a drawing"))
}

#[test]
fn classes_in_any_script_can_be_told_apart_in_a_png() {
    let folder = tempfile::tempdir().expect("a folder");
    let view = exported::view(folder.path(), Default::default());
    for (lang, numbered) in [(Lang::En, ["class 1", "class 2"]), (Lang::Fr, ["classe 1", "classe 2"])] {
        let (plain, _) = matrix(&view, numbered, lang);
        for names in NAMES {
            let (picture, svg) = matrix(&view, names, lang);
            assert!(names.iter().all(|name| svg.contains(name)), "SVG has the names: {names:?}");
            // The same but for the line below that says what the numbers are.
            assert_eq!(picture.width(), plain.width());
            assert!(picture.height() > plain.height());
            let above = |picture: &RgbImage| picture.as_raw()[..(plain.width() * (plain.height() - 40) * 3) as usize].to_vec();
            assert!(above(&picture) == above(&plain), "{names:?}");
        }
        // Of names that can be drawn, whatever their marks, they are those.
        let (french, _) = matrix(&view, ["élève", "żółć"], lang);
        assert_eq!(french.dimensions(), plain.dimensions());
        assert!(french != plain);
    }
}

#[test]
fn an_answer_as_a_picture_says_which_class_it_is() {
    let seen = vec![128; 32 * 32 * 3];
    let picture = |classes: [&str; 2], headline: &str, name: &str| {
        let task = task(classes);
        let answer = AnswerPicture {
            name,
            headline,
            caution: "Say so",
            task: &task,
            probabilities: &[0.2, 0.8],
            threshold: 0.5,
            seen: &seen,
            side: 32,
            heat: None,
        };
        answer_picture(&answer, Lang::En)
    };
    let plain = picture(["class 1", "class 2"], "class 2, 80%", "a.jpg");
    let numbered = picture(["猫", "犬"], "犬, 80%", "a.jpg");
    let above = plain.width * 3 * 200;
    assert!(numbered.rgb[..above] == plain.rgb[..above], "the bar, the headline and the file's name");
    assert!(numbered.height > plain.height, "it is said what the numbers are");
    // A file's name is not left out, though it cannot be read.
    assert!(picture(["a", "b"], "b", "写真.jpg") != picture(["a", "b"], "b", ".jpg"));
}

/// Long names are cut with dots in their middle, so that those which begin alike can be told apart.
#[test]
fn the_cells_of_a_matrix_hold_what_they_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let view = exported::view(folder.path(), Default::default());
    let (_, alike) = matrix(&view, ["photograph_of_a_cat", "photograph_of_a_dog"], Lang::En);
    assert!(alike.contains(">photo…_a_cat<") && alike.contains(">photo…_a_dog<"), "{alike}");
    let names = [["cat", "dog"], ["with_glasses", "without_any_glasses"], ["mmmmmmmmmmmmmmm", "wwwwwwwwwwwwwwwwwwwww"]];
    for (classes, lang) in names.into_iter().flat_map(|classes| Lang::ALL.map(|lang| (classes, lang))) {
        let (picture, svg) = matrix(&view, classes, lang);
        let corner = |attribute: &str, rect: &str| -> f64 {
            let value =
                rect.split_once(&format!(" {attribute}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value);
            value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{attribute} of {rect}"))
        };
        let view_box = svg.split_once("viewBox=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a drawing").0;
        let bounds: Vec<f64> = view_box.split(' ').map(|number| number.parse().expect("a number")).collect();
        let scale = f64::from(picture.width()) / bounds[2];
        let cells: Vec<&str> = svg.split('<').filter(|shape| shape.starts_with("rect") && shape.contains("cell\"")).collect();
        assert_eq!(cells.len(), 4, "{svg}");
        for cell in cells {
            let [x, y, width, height] = ["x", "y", "width", "height"].map(|attribute| corner(attribute, cell));
            // Nothing is written along the right edge.
            let (x, y) = (x - bounds[0], y - bounds[1]);
            let column = ((x + width - 5.0) * scale) as u32;
            let rows = ((y + 12.0) * scale) as u32..((y + height - 12.0) * scale) as u32;
            let ground = picture.get_pixel(column, rows.start);
            assert!(rows.clone().all(|row| picture.get_pixel(column, row) == ground), "{classes:?} in {lang:?}: {cell}");
        }
    }
}

/// The names beside ranges, which cross three things, end before these.
#[test]
fn names_of_groups_stay_beside_their_ranges() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut view = exported::view(folder.path(), Default::default());
    view.report.as_mut().expect("evaluated").predictions.iter_mut().for_each(|p| (p.age, p.race) = (Some(30), None));
    view.report.as_mut().expect("evaluated").predictions[0].race = Some(0);
    let out = folder.path().join("plots");
    export(&view, None, Format::Plots, ExportOptions { lang: Lang::Fr, ..ExportOptions::default() }, &out).expect("written");
    let svg = std::fs::read_to_string(out.join("groups-crossed.svg")).expect("a drawing");
    let names: Vec<&str> = svg.split("<text").filter(|text| text.contains(" x=\"0.0\"")).collect();
    assert!(names.iter().any(|name| name.contains('…')), "one is too long: {names:?}");
    for name in names {
        let name = name.split_once('>').and_then(|(_, rest)| rest.split_once('<')).expect("a text").0;
        assert!(name.chars().count() <= 26, "{name}");
    }
}
