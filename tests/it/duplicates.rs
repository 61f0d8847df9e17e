//! Copies and what they disagree about; the numbers of a data set.

use std::{fs, path::Path};

use trombine::{
    control::Control,
    data::{
        duplicates::{Contradiction, MOST_COMPARED, copies, linked, near},
        edits::{Change, Edits},
        perceptual_hash::PerceptualHash,
        reading::Reading,
        sample::{Anomaly, SkipReason, Source},
        sample_faces,
        split::{Split, SplitSettings},
        summary::Summary,
    },
};

use crate::{
    picture_folder::{Folder, edited, encode, picture, utkface_name},
    support::utkface,
};

#[test]
fn byte_identical_files_are_grouped_with_contradictions_first() {
    let folder = Folder::utkface(12);
    // Copies: one that agrees, one with another race, one with another gender, and a third of that.
    let copy = |from: usize, to: &str| fs::copy(folder.root().join(utkface_name(from)), folder.root().join(to)).unwrap();
    let again = |i: usize, gender: usize, race: usize, date: usize| {
        format!("{}_{gender}_{race}_{}.jpg.chip.jpg", 1 + i * 7 % 90, 20_170_117_000_000_000u64 + date as u64)
    };
    copy(2, &again(2, 0, 2, 1));
    copy(3, &again(3, 1, 4, 2));
    copy(4, &again(4, 1, 4, 3));
    copy(4, &again(4, 0, 4, 4));
    let data = folder.open().unwrap();
    let groups = copies(&data.samples);
    let described: Vec<_> = groups.iter().map(|g| (g.samples.len(), g.contradiction)).collect();
    assert_eq!(described, [(3, Some(Contradiction::Class)), (2, Some(Contradiction::Other)), (2, None)]);
    let summary = Summary::new(&data, None);
    assert_eq!((summary.copies.groups, summary.copies.pictures), (3, 7));
    assert_eq!((summary.copies.contradicting_class, summary.copies.contradicting), (1, 2));
    // Near-identical contains the identical.
    for group in &groups {
        assert!(near(&data.samples, &data.pixels).unwrap().iter().any(|n| group.samples.iter().all(|i| n.samples.contains(i))));
    }
}

#[test]
fn pictures_that_look_the_same_are_found() {
    let folder = Folder::new();
    let image = picture(0b0110_1001_0011_1010, 96, 96);
    let write = |i: usize, format, image: image::RgbImage| folder.write(&utkface_name(i), &encode(&image.into(), format));
    write(0, image::ImageFormat::Jpeg, image.clone());
    // Another format, and a little darker: no byte is the same.
    write(1, image::ImageFormat::Png, image.clone());
    let mut darker = image;
    darker.pixels_mut().for_each(|p| p.0 = p.0.map(|c| (f32::from(c) * 0.9) as u8));
    write(2, image::ImageFormat::Png, darker);
    write(3, image::ImageFormat::Png, picture(0b1001_0110_1100_0101, 96, 96));
    let data = folder.open().unwrap();
    assert_eq!(copies(&data.samples).len(), 0);
    let groups = near(&data.samples, &data.pixels).unwrap();
    assert_eq!(groups.len(), 1);
    let mut dates: Vec<_> = groups[0].samples.iter().map(|i| data.samples[*i as usize].file.clone()).collect();
    dates.sort();
    let mut expected: Vec<_> = (0..3).map(|i| Path::new(&utkface_name(i)).to_owned()).collect();
    expected.sort();
    assert_eq!(dates, expected);
    // Brightness falling to the right sets every bit, rising clears every one.
    let ramp: Vec<u8> = (0..128 * 128).flat_map(|i| [255 - (i % 128) as u8; 3]).collect();
    let falling = PerceptualHash::of(&ramp);
    assert_eq!(falling.bits, u64::MAX);
    let rising: Vec<u8> = ramp.iter().map(|v| 255 - v).collect();
    assert_eq!(PerceptualHash::of(&rising).bits, 0);
    // A picture that is lighter and of less contrast is the same; one that falls as steadily but for its edge has the same
    // bits and is another.
    let pale: Vec<u8> = ramp.iter().map(|v| 100 + v / 2).collect();
    assert!(falling.near(&PerceptualHash::of(&pale)));
    let edge: Vec<u8> = ramp.iter().map(|v| if *v > 160 { v / 8 + 200 } else { v / 8 }).collect();
    assert_eq!(PerceptualHash::of(&edge).bits, u64::MAX);
    assert!(!falling.near(&PerceptualHash::of(&edge)));
    // An even surface is like itself alone.
    let [even, darker] = [90, 60].map(|gray| PerceptualHash::of(&vec![gray; 128 * 128 * 3]));
    assert!(even.near(&even) && !even.near(&darker));
}

