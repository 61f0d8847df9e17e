//! `trial`, `devices` and `selftest`.

use std::path::Path;

use serde_json::json;

use super::{
    Done, RecipeArgs, one, recipe, store,
    terminal::{Terminal, complain, print, print_json},
};
use crate::{
    control::Control,
    data::sample::Source,
    engine::{self, SelfTest},
    files::atomic,
    log,
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, bytes, decimal, duration, epochs, named, say},
    train::{rate_range, trial},
    worker::Event,
};

/// Tries the recipe on each device, or on the one that was asked for; on the sample faces without a folder.
pub fn trial(ask: &RecipeArgs, json: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let source = ask.source().unwrap_or(Source::SampleFaces);
    let store = store()?;
    let plan = recipe::plan(ask, source, &store, &mut |event| tell(&mut terminal, &event, json))?;
    let mut trials = Vec::new();
    let devices = match ask.device.as_str() {
        engine::AUTOMATIC => trial::worth_trying(&engine::devices()),
        asked => vec![asked.to_owned()],
    };
    for device in devices {
        engine::prepare(&device, store.home());
        let tried = engine::open(&device, &plan.engine_config())
            .and_then(|mut engine| trial::trial(&plan, engine.as_mut(), &Control::default(), |_, _| {}));
        match tried {
            Ok(trial) => trials.push(trial),
            Err(problem) if ask.device == engine::AUTOMATIC => complain(&problem, lang),
            Err(problem) => return Err(one(problem)),
        }
    }
    if json {
        let text = serde_json::to_string_pretty(&trials).map_err(|error| one(atomic::foreign(Path::new("trial"), &error)))?;
        print_json(&text);
        return Ok(());
    }
    for trial in trials {
        print(&format!(
            "{}{} {}, {} {}, {} {} {}, {} {} {}",
            named(lang, format!("{} ({})", trial.device.name, trial.device.id), ""),
            decimal(lang, trial.pictures_per_second, 0),
            say("pictures a second", "images par seconde").get(lang),
            duration(lang, trial.epoch),
            say("an epoch", "par époque").get(lang),
            duration(lang, trial.run),
            say("for", "pour").get(lang),
            epochs(lang, plan.settings.train.epochs.into()),
            say("at least", "au moins").get(lang),
            bytes(lang, trial.memory),
            say("of memory", "de mémoire").get(lang),
        ));
    }
    Ok(())
}

/// Tests rising learning rates and proposes one; on the sample faces without a folder.
pub fn rates(ask: &RecipeArgs, json: bool, lang: Lang) -> Done {
    let mut terminal = Terminal::new(lang, false);
    let source = ask.source().unwrap_or(Source::SampleFaces);
    let plan = recipe::plan(ask, source, &store()?, &mut |event| tell(&mut terminal, &event, json))?;
    let range = engine::open(&plan.device, &plan.engine_config())
        .and_then(|mut engine| rate_range::test(&plan, engine.as_mut(), &Control::default(), |_, _| {}))
        .map_err(one)?;
    if json {
        let text = serde_json::to_string(&range).map_err(|error| one(atomic::foreign(Path::new("rates"), &error)))?;
        print_json(&text);
        return Ok(());
    }
    for point in range.points.iter().step_by(5) {
        print(&format!("{:>9.1e}  {}", point.rate, decimal(lang, point.smooth, 4)));
    }
    match range.proposal {
        Some(rate) => print(&format!("{}: --set train.optimizer.learning_rate={rate}", say("Proposed", "Proposé").get(lang))),
        None => print(say("At no rate did the loss fall", "À aucun taux la perte n’a baissé").get(lang)),
    }
    Ok(())
}

/// Tells of an event; with `json`, what is printed is the one document.
fn tell(terminal: &mut Terminal, event: &Event, json: bool) {
    if !(json && matches!(event, Event::Opened { .. })) {
        terminal.event(event);
    }
}

/// Lists the devices.
pub fn devices(json: bool, lang: Lang) -> Done {
    let devices = engine::devices();
    if json {
        let text = serde_json::to_string_pretty(&devices).map_err(|error| one(atomic::foreign(Path::new("devices"), &error)))?;
        print_json(&text);
        return Ok(());
    }
    for device in &devices {
        print(&format!("{:<12} {}", device.id, named(lang, &device.name, device.about(lang))));
    }
    if let Some(path) = log::path() {
        print(&named(lang, say("Log", "Journal").get(lang), path.display()));
    }
    Ok(())
}

/// Compares each device's arithmetic with the plain reference, or that of the one that was asked for.
pub fn selftest(wanted: Option<&str>, batch: usize, as_json: bool, lang: Lang) -> Done {
    let devices = match wanted {
        Some(wanted) => vec![engine::find(wanted).map_err(one)?],
        None => engine::devices(),
    };
    let (mut failed, mut passed) = (Vec::new(), Vec::new());
    if let Ok(store) = store() {
        devices.iter().for_each(|device| engine::prepare(&device.id, store.home()));
    }
    for device in devices {
        match engine::selftest(&device.id, batch) {
            Ok(test) if as_json => passed.push(json!({
                "device": device,
                "batch": batch,
                "answers_off": test.answers_off,
                "gradients_off": test.gradients_off,
                "agrees": test.agrees,
                "pictures_per_second": test.pictures_per_second,
            })),
            Ok(test) if test.agrees => print(&format!(
                "{:<10} {} ({} {:.1e}), {:.0} {}",
                device.id,
                say("agrees with the reference", "d’accord avec la référence").get(lang),
                say("largest difference", "plus grand écart").get(lang),
                test.answers_off.max(test.gradients_off),
                test.pictures_per_second,
                say("pictures a second", "images par seconde").get(lang),
            )),
            Ok(test) => failed.push(wrong(&device.id, &test)),
            Err(problem) => failed.push(problem.because(device.id)),
        }
    }
    if as_json {
        print_json(&json!(passed).to_string());
    }
    if failed.is_empty() { Ok(()) } else { Err(failed) }
}

fn wrong(device: &str, test: &SelfTest) -> Problem {
    let what = LocalizedText {
        en: format!("The device {device} does not compute what the reference does"),
        fr: format!("L’appareil {device} ne calcule pas ce que calcule la référence"),
    };
    let remedy = say("Train on the processor, and update the driver", "Entraînez sur le processeur, et mettez le pilote à jour");
    Problem::new(Kind::Device, what, remedy)
        .because(format!("answers off by {:.1e}, gradients by {:.1e}", test.answers_off, test.gradients_off))
}
