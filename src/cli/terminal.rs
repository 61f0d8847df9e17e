//! Events as a progress bar, plain lines, or JSON.

use std::{
    io::{self, IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    control::Stage,
    data::{dataset::Dataset, open_dataset::OpenDataset, task},
    experiment::MemberState,
    history::{BatchRecord, EpochRecord, Mae, StopReason},
    problem::{Kind, Problem},
    run::RunView,
    text::{Lang, capital, decimal, duration, escape, named, number, percent, plural, say, years},
    train::event::TrainEvent,
    worker::Event,
};

/// Cells of the progress bar.
const WIDTH: usize = 24;

/// Tells events on standard output (results) and standard error (progress).
pub struct Terminal {
    pub lang: Lang,
    json: bool,
    bar: bool,
    /// Whether a progress line stands there that the next line has to clear.
    drawn: bool,
    stage: Option<Stage>,
    epochs: u32,
}

impl Terminal {
    /// Tells in `lang`, or as lines of JSON; a bar of progress is drawn where a person looks on.
    pub fn new(lang: Lang, json: bool) -> Self {
        Self { lang, json, bar: !json && io::stderr().is_terminal(), drawn: false, stage: None, epochs: 0 }
    }

    /// Whether it tells lines of JSON.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Tells one event.
    pub fn event(&mut self, event: &Event) {
        if self.json {
            return json(event);
        }
        match event {
            Event::Progress { stage, done, total } => self.progress(*stage, *done, *total),
            Event::Opened { open } => self.opened(&open.dataset),
            Event::Train(event) => self.train(event),
            Event::Evaluated(view) => self.evaluated(view),
            Event::Wrote { path, what } => {
                let line = named(self.lang, path.display(), what.get(self.lang));
                self.line(&line);
            }
            Event::Located { run, folder, .. } => {
                let is_in = say("its pictures are in", "ses images sont dans").get(self.lang);
                let name = format!("{} {run}", say("Run", "Essai").get(self.lang));
                let line = named(self.lang, name, format!("{is_in} {}", folder.display()));
                self.line(&line);
            }
            Event::Readable { ways, .. } => {
                self.clear();
                let with = say("With", "Avec").get(self.lang);
                for (reading, words) in ways {
                    complain_line(&named(self.lang, format!("{with} {}", reading.arguments()), words.get(self.lang)));
                }
            }
            Event::Warned(problem) => {
                self.clear();
                complain(problem, self.lang);
            }
            Event::Kept(kept) => {
                let name = say("Pictures kept ready", "Images gardées prêtes").get(self.lang);
                let line = named(self.lang, name, kept.sentence(self.lang));
                self.line(&line);
            }
            Event::TrainsOn { run, .. } => {
                if let Some(from) = &run.started_from {
                    let line = capital(&from.words(self.lang));
                    self.line(&line);
                }
            }
            Event::Member { view, .. } if view.state == MemberState::Training => {
                let line = format!("— {}", view.label.get(self.lang));
                self.line(&line);
            }
            Event::Glimpses { .. }
            | Event::Edited { .. }
            | Event::ExperimentCost { .. }
            | Event::Experiments { .. }
            | Event::Member { .. }
            | Event::Experiment(_)
            | Event::Watched { .. }
            | Event::Near { .. }
            | Event::Pictures { .. }
            | Event::Tried(_)
            | Event::Tested { .. }
            | Event::Rates(_)
            | Event::Runs { .. }
            | Event::Trash { .. }
            | Event::RunOpened(_)
            | Event::DecisionKept(_)
            | Event::RunViewed(_)
            | Event::Paired { .. }
            | Event::Finished
            | Event::Failed(_) => {}
        }
    }

    /// A line of the result.
    pub fn line(&mut self, text: &str) {
        self.clear();
        print(text);
    }

    fn progress(&mut self, stage: Stage, done: u64, total: u64) {
        let name = stage.name().get(self.lang);
        if !self.bar {
            if self.stage.replace(stage) != Some(stage) {
                complain_line(&format!("{name}…"));
            }
            return;
        }
        let count = if total > 0 {
            format!("{} / {}", number(self.lang, done), number(self.lang, total))
        } else {
            number(self.lang, done)
        };
        self.draw(&format!("{name} {} {count}", bar(done as f64 / total.max(1) as f64)));
        if done == total && total > 0 {
            self.clear();
        }
    }

    fn opened(&mut self, dataset: &Dataset) {
        let balance = dataset.balance();
        let lang = self.lang;
        let n = |count: usize| number(lang, count as u64);
        let named_count = |class: usize| format!("{} {}", dataset.task.name(class, lang), n(balance[class]));
        let classes: Vec<String> = match dataset.task.is_regression() {
            true => dataset.age_span().map(|span| span.words(lang)).into_iter().collect(),
            false => (0..balance.len()).map(named_count).collect(),
        };
        let used = plural(lang, dataset.samples.len() as u64, say("picture", "image"), say("pictures", "images"));
        let left = plural(lang, dataset.skipped.len() as u64, say("not used", "non utilisée"), say("not used", "non utilisées"));
        let counts = format!("{used} ({}), {left}", task::listed(&classes, lang));
        self.line(&named(lang, dataset.source.name().get(lang), counts));
    }

    fn train(&mut self, event: &TrainEvent) {
        let lang = self.lang;
        match event {
            TrainEvent::Started { run, device, epochs, steps_per_epoch, train_pictures, validation_pictures, .. } => {
                self.epochs = *epochs;
                let most = plural(
                    lang,
                    (*epochs).into(),
                    say("epoch at most", "époque au plus"),
                    say("epochs at most", "époques au plus"),
                );
                let steps = plural(
                    lang,
                    (*steps_per_epoch).into(),
                    say("step an epoch", "pas par époque"),
                    say("steps an epoch", "pas par époque"),
                );
                let text = match lang {
                    Lang::En => format!(
                        "Run {run} on {}: {} training and {} validation pictures, {steps}, {most}",
                        device.name,
                        number(lang, (*train_pictures).into()),
                        number(lang, (*validation_pictures).into()),
                    ),
                    Lang::Fr => format!(
                        "Essai {run} sur {} : {} images d’entraînement et {} de validation, {steps}, {most}",
                        device.name,
                        number(lang, (*train_pictures).into()),
                        number(lang, (*validation_pictures).into()),
                    ),
                };
                self.line(&text);
            }
            TrainEvent::Batch(record) => self.batch(record),
            TrainEvent::Epoch(record) => self.epoch(record),
            TrainEvent::Note(note) => {
                let text = format!("  {}", note.text.get(lang));
                self.line(&text);
            }
            TrainEvent::Stopped { reason, best_epoch, kept_epoch } => {
                let text = stopped(*reason, *best_epoch, *kept_epoch, lang);
                self.line(&text);
            }
            TrainEvent::Paused | TrainEvent::Resumed | TrainEvent::Saved { .. } | TrainEvent::Faces { .. } => {}
        }
    }

    fn batch(&mut self, record: &BatchRecord) {
        if !self.bar {
            return;
        }
        let lang = self.lang;
        let what = if record.validating { say("validation", "validation") } else { say("epoch", "époque") }.get(lang);
        let left = say("left", "restant").get(lang);
        let text = format!(
            "{what} {}/{} {} {} {}  {} img/s  {} {left}",
            record.epoch,
            self.epochs,
            bar(f64::from(record.step) / f64::from(record.steps_per_epoch.max(1))),
            decimal(lang, record.loss, 3),
            record.mae.map_or_else(|| percent(lang, record.accuracy, 1), |mae| years(lang, mae, 2)),
            decimal(lang, record.pictures_per_second, 0),
            duration(lang, record.remaining),
        );
        self.draw(&text);
    }

    fn epoch(&mut self, record: &EpochRecord) {
        let lang = self.lang;
        let score = |accuracy: f64, mae: fn(&Mae) -> f64| match &record.mae {
            Some(of) => years(lang, mae(of), 2),
            None => percent(lang, accuracy, 1),
        };
        let top_3 = record.validation_top_3.map_or_else(String::new, |share| format!("  top-3 {}", percent(lang, share, 1)));
        let text = format!(
            "{} {}/{}  {} {}  {}  · validation {}  {}{top_3}  · {}  {} img/s",
            say("epoch", "époque").get(lang),
            record.epoch,
            self.epochs,
            say("training", "entraînement").get(lang),
            decimal(lang, record.train_loss, 4),
            score(record.train_accuracy, |mae| mae.train),
            decimal(lang, record.validation_loss, 4),
            score(record.validation_accuracy, |mae| mae.validation),
            duration(lang, record.seconds),
            decimal(lang, record.pictures_per_second, 0),
        );
        self.line(&text);
    }

    fn evaluated(&mut self, view: &RunView) {
        let Some(report) = &view.report else { return };
        self.line(&report.headline(report.threshold, self.lang));
        self.line(&report.subline(report.threshold, self.lang));
        for text in report.reservations(report.threshold, self.lang).iter().chain(&report.left_out(self.lang)) {
            self.line(text);
        }
        view.info.committee_notes(self.lang).iter().for_each(|text| self.line(text));
        if report.part.is_some() {
            let text = format!("{} {}", say("Run", "Essai").get(self.lang), view.folder.display());
            self.line(&text);
        }
    }

    fn draw(&mut self, text: &str) {
        // A terminal that is gone does not stop a training.
        let _ = write!(io::stderr(), "\r\x1b[2K{}", escape::terminal(text)).and_then(|()| io::stderr().flush());
        self.drawn = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(io::stderr(), "\r\x1b[2K").and_then(|()| io::stderr().flush());
        }
    }
}