/// Blank pages with their shades, of which each is there again: every copy is found, and the comparisons grow with the number
/// of pictures and not with its square.
#[test]
fn many_flat_pictures_cost_no_more_than_each_its_share() {
    let look = |i: u32| {
        let mut fields = [200; 256];
        // Another for each of the first half.
        (fields[0], fields[1]) = ((i % 251) as u8, (i / 251) as u8);
        PerceptualHash { bits: 0, fields }
    };
    let half = 12_000;
    let looks: Vec<PerceptualHash> = (0..2 * half).map(|i| look(i % half)).collect();
    let mut compared = 0u64;
    let groups = linked(&looks.iter().collect::<Vec<_>>(), |_, _| {
        compared += 1;
        false
    });
    assert!(compared <= u64::from(half) * MOST_COMPARED as u64, "{compared} comparisons");
    assert_eq!(groups.len(), half as usize);
    assert!(groups.iter().all(|group| group.len() == 2 && group[1] == group[0] + half));
}

#[test]
fn edits_apply_to_a_value_and_are_kept_in_the_side_file() {
    let folder = Folder::utkface(12);
    folder.picture("61_3_20170109150557335.jpg.chip.jpg", 70);
    let base = folder.open().unwrap();
    assert_eq!((base.samples.len(), base.skipped.len()), (12, 1));
    let file = |i: usize| base.samples[i].file.clone();
    let mut edits = Edits::default();
    let unnamed = Path::new("61_3_20170109150557335.jpg.chip.jpg");
    assert_eq!(base.spare.find(unnamed), Some(0), "it can be seen though it is not used");
    edits.change(&file(0), &Change::LeaveOut);
    edits.change(&file(1), &Change::Relabel(base.task.classes[usize::from(1 - base.samples[1].class)].clone()));
    edits.change(unnamed, &Change::Repair("61_1_3_20170109150557335.jpg.chip.jpg".to_owned()));
    let open = edits.apply(&base.clone().into());
    let applied = &open.dataset;
    assert_eq!((applied.samples.len(), applied.pixels.len(), applied.skipped.len()), (12, 12, 1));
    assert_eq!(applied.pixels.get(11), base.spare.pixels.get(0));
    assert_eq!(applied.spare.pixels.get(0), base.pixels.get(0));
    assert!(applied.skipped.iter().any(|s| s.file == file(0) && s.reason == SkipReason::LeftOut));
    assert_eq!(applied.samples[0].class, 1 - base.samples[1].class);
    assert_eq!(applied.samples[0].anomaly, Some(Anomaly::Repaired));
    assert_eq!(applied.pixels.get(0), base.pixels.get(1));
    // Opened anew, the repaired picture is there too.
    edits.save(&folder.places(), &folder.source()).unwrap();
    let loaded = Edits::load(&folder.places(), &folder.source()).unwrap();
    assert_eq!(loaded, edits);
    let opened = folder.open_with(&loaded).unwrap();
    assert_eq!((opened.samples.len(), opened.skipped.len()), (12, 1));
    let repaired = opened.samples.iter().find(|s| s.file.to_str().unwrap().starts_with("61_3")).unwrap();
    assert_eq!(
        (repaired.age, repaired.race, repaired.class, &repaired.anomaly),
        (Some(61), Some(3), 0, &Some(Anomaly::Repaired))
    );
    assert_eq!(opened.samples, applied.samples);
    // The folder itself was not touched.
    assert_eq!(fs::read_dir(folder.root()).unwrap().count(), 13);
    // Whatever edits a data set has, others take their place; with none it is as it was.
    edits.change(&file(0), &Change::Forget);
    assert_eq!(edits.apply(&open).dataset.samples.len(), 13);
    assert_eq!(open.with_left_out().dataset.samples.len(), 13);
    let before = Edits::default().apply(&open).dataset;
    assert_eq!((&before.samples, &before.skipped), (&base.samples, &base.skipped));
    assert!((0..12).all(|i| before.pixels.get(i) == base.pixels.get(i)));
    for (then, sample) in base.samples.iter().enumerate() {
        assert_eq!(applied.find(&sample.file, then), then.checked_sub(1));
    }
    // A word that says nothing new about what is trained on leaves the fingerprint as it is.
    let mut kept = edits.clone();
    kept.change(&file(5), &Change::Keep);
    assert_eq!(edited(&base, &kept).fingerprint(), edited(&base, &edits).fingerprint());
    kept.change(&file(5), &Change::LeaveOut);
    assert_ne!(edited(&base, &kept).fingerprint(), edited(&base, &edits).fingerprint());
}

#[test]
fn a_class_makes_a_picture_without_a_name_usable() {
    let folder = Folder::utkface(12);
    folder.picture("holiday.jpg", 70);
    let base = folder.open().unwrap();
    let mut edits = Edits::default();
    edits.change(Path::new("holiday.jpg"), &Change::Relabel("male".to_owned()));
    let applied = edits.apply(&base.into());
    let last = applied.dataset.samples.last().unwrap();
    assert_eq!((last.class, last.age, last.hash != 0), (1, None, true));
    edits.change(Path::new("holiday.jpg"), &Change::LeaveOut);
    let applied = edits.apply(&applied).dataset;
    assert_eq!((applied.samples.len(), applied.skipped[0].reason.clone()), (12, SkipReason::LeftOut));
}

