//! What the README says is true.

use std::process::Command;

use trombine::{evaluate::significance::MeanCi, run::export::Format, setting_def::Choice as _};

const README: &str = include_str!("../../README.md");

/// The program's answer to `arguments`, in English.
fn answer(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trombine")).args(["--lang", "en"]).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("the program starts: {error}"));
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_option_table_is_what_the_program_prints() {
    let printed = answer(&["options"]);
    let (_, rest) = README.split_once("<!-- options: printed by `trombine options` -->\n").expect("the table's first mark");
    let (table, _) = rest.split_once("<!-- /options -->").expect("the table's last mark");
    assert_eq!(table.trim(), printed.trim(), "run `trombine options` and put its table into the README");
}

#[test]
fn every_command_is_named_in_the_readme() {
    let help = answer(&["--help"]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|command| *command != "help") {
        assert!(README.contains(command), "{command}");
    }
}

/// Formats stand in one list, which the README, the command's help and its errors walk.
#[test]
fn every_format_is_named_where_formats_are_named() {
    let line = README.lines().find(|line| line.starts_with("trombine export ")).expect("how to export");
    let help = answer(&["export", "--help"]);
    let completions = answer(&["completions", "bash"]);
    for format in Format::ALL {
        assert!(line.contains(format.key()), "the README lacks {}", format.key());
        assert!(help.matches(format.key()).count() >= 2, "help lacks {}:\n{help}", format.key());
        assert!(completions.contains(format.key()), "completions lack {}", format.key());
    }
}

/// Every line of the accuracy table is counted again from the file that `benches/accuracy` wrote.
#[test]
fn the_accuracy_table_is_that_of_the_file_of_results() {
    let results = include_str!("../../benches/accuracy.json");
    let results: serde_json::Map<String, serde_json::Value> = serde_json::from_str(results).expect("JSON");
    let mark = "<!-- accuracy: printed by `benches/accuracy --print` -->\n";
    let (_, rest) = README.split_once(mark).expect("the table's first mark");
    let (table, _) = rest.split_once("\n<!-- /accuracy -->").expect("the table's last mark");
    let lines: Vec<&str> = table.lines().skip(2).collect();
    let mut expected = 0;
    for (name, study) in &results {
        let runs = study["runs"].as_array().expect("runs");
        let rows: std::collections::BTreeSet<&str> = runs.iter().filter_map(|run| run["row"].as_str()).collect();
        for row in &rows {
            let of: Vec<_> = runs.iter().filter(|run| run["row"] == **row).collect();
            let all = |key: &str| of.iter().filter_map(|run| run[key].as_f64()).collect::<Vec<f64>>();
            let spread = MeanCi::of(&all("score")).expect("a run");
            let digits = if study["measure"] == "mae" { 2 } else { 4 };
            let figure = match spread.deviation {
                Some(deviation) => format!("{:.digits$} ± {deviation:.digits$}", spread.mean),
                None => format!("{:.digits$}", spread.mean),
            };
            let range =
                spread.range.map_or_else(String::new, |range| format!("{:.digits$} to {:.digits$}", range.low, range.high));
            let kept: Vec<String> = all("kept_epoch").iter().map(f64::to_string).collect();
            let title = if rows.len() == 1 { name.clone() } else { format!("{name}: {row}") };
            let line = format!("| {title} | {} | {figure} | {range} | {} |", of.len(), kept.join(", "));
            assert!(lines.contains(&line.as_str()), "run `benches/accuracy --write`: {line}");
            expected += 1;
        }
        if let Some(accuracy) = study["committee"]["accuracy"].as_f64() {
            let line = format!("| {name}: all {} as one | 1 | {accuracy:.4} |  |  |", runs.len());
            assert!(lines.contains(&line.as_str()), "run `benches/accuracy --write`: {line}");
            expected += 1;
        }
    }
    assert_eq!(lines.len(), expected);
}