/// Whether something could not be printed, other than to a reader that has gone away.
static LOST: AtomicBool = AtomicBool::new(false);

/// A line on standard output; a reader that has gone away (`| head`) is no reason to stop a training.
pub fn print(line: &str) {
    write_out(&escape::terminal(line));
}

/// Lines in place of those on the screen.
pub fn redraw(lines: &[String]) {
    let text = lines.iter().map(|line| format!("{}\n", escape::terminal(line))).collect::<String>();
    // Home, and clear what is below.
    note(&write!(io::stdout(), "\x1b[H\x1b[2J{text}").and_then(|()| io::stdout().flush()));
}

/// Several lines of our own, such as a help.
pub fn print_lines(text: &str) {
    write_out(&escape::lines(text));
}

/// A document in JSON.
pub fn print_json(text: &str) {
    write_out(&escape::json(text));
}

fn write_out(text: &str) {
    note(&writeln!(io::stdout(), "{text}"));
}

/// Remembers a line that did not arrive.
fn note(printed: &io::Result<()>) {
    if printed.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// As [`arrived`], of what another has `printed`.
pub fn arrived_with(printed: &io::Result<()>, lang: Lang) -> bool {
    note(printed);
    arrived(lang)
}

/// Whether everything that was printed has arrived; a full disk is told once.
pub fn arrived(lang: Lang) -> bool {
    note(&io::stdout().flush());
    let lost = LOST.load(Ordering::Relaxed);
    if lost {
        let text = say("Not everything could be printed: the disk is full", "Tout n’a pas pu être affiché : le disque est plein");
        complain_line(text.get(lang));
    }
    !lost
}

/// A problem on standard error, with its details where they say more than the sentence.
pub fn complain(problem: &Problem, lang: Lang) {
    problem.log();
    if problem.kind == Kind::Cancelled {
        return complain_line(problem.what.get(lang));
    }
    // What the window's card offers as buttons.
    let asked = (problem.kind == Kind::Exists).then(|| Problem {
        remedy: say("Give another name, or add --overwrite", "Donnez un autre nom, ou ajoutez --overwrite").into(),
        ..problem.clone()
    });
    let problem = asked.as_ref().unwrap_or(problem);
    let line = problem.line(lang);
    complain_line(&problem.setting.as_ref().map_or(line.clone(), |key| named(lang, key, line)));
    if !problem.details.is_empty() {
        complain_line(&format!("  ({})", problem.details.replace('\n', "; ")));
    }
}

/// A line on standard error.
pub fn complain_line(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escape::terminal(text));
}