#[test]
fn edits_follow_a_folder_that_was_moved() {
    let folder = Folder::utkface(4);
    let file = folder.open().unwrap().samples[0].file.clone();
    let mut edits = Edits::default();
    edits.change(&file, &Change::LeaveOut);
    edits.save(&folder.places(), &folder.source()).unwrap();
    let elsewhere = folder.beside("elsewhere").join("pictures");
    fs::create_dir(folder.beside("elsewhere")).unwrap();
    // While the old folder is there, another one of the same name is another one.
    fs::create_dir(&elsewhere).unwrap();
    assert!(Edits::load(&folder.places(), &Source::Folder(elsewhere.clone())).unwrap().is_empty());
    fs::remove_dir(&elsewhere).unwrap();
    fs::rename(folder.root(), &elsewhere).unwrap();
    assert_eq!(Edits::load(&folder.places(), &Source::Folder(elsewhere)).unwrap(), edits);
}

#[test]
fn the_summary_counts_and_says_what_could_be_learned_by_accident() {
    let data = sample_faces::dataset(Reading::default(), &Control::default(), &mut |_, _, _| {}).unwrap();
    let split = Split::new(&data, &SplitSettings::default(), 42);
    let summary = Summary::new(&data, Some(&split));
    assert_eq!((summary.found, summary.usable), (2000, 2000));
    assert_eq!(summary.ages.iter().map(|b| b.pictures.iter().sum::<u64>()).sum::<u64>(), 2000);
    assert_eq!(summary.races.iter().map(|r| r.pictures.iter().sum::<u64>()).sum::<u64>() + summary.unknown_race, 2000);
    let parts = summary.parts.clone().unwrap();
    assert_eq!(parts.each_ref().map(|p| p.pictures.iter().sum::<u64>()), [1200, 400, 400]);
    assert_eq!(summary.classes[1].pictures, parts.iter().map(|p| p.pictures[1]).sum::<u64>());
    assert_eq!(summary.odd["no_race"], 2);
    // Ages say nothing about the drawings.
    assert_eq!(summary.shortcut, None);
    // Of few pictures that is no finding: no ten years hold fifty of them.
    assert!(summary.tells_of_ages());
    let few = Summary::new(&crate::stage::faces(60), None);
    assert!(few.shortcut.is_none() && !few.ages.is_empty() && !few.tells_of_ages());
    let json = serde_json::to_string(&summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), summary);
    // Make everybody between 40 and 59 male but a third.
    let mut data = data;
    for (i, sample) in data.samples.iter_mut().enumerate() {
        if sample.age.is_some_and(|a| (40..60).contains(&a)) {
            sample.class = u8::from(i % 3 != 0);
        }
    }
    let shortcut = Summary::new(&data, None).shortcut.unwrap();
    assert!(shortcut.en.starts_with("Between 40 and 59 there are "), "{}", shortcut.en);
    assert!(shortcut.en.contains(" men for each woman"), "{}", shortcut.en);
    assert!(shortcut.fr.contains("hommes pour une femme"), "{}", shortcut.fr);
}

/// The copies among the 20,707 pictures at hand, by Python:
/// ```python
/// g = collections.defaultdict(list)
/// for x in os.listdir("utkface"): g[hashlib.sha256(open("utkface/" + x, "rb").read()).digest()].append(x)
/// d = [v for v in g.values() if len(v) > 1]
/// print(len(d), sum(map(len, d)), sum(len({x.split("_")[1] for x in v}) > 1 for v in d))   # 286 581 28
/// print(sum(len({tuple(x.split("_")[:3]) for x in v}) > 1 for v in d))                      # 199
/// ```
/// Hashes alone are needed, so nothing is decoded.
#[test]
fn the_real_folder_has_the_copies_that_python_finds() {
    use trombine::data::{dataset::Dataset, hash::hash, pixels::Pixels, scan::scan};
    let Some(root) = utkface() else { return };
    let mut scan = scan(&root, Reading::default(), &Control::default(), &mut |_, _, _| {}).unwrap();
    scan.samples.iter_mut().for_each(|s| s.hash = hash(&fs::read(root.join(&s.file)).unwrap()));
    let data = Dataset {
        source: Source::Folder(root),
        task: scan.task,
        samples: scan.samples,
        skipped: scan.skipped,
        pixels: Pixels::default(),
        ..Dataset::default()
    };
    let split = Split::new(&data, &SplitSettings::default(), 42);
    let summary = Summary::new(&data, Some(&split));
    let copies = summary.copies;
    assert_eq!((copies.groups, copies.pictures, copies.contradicting_class, copies.contradicting), (286, 581, 28, 199));
    // A plain 60/20/20 split tears a pair with probability 0.56: 160 of 286 and a little more for larger groups.
    assert!((130..200).contains(&split.kept_together), "{}", split.kept_together);
    let shortcut = summary.shortcut.unwrap();
    // 2,766 men and 1,185 women.
    assert!(shortcut.en.starts_with("Between 40 and 59 there are 2.3 men for each woman"), "{}", shortcut.en);
    assert!(shortcut.fr.starts_with("Entre 40 et 59 ans, il y a 2,3 hommes pour une femme"), "{}", shortcut.fr);
}
