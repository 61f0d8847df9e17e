//! The grammar of the command line, its help and its errors in both languages.

use std::{fs, path::Path};

use crate::{cli::call, support};

/// Exit status and standard error of the program in French.
fn in_french(home: &Path, arguments: &[&str]) -> (i32, String) {
    let (status, _, err) = support::outcome(support::program(home).args(["--lang", "fr"]).args(arguments));
    (status, err)
}

#[test]
fn a_wrong_argument_is_said_in_french_with_its_reason() {
    let home = tempfile::tempdir().expect("a folder");
    for (arguments, what) in [
        (
            &["check", "x", "--age-bands", "5,3"][..],
            "valeur «\u{a0}5,3\u{a0}» refusée pour «\u{a0}--age-bands <ANNÉES>\u{a0}»\u{a0}: ",
        ),
        (&["check", "x", "--image-size", "31"], "256"),
        (&["experiment", "seeds", "--sample", "--seeds", "0"], "permis de 2 à 1000"),
        (&["selftest", "--batch", "many"], "ce n’est pas un nombre entier"),
        (&["train", "--sample", "--sample"], "«\u{a0}--sample\u{a0}» est donné deux fois"),
        (&["compare", "last"], "il faut au moins 2 valeurs"),
        (&["runs", "--json=1"], "«\u{a0}--json\u{a0}» ne prend pas la valeur «\u{a0}1\u{a0}»"),
        (&["help", "nosuch"], "commande inconnue «\u{a0}nosuch\u{a0}»"),
    ] {
        let (status, err) = in_french(home.path(), arguments);
        assert_eq!(status, 2, "{arguments:?}: {err}");
        assert!(err.contains(what), "{arguments:?}: “{what}” is not in {err}");
    }
    let (_, err) = in_french(home.path(), &["train", "--data"]);
    assert!(err.contains("il manque une valeur") && !err.contains("au choix"), "{err}");
}

#[test]
fn help_and_manual_know_every_command() {
    let home = tempfile::tempdir().expect("a folder");
    let (status, out, err) = call(home.path(), &["help", "experiment", "seeds"]);
    assert!(status == 0 && out.contains("--seeds <N>"), "{out}{err}");
    let (status, out, err) = call(home.path(), &["help", "nosuch"]);
    assert!(status == 2 && out.is_empty() && err.contains("nosuch"), "{out}{err}");
    let (_, page, _) = call(home.path(), &["man"]);
    // No pages are pointed at that do not exist.
    assert!(!page.contains("(1)") && page.contains("\n.SH \"TROMBINE TRAIN\""), "{page}");
    assert!(page.contains("\n.SH \"TROMBINE EXPERIMENT SEEDS\""), "{page}");
}

#[test]
fn what_was_empty_or_a_folder_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let (status, out, _) = call(home.path(), &["experiment", "list"]);
    assert_eq!((status, out.trim()), (0, "No experiments yet"));
    let folder = home.path().join("folder");
    fs::create_dir(&folder).expect("made");
    let (status, _, err) = call(home.path(), &["train", "--sample", "--settings", folder.to_str().expect("UTF-8")]);
    assert!(status == 1 && err.contains("folder is a folder, not a file of settings"), "{err}");
}
