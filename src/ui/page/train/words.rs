//! What the curves say, in sentences.

use crate::{
    callback::{CallbackSettings, early_stopping::EarlyStopping},
    evaluate::RunScores,
    history::{EpochRecord, Mae, StopReason},
    schedule::ScheduleKind,
    session::Training,
    setting_def::Choice as _,
    text::{self, Lang, LocalizedText, Phrase, duration, number, percent, say, years},
    ui::Cx,
};

/// Epochs in a row that make a trend.
pub(super) const TREND: usize = 3;

/// By how much a loss has to rise to be called rising.
const RISE: f64 = 1.05;
/// To what share of itself a loss has to fall to be called better.
const IMPROVES: f64 = 0.98;
/// The accuracy from which on something was learned, as a multiple of that of guessing.
pub(super) const LEARNED: f64 = 1.2;
/// By how much more of the pictures it learns from it gets right than of others, to be called knowing by heart.
pub(super) const BY_HEART: f64 = 0.05;

/// What the loss curves say, in one sentence; `more` tells whether epochs are still to come.
pub fn about_loss(history: &[EpochRecord], more: bool) -> LocalizedText {
    let n = history.len();
    let Some(last) = history.last() else {
        return none_yet(more)
            .unwrap_or(say(
                "The loss measures how wrong the model is; both curves should fall",
                "La perte mesure à quel point le modèle se trompe ; les deux courbes doivent descendre",
            ))
            .into();
    };
    if !last.train_loss.is_finite() || !last.validation_loss.is_finite() {
        return say(
            "The loss is no longer a number: the learning rate was too high",
            "La perte n’est plus un nombre : le taux d’apprentissage était trop élevé",
        )
        .into();
    }
    let rising = streak(history, |a, b| b.validation_loss > a.validation_loss);
    let learning = streak(history, |a, b| b.train_loss < a.train_loss);
    if rising >= TREND && learning >= rising {
        return LocalizedText {
            en: format!(
                "Validation loss has risen for {rising} epochs while training loss falls: it is starting to overfit (learn by heart)"
            ),
            fr: format!(
                "La perte de validation monte depuis {rising} époques tandis que celle d’entraînement descend : il commence à surapprendre (par cœur)"
            ),
        };
    }
    let growing = streak(history, |a, b| b.train_loss > a.train_loss);
    // A loss that is nearly nothing goes up and down by nearly nothing.
    if growing >= TREND
        && last.train_loss > RISE * history[n - 1 - growing].train_loss
        && last.train_loss > history[0].train_loss / 2.0
    {
        return say(
            "Training loss rises: the learning rate may be too high",
            "La perte d’entraînement monte : le taux d’apprentissage est peut-être trop élevé",
        )
        .into();
    }
    let best = history.iter().enumerate().min_by(|a, b| a.1.validation_loss.total_cmp(&b.1.validation_loss)).map_or(0, |b| b.0);
    let waited = n - 1 - best;
    if waited >= TREND {
        let gap = last.validation_loss - last.train_loss;
        // Far apart is not yet learning by heart: for that it must have got better since on the pictures it learns from.
        let improves = last.train_loss < IMPROVES * history[best].train_loss;
        return if improves && gap > 0.3 * last.validation_loss.abs() {
            LocalizedText {
                en: format!(
                    "Validation loss has not improved for {waited} epochs while training keeps improving: it is overfitting (learning by heart)"
                ),
                fr: format!(
                    "La perte de validation ne s’améliore plus depuis {waited} époques alors que l’entraînement progresse\u{a0}: il surapprend (par cœur)"
                ),
            }
        } else {
            LocalizedText {
                en: format!("Validation loss has not improved for {waited} epochs: there may be little left to learn this way"),
                fr: format!(
                    "La perte de validation ne s’améliore plus depuis {waited} époques : il reste peut-être peu à apprendre ainsi"
                ),
            }
        };
    }
    if n < 2 {
        return match more {
            true => say(
                "One epoch is done; the curves begin with the second",
                "Une époque est faite ; les courbes commencent avec la deuxième",
            ),
            false => say(
                "A single epoch makes no curve: whether the loss still falls would show with a second",
                "Une seule époque ne fait pas une courbe : une deuxième montrerait si la perte descend encore",
            ),
        }
        .into();
    }
    if has_leveled_off(history) {
        return say(
            "Validation loss has leveled off: at this learning rate it learns little that is new",
            "La perte de validation se stabilise : à ce taux, il n’apprend plus grand-chose de nouveau",
        )
        .into();
    }
    if waited == 0 {
        say(
            "Validation loss still falls: more epochs may make it better",
            "La perte de validation descend encore : d’autres époques peuvent l’améliorer",
        )
        .into()
    } else {
        say(
            "Validation loss goes up and down a little from epoch to epoch; the trend counts",
            "La perte de validation varie un peu d’une époque à l’autre ; c’est la tendance qui compte",
        )
        .into()
    }
}

