//! Shares and thresholds near their ends: what is not all is never written as all, and what is not none never as none.

use trombine::{
    evaluate::{Logits, Report, words::about},
    run::export::{ExportOptions, Format, export},
    setting_def::SettingDefs as _,
    settings::Settings,
    text::{Lang, chance, exact_percent, percent, threshold},
    ui::page::train::words::tested,
};

use crate::{export as exported, scores, stage};

#[test]
fn only_all_is_all_and_only_none_is_none() {
    let both = |share: f64, digits: usize| Lang::ALL.map(|lang| percent(lang, share, digits));
    assert_eq!(both(1.0, 0), ["100%", "100\u{a0}%"]);
    assert_eq!(both(359.0 / 360.0, 0), ["99%", "99\u{a0}%"]);
    assert_eq!(both(0.99961, 1), ["99.9%", "99,9\u{a0}%"]);
    assert_eq!(both(0.0, 0), ["0%", "0\u{a0}%"]);
    assert_eq!(both(1.0 / 360.0, 0), ["<1%", "<\u{a0}1\u{a0}%"]);
    assert_eq!(both(0.0004, 1), ["<0.1%", "<\u{a0}0,1\u{a0}%"]);
    // One of as many pictures as there can be; and what ten tenths are off by.
    let [one, most] = [1.0, f64::from(u32::MAX)];
    assert_eq!([percent(Lang::En, one / most, 1), percent(Lang::En, 1.0 - one / most, 1)], ["<0.1%", "99.9%"]);
    assert_eq!(percent(Lang::En, (0..10).map(|_| 0.1).sum(), 0), "100%");
    for thousandth in 0..=1000 {
        let share = f64::from(thousandth) / 1000.0;
        assert_eq!(percent(Lang::En, share, 0) == "100%", thousandth == 1000, "{share}");
        assert_eq!(percent(Lang::En, share, 0) == "0%", thousandth == 0, "{share}");
    }
    // What a model says is never certain, however it is rounded.
    assert_eq!([1.0, 0.0].map(|certain| chance(Lang::En, certain, 1)), ["99.9%", "<0.1%"]);
    assert_eq!([0.997, 0.004, 1.0, 0.0].map(|share| about(share, Lang::En)), ["99.7%", "0.4%", "100%", "0%"]);
}

#[test]
fn training_and_report_do_not_say_all_of_nearly_all() {
    let mut report = scores::report();
    for (i, prediction) in report.predictions.iter_mut().enumerate() {
        (prediction.label, prediction.logit) = (1, Logits::Binary(if i == 0 { -40.0 } else { 40.0 }));
    }
    let scores = report.run_scores();
    assert_eq!(tested(Lang::En, &scores), "right on 99.8% of 500 test pictures; ");
    let folder = tempfile::tempdir().expect("a folder");
    let mut view = exported::view(folder.path(), Default::default());
    let dataset = stage::faces(500);
    for (prediction, sample) in report.predictions.iter_mut().zip(&dataset.samples) {
        prediction.file.clone_from(&sample.file);
    }
    view.report = Some(Report { threshold: 0.5, temperature: 1.0, ..report });
    let page = folder.path().join("report.html");
    let options = ExportOptions { mistakes: true, ..ExportOptions::default() };
    export(&view, Some(&dataset), Format::Report, options, &page).expect("written");
    let page = std::fs::read_to_string(page).expect("a page");
    assert!(page.contains("predicted female, 99%"), "the surest mistake");
    assert!(!page.contains("predicted female, 100%"));
}

#[test]
fn thresholds_are_told_from_the_ends() {
    let en = |value| threshold(Lang::En, value);
    assert_eq!([0.5, 0.385, 0.99, 0.01].map(en), ["0.50", "0.39", "0.99", "0.01"]);
    assert_eq!([0.9993, 0.996, 0.99964, 0.0004, 0.0].map(en), ["0.999", "0.996", "0.9996", "0.0004", "0.00"]);
    assert_eq!([1.0_f64.next_down(), 1e-12].map(en), ["0.999999", "0.000001"]);
    assert_eq!(threshold(Lang::Fr, 0.9993), "0,999");
}

/// Two runs that differ in a share by less than a hundredth are not called alike.
#[test]
fn settings_in_per_cent_have_every_place() {
    assert_eq!(
        [0.001, 0.004, 0.125, 0.3, 1.0].map(|share| exact_percent(Lang::En, share)),
        ["0.1%", "0.4%", "12.5%", "30%", "100%"]
    );
    let mut settings = Settings::default();
    let mut shown = |value: f64| {
        settings.train.schedule.final_factor = value;
        let defs = settings.setting_defs();
        let def = defs.iter().find(|def| def.key == "train.schedule.final_factor").expect("it is a setting");
        Lang::ALL.map(|lang| def.display(lang))
    };
    assert_eq!([shown(0.001), shown(0.004)], [["0.1%", "0,1\u{a0}%"], ["0.4%", "0,4\u{a0}%"]]);
}