/// One JSON line. Of a data set only the counts: the pictures are in the folder.
fn json(event: &Event) {
    let value = match event {
        Event::Opened { open: OpenDataset { dataset, .. } } => Ok(serde_json::json!({
            "event": "opened",
            "task": dataset.task.kind,
            "classes": dataset.task.classes,
            "pictures": dataset.balance(),
            "skipped": dataset.skipped.len(),
        })),
        event => serde_json::to_value(event),
    };
    match value {
        Ok(value) => print_json(&value.to_string()),
        Err(error) => complain_line(&error.to_string()),
    }
}

fn bar(share: f64) -> String {
    let full = (share.clamp(0.0, 1.0) * WIDTH as f64) as usize;
    format!("[{}{}]", "█".repeat(full), "·".repeat(WIDTH - full))
}

fn stopped(reason: StopReason, best: Option<u32>, kept: u32, lang: Lang) -> String {
    let why = match reason {
        StopReason::AllEpochs => say("All epochs are done", "Toutes les époques sont faites"),
        StopReason::EarlyStopping { .. } => say("Stopped early: no improvement", "Arrêt anticipé : plus d’amélioration"),
        StopReason::TimeLimit => say("The time limit is reached", "La limite de temps est atteinte"),
        StopReason::Diverged => say("The loss is no longer a number", "La perte n’est plus un nombre"),
        StopReason::ByUser => say("Finished as asked", "Terminé comme demandé"),
    };
    if kept == 0 {
        return why.get(lang).to_owned();
    }
    let which = match best == Some(kept) {
        true => say("best epoch", "meilleure époque"),
        false => say("the weights are those of epoch", "les poids sont ceux de l’époque"),
    };
    let next = say("; ", "\u{a0}; ").get(lang);
    format!("{}{next}{} {kept}", why.get(lang), which.get(lang))
}