/// That there is nothing to say anything of, and nothing will come.
fn none_yet(more: bool) -> Option<Phrase> {
    (!more).then_some(say("No epoch was done: there is nothing to draw", "Aucune époque n’a été faite : il n’y a rien à tracer"))
}

/// What the accuracy curves of so many classes say, in one sentence; `more` tells whether epochs are still to come.
pub fn about_accuracy(history: &[EpochRecord], classes: usize, more: bool) -> LocalizedText {
    let Some(last) = history.last() else {
        return none_yet(more)
            .unwrap_or(say(
                "The share of pictures it gets right; both curves should rise",
                "La part d’images bien classées ; les deux courbes doivent monter",
            ))
            .into();
    };
    if let Some(mae) = last.mae {
        return about_mae(mae);
    }
    let gap = last.train_accuracy - last.validation_accuracy;
    let learned = LEARNED / classes.max(2) as f64;
    if history.len() >= 5 && last.train_accuracy < learned {
        return say(
            "It has hardly learned anything yet: a higher learning rate or a larger model may help",
            "Il n’a presque rien appris : un taux d’apprentissage plus élevé ou un modèle plus grand peut aider",
        )
        .into();
    }
    if gap > BY_HEART {
        let points = (gap * 100.0).round() as u64;
        // Where it still gets better on others, or no longer on its own, or little was learned at all, the distance alone is known.
        let best = history.iter().rev().max_by(|a, b| a.validation_accuracy.total_cmp(&b.validation_accuracy)).unwrap_or(last);
        let waited = history.iter().rev().take_while(|epoch| epoch.epoch != best.epoch).count();
        let alone = waited >= TREND && last.train_accuracy > best.train_accuracy;
        let by_heart = alone && last.validation_accuracy > learned;
        let [en, fr] = if by_heart { [": overfitting", "\u{a0}: c’est du surapprentissage"] } else { ["", ""] };
        return LocalizedText {
            en: format!("{points} points better on the pictures it learns from than on others{en}"),
            fr: format!("{points} points de mieux sur les images d’entraînement que sur les autres{fr}"),
        };
    }
    if gap < -0.005 {
        return say(
            "Better on validation than in training: dropout and random changes make training harder on purpose",
            "Meilleur en validation qu’à l’entraînement : le dropout et les changements aléatoires compliquent exprès l’entraînement",
        )
        .into();
    }
    say(
        "It does about as well on new pictures as on those it learns from",
        "Il réussit à peu près aussi bien sur de nouvelles images que sur celles d’entraînement",
    )
    .into()
}

/// Whether the last [`TREND`] epochs together brought the lowest validation loss down by less than a fiftieth.
fn has_leveled_off(history: &[EpochRecord]) -> bool {
    let lowest = |epochs: &[EpochRecord]| epochs.iter().map(|epoch| epoch.validation_loss).fold(f64::INFINITY, f64::min);
    let (before, _) = history.split_at(history.len().saturating_sub(TREND));
    before.len() >= TREND && lowest(history) > IMPROVES * lowest(before)
}

/// How many of the last epochs in a row fulfil `holds(before, after)`.
fn streak(history: &[EpochRecord], holds: impl Fn(&EpochRecord, &EpochRecord) -> bool) -> usize {
    history.windows(2).rev().take_while(|w| holds(&w[0], &w[1])).count()
}

/// What early stopping waits for in `epoch` of `epochs`: `stops after 3 more without improvement`; nothing if it is off,
/// nothing was watched yet, or the last epoch comes first.
pub fn waits_for(lang: Lang, settings: &CallbackSettings, state: &EarlyStopping, epoch: u32, epochs: u32) -> Option<String> {
    let left = state.stops_in(settings, epoch, epochs)?;
    state.to_beat(settings)?;
    // Once some are spent, it is fewer than the setting says.
    let left = match (state.wait, lang) {
        (0, _) => text::epochs(lang, left.into()),
        (_, Lang::En) => format!("{}\u{a0}more", number(lang, left.into())),
        (_, Lang::Fr) => format!("{}\u{a0}de plus", number(lang, left.into())),
    };
    Some(match lang {
        Lang::En => format!("stops after {left} without improvement"),
        Lang::Fr => format!("arrêt après {left} sans progrès"),
    })
}

