//! Results by group against scikit-learn's, on the pictures of `scores.rs`.

use trombine::{
    data::task::Task,
    evaluate::{
        Group, GroupKey, Grouping, Rate,
        groups::{Known, band_name},
    },
    text::Lang,
};

use crate::scores::{close, report};

/// What no name says tells nothing apart, nor does it crossed with something else.
#[test]
fn groups_by_what_is_unknown_of_all_are_not_told() {
    let mut report = report();
    assert!(Grouping::ALL.iter().all(|by| report.records(*by)));
    report.predictions.iter_mut().for_each(|prediction| prediction.age = None);
    let told: Vec<Grouping> = Grouping::ALL.into_iter().filter(|by| report.records(*by)).collect();
    assert_eq!(told, [Grouping::RACE, Grouping::CLASS, Grouping::RACE_CLASS]);
}

/// m = (age >= first) & (age <= last); f1_score(truth[m], (p >= 0.5)[m], average=None)
#[test]
fn ages_are_scikit_learns() {
    let expected = [
        (56, 46, [0.7916666666666666, 0.84375]),
        (55, 42, [0.7868852459016393, 0.7346938775510204]),
        (111, 90, [0.7961165048543689, 0.8235294117647058]),
        (111, 88, [0.7766990291262136, 0.8067226890756303]),
        (167, 132, [0.779874213836478, 0.8]),
    ];
    let ages = report().groups(0.5, Grouping::AGE);
    assert_eq!(ages.len(), 5);
    for (group, (n, hits, f1)) in ages.iter().zip(expected) {
        assert_eq!(group.accuracy, Rate { hits, n });
        let ours = group.f1.as_ref().unwrap();
        close(ours[0], f1[0]);
        close(ours[1], f1[1]);
        close(group.macro_f1().unwrap(), (f1[0] + f1[1]) / 2.0);
    }
}

/// The first twenty (age band, race, class) cells: (m.sum(), ((p >= 0.5) == truth)[m].sum())
#[test]
fn crossings_are_numpys() {
    let expected = [
        (5, 4),
        (7, 4),
        (4, 3),
        (6, 6),
        (5, 5),
        (7, 6),
        (4, 3),
        (6, 4),
        (4, 4),
        (8, 7),
        (6, 4),
        (6, 4),
        (6, 6),
        (4, 3),
        (6, 4),
        (6, 5),
        (5, 3),
        (5, 4),
        (7, 7),
        (4, 2),
    ];
    let crossed = report().groups(0.5, Grouping::CROSSED);
    for (group, (n, hits)) in crossed.iter().zip(expected) {
        assert_eq!(group.accuracy, Rate { hits, n });
        assert!(group.small());
        assert_eq!(group.f1, None, "F1 needs both classes");
    }
}

#[test]
fn every_grouping_holds_every_picture_once_and_its_key_finds_them() {
    let mut report = report();
    report.predictions[0].age = None;
    report.predictions[1].race = None;
    report.predictions[2].race = Some(9);
    for by in Grouping::ALL {
        let groups = report.groups(0.5, by);
        assert_eq!(groups.iter().map(|g| g.accuracy.n).sum::<u32>(), 500);
        assert!(groups.is_sorted_by_key(|g| g.key), "the order is never that of the results");
        for group in groups {
            assert_eq!(report.members(group.key).len() as u32, group.accuracy.n);
        }
    }
    let unknown = GroupKey { age: Some(Known::No), ..GroupKey::default() };
    assert_eq!(report.members(unknown), [0]);
    assert_eq!(report.groups(0.5, Grouping::RACE).last().unwrap().accuracy.n, 2, "a code that UTKFace does not have is unknown");
}

#[test]
fn only_large_groups_with_ranges_apart_are_compared() {
    let sample = report().groups(0.5, Grouping::AGE).remove(0);
    let with = |hits, n| Group { accuracy: Rate { hits, n }, ..sample.clone() };
    assert!(with(60, 100).clearly_below(&with(90, 100)));
    assert!(!with(90, 100).clearly_below(&with(60, 100)));
    assert!(!with(85, 100).clearly_below(&with(90, 100)), "ranges overlap");
    assert!(!with(5, 29).clearly_below(&with(90, 100)), "29 pictures are too few");
    assert!(with(5, 30).clearly_below(&with(90, 100)));
}

#[test]
fn groups_have_names_in_both_languages() {
    let task = Task::gender();
    let key = GroupKey { age: Some(Known::Yes(2)), race: Some(Known::Yes(2)), class: Some(0) };
    assert_eq!(key.name(&task, Lang::En), "20 to 39, Asian, female");
    assert_eq!(key.name(&task, Lang::Fr), "20 à 39, Asiatique, femme");
    assert_eq!(band_name(4, Lang::Fr), "60 et plus");
    assert_eq!(Grouping::AGE_CLASS.name(&task, Lang::En), "age × gender");
}
