//! Settings that a person hands over: what is not meant so is refused with what is allowed, in every option.

use std::fs;

use serde_json::{Value as Json, json};
use trombine::{
    preset::Preset,
    problem::{Kind, Problem},
    setting_def::{Choice as _, SettingDefs as _, Value},
    settings::Settings,
    text::Lang,
};

/// The settings in which only `key` is `value`, as a settings file nests it.
fn nested(key: &str, value: Json) -> String {
    key.rsplit('.').fold(value, |inner, name| json!({name: inner})).to_string()
}

fn parse(text: &str) -> Result<Settings, Vec<Problem>> {
    Settings::parse(text)
}

/// Text that the option must refuse, and JSON that it must refuse: beyond both ends, of another kind, no number at all.
fn refused(value: &Value<'_>) -> (Vec<String>, Vec<Json>) {
    let others = [json!(null), json!({}), json!({"x": 1}), json!("x"), json!([[]]), json!([true])];
    let words = ["x", "nan", "NaN", "inf", "-inf", "infinity", "1e999", "--", "1_0", "²"].map(str::to_owned);
    let (mut texts, mut jsons) = (words.to_vec(), others.to_vec());
    match value {
        Value::Switch(_) => {
            texts.extend(["2", "-1", "", "TRUE!"].map(str::to_owned));
            jsons.extend([json!(1), json!(0), json!("true"), json!([])]);
        }
        Value::Whole { range, .. } => {
            let (low, high) = (i64::from(*range.start()), i64::from(*range.end()));
            let beyond = [low - 1, high + 1, -1 - high, i64::MAX];
            texts.extend(beyond.iter().map(i64::to_string));
            texts.extend(["", "-0.5", "1.5", "1e1"].map(str::to_owned));
            jsons.extend(beyond.map(|n| json!(n)));
            jsons.extend([json!(low as f64 + 0.5), json!(1e300), json!(true), json!([low]), json!(low.to_string())]);
        }
        Value::Number { range, .. } => {
            let (low, high) = (*range.start(), *range.end());
            let beyond = [low - 0.001 - low.abs(), high + 0.001 + high.abs(), -1e300, 1e300];
            texts.extend(beyond.iter().map(f64::to_string));
            texts.push(String::new());
            jsons.extend(beyond.map(|n| json!(n)));
            jsons.extend([json!(true), json!([low]), json!(low.to_string())]);
        }
        Value::Choice(choice) => {
            let names = choice.options().into_iter().map(|(_, name, _)| name.fr.to_owned());
            texts.extend(names.filter(|name| choice.options().iter().all(|(key, ..)| key != name)));
            texts.push(String::new());
            jsons.extend([json!(0), json!(1), json!(true), json!([]), json!(""), json!("SGD ")]);
        }
        Value::List { length, range, .. } => {
            let (low, high) = (*range.start(), *range.end());
            let long = vec![low; length.end() + 1];
            texts.extend([format!("{},{low}", high + 1), format!("{low},,{low}"), format!("{low},"), format!("{low}.5")]);
            texts.push(long.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
            jsons.extend([json!(low), json!([high + 1]), json!([f64::from(low) + 0.5]), json!([low, [low]]), json!(long)]);
            if low > 0 {
                texts.push((low - 1).to_string());
                jsons.push(json!([low - 1]));
            }
            if *length.start() > 0 {
                texts.push(String::new());
                jsons.push(json!([]));
            }
        }
        Value::OfClasses { range, .. } => {
            texts.extend([format!("{}", range.end() + 1.0), "1,,1".to_owned(), "1,".to_owned(), "nan".to_owned()]);
            jsons.extend([json!(1), json!([range.start() - 1.0]), json!([[1.0]]), json!(["1"])]);
        }
        Value::Run(_) => {
            // Any word may be the start of an id.
            texts = vec!["a".repeat(1001), "a\u{7}b".to_owned()];
            jsons.retain(|json| !json.is_string());
            jsons.extend([json!(1), json!([]), json!(true), json!("a".repeat(1001))]);
        }
        Value::Table(_) => {
            texts.extend(["0:0.1", "1001:0.1", "1:-1", "1:2", "1:nan", "1:inf", "1", "1:0.1,", "1:0.1:2"].map(str::to_owned));
            jsons.extend([json!([[0, 0.1]]), json!([[1, 2.0]]), json!([[1]]), json!([1, 0.1]), json!([[1, 0.1, 3]]), json!(1)]);
        }
    }
    (texts, jsons)
}

#[test]
fn every_option_refuses_what_it_cannot_be_and_says_what_it_can() {
    let mut settings = Settings::default();
    let mut count = 0;
    for def in settings.setting_defs() {
        let allowed = def.allowed(Lang::En);
        let (texts, jsons) = refused(&def.value);
        let lines = texts.iter().map(|text| format!("{}={text}", def.key));
        for text in lines.chain(jsons.into_iter().map(|json| nested(&def.key, json))) {
            let problems = match parse(&text) {
                Ok(read) => panic!("{text} was taken: {}", read.text()),
                Err(problems) => problems,
            };
            let said: Vec<_> = problems.iter().map(|problem| problem.what.en.as_str()).collect();
            assert!(said.iter().any(|what| what.contains(&allowed)), "{text}: {said:?}");
            count += 1;
        }
    }
    assert!(count > 1000, "{count} values");
}

/// All that the program itself writes is taken back as it is, through the same door.
#[test]
fn every_option_takes_what_it_may_be() {
    for preset in Preset::ALL {
        let settings = preset.settings();
        let json = serde_json::to_string_pretty(&settings).expect("JSON");
        assert_eq!(parse(&json).expect("its own file"), settings, "{preset:?}");
        assert_eq!(parse(&settings.text()).expect("its own text"), settings, "{preset:?}");
    }
    let mut settings = Settings::default();
    for def in settings.setting_defs() {
        let ends: Vec<(String, Json)> = match &def.value {
            Value::Whole { range, .. } => [range.start(), range.end()].map(|n| (n.to_string(), json!(n))).to_vec(),
            Value::Number { range, .. } => [range.start(), range.end()].map(|n| (n.to_string(), json!(n))).to_vec(),
            Value::List { length, range, .. } => [range.start(), range.end()]
                .map(|n| {
                    let list = vec![*n; *length.end()];
                    (list.iter().map(u32::to_string).collect::<Vec<_>>().join(","), json!(list))
                })
                .to_vec(),
            Value::Choice(choice) => choice.options().iter().map(|(key, ..)| ((*key).to_owned(), json!(key))).collect(),
            Value::Switch(_) => [true, false].map(|on| (on.to_string(), json!(on))).to_vec(),
            Value::OfClasses { range, .. } => {
                let ends = [*range.start(), *range.end()];
                vec![(ends.map(|end| end.to_string()).join(","), json!(ends)), (String::new(), json!([]))]
            }
            Value::Run(_) => vec![("2026-11-22-140211".to_owned(), json!("2026-11-22-140211")), (String::new(), json!(""))],
            Value::Table(_) => vec![("1:0,1000:1".to_owned(), json!([[1, 0.0], [1000, 1.0]])), (String::new(), json!([]))],
        };
        for (text, json) in ends {
            let line = parse(&format!("seed=42\n{}={text}", def.key)).unwrap_or_else(|e| panic!("{}={text}: {e:?}", def.key));
            let file = parse(&nested(&def.key, json)).unwrap_or_else(|e| panic!("{} as {text} in JSON: {e:?}", def.key));
            assert_eq!(line, file, "{} as {text}", def.key);
        }
    }
}

#[test]
fn a_zero_has_no_sign() {
    let mut settings = Settings::default();
    settings.set("model.dropout=-0").expect("zero");
    assert!(settings.model.dropout.is_sign_positive());
    assert_eq!(settings.text().lines().last(), Some("model.dropout=0"));
}

#[test]
fn a_slip_in_a_name_is_answered_with_the_name_that_was_meant() {
    for (slip, meant) in [
        ("epoch", "train.epochs"),
        ("epochs", "train.epochs"),
        ("train.epoch", "train.epochs"),
        ("model.droput", "model.dropout"),
        ("dropout", "model.dropout"),
        ("lerning_rate", "train.optimizer.learning_rate"),
        ("train.learning_rate", "train.optimizer.learning_rate"),
        ("Train.Batch_Size", "train.batch_size"),
        ("batchsize", "train.batch_size"),
        ("augment.rotaton.on", "augment.rotation.on"),
    ] {
        let json = nested(slip, json!(1));
        for text in [format!("{slip}=1"), json] {
            let problems = parse(&text).expect_err("a slip");
            assert_eq!(problems.len(), 1, "{text}");
            let problem = &problems[0];
            let line = problem.line(Lang::En);
            assert!(line.contains(&format!("“{slip}”")) && line.contains(&format!("Perhaps {meant} is meant")), "{line}");
            assert!(problem.line(Lang::Fr).contains(meant));
        }
    }
    let problem = &parse("qwzx=1").expect_err("nothing like it")[0];
    assert!(!problem.line(Lang::En).contains("Perhaps"), "{problem}");
    // Twice the same name is a slip too.
    assert!(parse("{\"seed\": 1, \"seed\": 2}").is_err());
    assert!(parse("{\"train\": 3}").expect_err("a group")[0].what.en.contains("several settings"));
}

#[test]
fn files_of_any_editor_are_read() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("settings");
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let text = "# réglages\r\ntrain.epochs=7\r\n";
    for text in [text, "{\"train\": {\"epochs\": 7}}"] {
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            wide(text, u16::to_le_bytes),
            wide(text, u16::to_be_bytes),
            wide(&format!("\u{feff}{text}"), u16::to_le_bytes),
            wide(&format!("\u{feff}{text}"), u16::to_be_bytes),
        ] {
            fs::write(&path, &bytes).expect("written");
            let settings = Settings::read(&path).unwrap_or_else(|problems| panic!("{bytes:?}: {problems:?}"));
            assert_eq!(settings.train.epochs, 7);
        }
    }
    for (bytes, what) in [
        (&b"train.epochs=7 \xE9"[..], "not text in UTF-8 or UTF-16"),
        (b"\xFF\xFE\x00", "not text in UTF-8 or UTF-16"),
        (b"\xFF\xD8\xFF\xE0\x00\x10JFIF", "not text in UTF-8 or UTF-16"),
        (b" \n", "is empty"),
    ] {
        fs::write(&path, bytes).expect("written");
        let problems = Settings::read(&path).expect_err("no settings");
        assert_eq!(problems[0].kind, Kind::File);
        assert!(problems[0].what.en.contains(what), "{}", problems[0]);
    }
}