/// What has happened to the learning rate: `halved at epoch 12`, or how it goes on.
pub fn about_rate(lang: Lang, training: &Training) -> String {
    let train = &training.settings.train;
    if train.callbacks.reduce_lr_on_plateau && train.schedule.kind == ScheduleKind::Constant {
        let rates = training.history.iter().map(|e| e.learning_rate).chain([training.now.learning_rate]);
        let rates: Vec<f64> = rates.filter(|rate| *rate > 0.0).collect();
        let fall = rates.windows(2).enumerate().rev().find(|(_, w)| w[1] < w[0] * (1.0 - 1e-9));
        return match (fall, lang) {
            (Some((at, w)), _) => {
                let epoch = at + 1;
                let halved = (w[1] / w[0] - 0.5).abs() < 1e-6;
                match (halved, lang) {
                    (true, Lang::En) => format!("halved at epoch {epoch}"),
                    (false, Lang::En) => format!("lowered at epoch {epoch}"),
                    (true, Lang::Fr) => format!("divisé par deux à l’époque {epoch}"),
                    (false, Lang::Fr) => format!("abaissé à l’époque {epoch}"),
                }
            }
            // What did not happen will not, once the training is over.
            (None, _) if training.stopped.is_some() => say("the same throughout", "constant").get(lang).to_owned(),
            (None, _) => {
                let patience = text::epochs(lang, train.callbacks.plateau_patience.into());
                match lang {
                    Lang::En => format!("falls after {patience} without improvement"),
                    Lang::Fr => format!("baisse après {patience} sans progrès"),
                }
            }
        };
    }
    match train.schedule.kind {
        ScheduleKind::Constant => say("the same throughout", "constant").get(lang).to_owned(),
        kind => kind.name().get(lang).to_lowercase(),
    }
}

/// How a run did on its test part, before what else is said of its end.
pub fn tested(lang: Lang, scores: &RunScores) -> String {
    let pictures = number(lang, scores.pictures.into());
    match (lang, scores.years) {
        (Lang::En, Some(of)) => format!("off by {} on {pictures} test pictures; ", years(lang, of.mae, 1)),
        (Lang::Fr, Some(of)) => format!("erreur de {} sur {pictures} images de test\u{a0}; ", years(lang, of.mae, 1)),
        (Lang::En, None) => format!("right on {} of {pictures} test pictures; ", percent(lang, scores.accuracy, 0)),
        (Lang::Fr, None) => format!("juste sur {} de {pictures} images de test\u{a0}; ", percent(lang, scores.accuracy, 0)),
    }
}

/// Why training ended.
pub fn why_stopped(lang: Lang, reason: StopReason) -> String {
    match (reason, lang) {
        (StopReason::AllEpochs, _) => say("all epochs are done", "toutes les époques sont faites").get(lang).to_owned(),
        (StopReason::EarlyStopping { patience }, Lang::En) => {
            format!("stopped early, {} without improvement", text::epochs(lang, patience.into()))
        }
        (StopReason::EarlyStopping { patience }, Lang::Fr) => {
            format!("arrêt anticipé, {} sans progrès", text::epochs(lang, patience.into()))
        }
        (StopReason::TimeLimit, _) => say("the time limit was reached", "la limite de temps est atteinte").get(lang).to_owned(),
        (StopReason::Diverged, _) => {
            say("the loss was no longer a number", "la perte n’était plus un nombre").get(lang).to_owned()
        }
        (StopReason::ByUser, _) => say("ended by you", "arrêté à votre demande").get(lang).to_owned(),
    }
}

/// `about 9 min`.
pub fn about(lang: Lang, seconds: f64) -> String {
    let time = rounded(lang, seconds);
    match lang {
        Lang::En => format!("about {time}"),
        Lang::Fr => format!("environ {time}"),
    }
}

/// An estimate of a time: `9 min`.
pub fn rounded(lang: Lang, seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    // An estimate has no seconds once it is in minutes.
    let rounded = if seconds < 90.0 { (seconds / 5.0).ceil() * 5.0 } else { (seconds / 60.0).round() * 60.0 };
    duration(lang, rounded)
}

/// How well an epoch did on the validation part, as shown in tiles: `88.8%`, of years `5.2 years`.
pub fn score(lang: Lang, epoch: &EpochRecord) -> String {
    epoch.mae.map_or_else(|| percent(lang, epoch.validation_accuracy, 1), |mae| years(lang, mae.validation, 2))
}

/// What the errors in years say.
fn about_mae(mae: Mae) -> LocalizedText {
    LocalizedText::by(|lang| {
        let [train, validation] = [mae.train, mae.validation].map(|value| years(lang, value, 1));
        match lang {
            Lang::En => format!("Off by {train} on the pictures it learns from, by {validation} on others"),
            Lang::Fr => format!("Erreur de {train} sur les images d’entraînement, de {validation} sur les autres"),
        }
    })
}

/// Why training cannot start, in a few words.
pub(super) fn not_ready(cx: &Cx<'_>) -> Option<&'static str> {
    let lang = cx.lang;
    if cx.session.phase.busy() {
        return Some(say("Something else is running", "Une autre tâche est en cours").get(lang));
    }
    if cx.dataset().is_none() {
        return Some(say("Open a data set first", "Ouvrez d’abord des données").get(lang));
    }
    cx.plan.is_err().then(|| say("Something has to be fixed first", "Il faut d’abord corriger un point").get(lang))
}
