//! What the user decides about evaluated pictures, and the training that follows from it.

use std::sync::Arc;

use egui::Ui;

use crate::{
    data::{dataset::Dataset, edits::Edit, open_dataset::OpenDataset},
    evaluate::Prediction,
    run::{Changes, RunView},
    text::{Lang, say},
    ui::{
        Action, Cx, icon,
        page::data::decide,
        theme::{self, Theme},
        widget::{button::link, notice},
    },
};

/// The open data set compared with a run, once for each pair of them.
#[derive(Default)]
pub struct Compared {
    of: Option<(Arc<Dataset>, Arc<RunView>)>,
    changes: Option<Changes>,
}

impl Compared {
    /// Which pictures or labels are others now than when the run began, in the data set that it was trained on.
    pub fn changes(&mut self, cx: &Cx<'_>, run: &Arc<RunView>) -> Option<Changes> {
        // Labels of another question are no changes of these.
        let same = |dataset: &&Arc<Dataset>| dataset.source == run.info.source && dataset.task == run.info.task;
        let dataset = cx.dataset().filter(same)?;
        let known = self.of.as_ref().is_some_and(|(of, by)| Arc::ptr_eq(of, dataset) && Arc::ptr_eq(by, run));
        if !known {
            let changed = run.info.data.is_some_and(|then| then != dataset.fingerprint());
            // Without its list of pictures it is only known that something is other.
            let find = || if run.pictures.is_empty() { Changes::default() } else { Changes::of(&run.pictures, dataset) };
            self.changes = changed.then(find);
            self.of = Some((Arc::clone(dataset), Arc::clone(run)));
        }
        self.changes
    }
}

/// Whether the label looks wrong, and what to do then: buttons, and what was decided before.
pub fn decide(ui: &mut Ui, lang: Lang, open: &OpenDataset, p: &Prediction) -> Option<Action> {
    let t = Theme::of(ui);
    let (class, edit) = now(open, p);
    let text = decided(lang, open, p)
        .unwrap_or_else(|| say("Label looks wrong?", "L’étiquette semble fausse\u{a0}?").get(lang).to_owned());
    ui.label(theme::strong(text).color(t.text));
    let decided = ui.horizontal_wrapped(|ui| decide::buttons(ui, lang, &open.dataset.task, Some(class), edit)).inner;
    decided.map(|change| Action::Edit { files: vec![p.file.clone()], change })
}

/// What an evaluated picture counts as now, with what the user decided about it.
pub fn now<'a>(open: &'a OpenDataset, p: &Prediction) -> (u8, Option<&'a Edit>) {
    let edit = open.edits().get(&p.file);
    let relabeled = edit.and_then(|edit| edit.class.as_ref()).and_then(|class| open.dataset.task.find(class));
    (relabeled.map_or(p.label, |class| class as u8), edit)
}

/// What the user decided about an evaluated picture, in words.
pub fn decided(lang: Lang, open: &OpenDataset, p: &Prediction) -> Option<String> {
    let task = &open.dataset.task;
    Some(match open.edits().get(&p.file)? {
        edit if edit.left_out => say("Left out by you", "Écartée par vous").get(lang).to_owned(),
        edit if edit.kept => say("Marked correct by you", "Confirmée par vous").get(lang).to_owned(),
        edit => {
            let class = edit.class.as_ref().and_then(|class| task.find(class))?;
            let name = task.name(class, lang);
            format!("{} {name}", say("Relabeled by you:", "Réétiquetée par vous\u{a0}:").get(lang))
        }
    })
}

/// Where this run was trained again on fewer or other pictures: the way to the comparison.
pub fn repeated(ui: &mut Ui, cx: &mut Cx<'_>, run: &RunView) {
    let Some([old, new]) = cx.session.repeated.clone().filter(|[_, new]| *new == run.info.id) else { return };
    let t = Theme::of(ui);
    let before = cx.session.runs.iter().find(|info| info.id == old);
    let name = before.map_or(old.as_str(), |info| info.name(cx.lang));
    let text = match cx.lang {
        Lang::En => format!("Retrained as “{name}”: same split, your labels"),
        Lang::Fr => format!("Réentraîné comme « {name} » : même répartition, vos étiquettes"),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        notice::note(ui, icon::GIT_COMPARE, t.accent, &text);
        if link(ui, cx.say(say("Compare the two runs", "Comparer les deux essais"))).clicked() {
            cx.act(Action::Compare(vec![old, new]));
        }
    });
    ui.add_space(2.0);
}