/// A run of another version may know options that this one does not, and is read all the same.
#[test]
fn what_a_machine_wrote_is_read_as_far_as_it_is_known() {
    let settings: Settings =
        serde_json::from_str("{\"train\": {\"epochs\": 7, \"of_tomorrow\": 3}, \"more\": {}}").expect("read");
    assert_eq!(settings.train.epochs, 7);
}

/// Whatever word an option prints, a settings file may say it, as text or, where it is one, as a number.
#[test]
fn the_words_of_the_option_table_are_taken_in_json() {
    let mut settings = Settings::default();
    for def in settings.setting_defs() {
        let Value::Choice(choice) = &def.value else { continue };
        for (word, ..) in choice.options() {
            let mut values = vec![json!(word)];
            values.extend(word.parse::<u64>().ok().map(|number| json!(number)));
            for value in values {
                let mut taken = parse(&nested(&def.key, value.clone())).unwrap_or_else(|p| panic!("{}={value}: {p:?}", def.key));
                let text =
                    taken.setting_defs().iter().find(|other| other.key == def.key).map(trombine::setting_def::SettingDef::text);
                assert_eq!(text.as_deref(), Some(word), "{}", def.key);
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_settings_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("settings.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
    let problems = Settings::read(&pipe).expect_err("never answers");
    assert!(problems[0].what.en.contains("not text"), "{problems:?}");
}
