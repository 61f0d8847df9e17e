//! `committee`: several runs that answer together.

use serde_json::json;

use super::{
    Done, models, one, store,
    terminal::{self, print, print_json},
};
use crate::{
    control::Control,
    run::RunView,
    text::Lang,
    worker::{self, Candidates, Command, Event},
};

/// Makes a committee, and says how good it is.
pub fn committee(of: Candidates, name: Option<String>, as_json: bool, lang: Lang) -> Done {
    let mut made = None;
    worker::perform(Command::Committee { of, name }, &store()?, &Control::default(), &mut |event| match event {
        Event::RunOpened(view) => made = Some(view),
        Event::Warned(problem) => terminal::complain(&problem, lang),
        _ => {}
    })
    .map_err(one)?;
    let Some(view) = made else { return Ok(()) };
    if as_json {
        let RunView { info, .. } = view.as_ref();
        print_json(&format!(
            "{:#}",
            json!({"run": info.id, "name": info.name, "scores": info.scores, "committee": info.committee})
        ));
        return Ok(());
    }
    print(&models::row(&view.info, lang));
    if let Some(report) = &view.report {
        print(&report.headline(report.threshold, lang));
        print(&report.subline(report.threshold, lang));
    }
    view.info.committee_notes(lang).iter().for_each(|note| print(note));
    Ok(())
}
