//! What is said of photos and their squares, in few words.

use crate::{
    data::{
        sample::Framing,
        task::{Task, TaskKind},
    },
    predict::{Estimate, Framed},
    session::{ShownPhoto, SquareQuery},
    setting_def::Choice as _,
    text::{Lang, Phrase, chance, decimal, form, plural, say},
    ui::widget::photo::SquareLine,
    worker::Reply,
};

/// A network is never quite certain: 100% would promise too much.
pub fn share_text(lang: Lang, share: f64) -> String {
    chance(lang, share, 0)
}

/// `male 91%`, `not sure, 58%`, `about 34`; of a square that was moved what was said before, until its own answer is there.
pub fn short(lang: Lang, asked: &SquareQuery) -> String {
    match (asked.said(), &asked.reply) {
        (Some(reply), Some(_)) => brief(lang, reply),
        (Some(before), None) => format!("{} …", brief(lang, before)),
        (None, None) => "…".to_owned(),
        (None, Some(_)) => say("no answer", "pas de réponse").get(lang).to_owned(),
    }
}

fn brief(lang: Lang, reply: &Reply) -> String {
    if let Some(Estimate { value, .. }) = reply.estimate {
        return Estimate { value, range: None }.words(lang);
    }
    let (class, share, sure) = reply.verdict();
    let share = share_text(lang, share);
    match sure {
        true => format!("{} {share}", reply.task.name(class, lang)),
        false => format!("{}, {share}", say("not sure", "pas sûr").get(lang)),
    }
}

/// `male, about 91%`.
pub fn sentence(lang: Lang, asked: &SquareQuery) -> String {
    match &asked.reply {
        Some(Ok(reply)) => reply.headline(lang),
        _ => short(lang, asked),
    }
}

/// How the square of an answer is drawn.
pub fn line(asked: &SquareQuery) -> SquareLine {
    match asked.said() {
        Some(reply) if reply.verdict().2 => SquareLine::Solid,
        Some(_) => SquareLine::Dashed,
        None => SquareLine::Dotted,
    }
}

/// What was said of a photo: of one square its answer, of several how many are called what (`2 female, 1 male, 1 not sure`), of
/// ages from which to which.
pub fn summary(lang: Lang, photo: &ShownPhoto) -> String {
    if let Some(problem) = &photo.unread {
        return problem.what.get(lang).to_owned();
    }
    match &photo.asked[..] {
        [] if photo.framed == Framed::NoFace => say("no face", "aucun visage").get(lang).to_owned(),
        [] => "…".to_owned(),
        [one] => short(lang, one),
        several => {
            let replies: Vec<&Reply> = several.iter().filter_map(|asked| asked.reply.as_ref()?.as_ref().ok()).collect();
            let awaited = if photo.awaited() > 0 { "…" } else { "" };
            match replies.first() {
                Some(first) if first.task.is_regression() => ages(lang, &replies),
                Some(first) => {
                    let (sure, unsure): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.verdict().2);
                    let named = |(class, count): (usize, usize)| match (lang, first.task.name(class, lang)) {
                        // Names are in the singular.
                        (Lang::Fr, name) if count > 1 => format!("{name}\u{a0}×\u{a0}{count}"),
                        (_, name) => format!("{count} {name}"),
                    };
                    let mut said: Vec<String> = called(&sure).into_iter().map(named).collect();
                    if !unsure.is_empty() {
                        said.push(plural(lang, unsure.len() as u64, say("not sure", "pas sûr"), say("not sure", "pas sûrs")));
                    }
                    said.join(", ") + awaited
                }
                None => plural(lang, several.len() as u64, say("face", "visage"), say("faces", "visages")) + awaited,
            }
        }
    }
}

/// The classes that replies name, with how many do; the one that most name first.
fn called(replies: &[&Reply]) -> Vec<(usize, usize)> {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for reply in replies {
        let class = reply.verdict().0;
        match counts.iter_mut().find(|(known, _)| *known == class) {
            Some((_, count)) => *count += 1,
            None => counts.push((class, 1)),
        }
    }
    counts.sort_by_key(|(class, count)| (std::cmp::Reverse(*count), *class));
    counts
}

/// `29 to 37`, or the one age that all say.
fn ages(lang: Lang, replies: &[&Reply]) -> String {
    let mut years: Vec<f64> = replies.iter().filter_map(|reply| Some(reply.estimate?.value.max(0.0).round())).collect();
    years.sort_by(f64::total_cmp);
    let written = |value: Option<&f64>| value.map_or(String::new(), |value| decimal(lang, *value, 0));
    let [low, high] = [written(years.first()), written(years.last())];
    match (lang, low == high) {
        (Lang::En, true) => low,
        (Lang::En, false) => format!("{low} to {high}"),
        (Lang::Fr, true) => format!("{low}\u{a0}ans"),
        (Lang::Fr, false) => format!("{low} à {high}\u{a0}ans"),
    }
}

/// In how far replies to one question agree: `3 of 4 say female, 1 is not sure`.
pub fn agreement(lang: Lang, replies: &[&Reply]) -> String {
    let count = replies.len();
    let Some(first) = replies.first() else { return String::new() };
    if first.task.is_regression() {
        let ages = ages(lang, replies);
        return match lang {
            Lang::En => format!("{count} estimates: {ages}"),
            Lang::Fr => format!("{count} estimations\u{a0}: {ages}"),
        };
    }
    let called = called(replies);
    let Some(&(most, agree)) = called.first() else { return String::new() };
    let name = first.task.name(most, lang);
    let verb = form(lang, agree as u64, say("says", "dit"), say("say", "disent"));
    let mut said = match (lang, agree == count) {
        (Lang::En, true) if count == 2 => format!("both say {name}"),
        (Lang::Fr, true) if count == 2 => format!("les deux disent {name}"),
        (Lang::En, true) => format!("all {count} say {name}"),
        (Lang::Fr, true) => format!("les {count} disent {name}"),
        (Lang::En, false) => format!("{agree} of {count} {verb} {name}"),
        (Lang::Fr, false) => format!("{agree} sur {count} {verb} {name}"),
    };
    // Where none is in front, the others that many name are named as well.
    for (class, _) in called.iter().skip(1).filter(|(_, others)| *others == agree) {
        said += &format!(", {agree} {}", first.task.name(*class, lang));
    }
    let unsure = replies.iter().filter(|reply| !reply.verdict().2).count() as u64;
    if unsure > 0 {
        said += ", ";
        said += &plural(lang, unsure, say("is not sure", "n’est pas sûr"), say("are not sure", "ne sont pas sûrs"));
    }
    said
}

/// What a run was asked to learn, by its name; of folders, their names.
pub fn question(lang: Lang, task: &Task) -> String {
    match task.kind {
        TaskKind::Folders => task.listed(lang),
        kind => kind.name().get(lang).to_owned(),
    }
}

/// Which framing was used, and whether the run learned from the like.
pub fn framing(framed: &Framed, learned: Framing) -> Phrase {
    match (framed, learned) {
        (Framed::Whole, Framing::Whole) => {
            say("used whole, as the run’s training pictures were", "prise entière, comme les images d’entraînement")
        }
        (Framed::Whole, Framing::FaceCrop) => say(
            "used whole, though the run learned from face crops",
            "prise entière, alors que l’essai a appris sur des visages recadrés",
        ),
        (Framed::Crop, _) => say("already a face crop: used whole", "déjà un visage recadré\u{a0}: prise entière"),
        (Framed::Faces(_), Framing::FaceCrop) => say(
            "cut as UTKFace’s pictures, which the run learned from",
            "cadrés comme les images d’UTKFace, sur lesquelles l’essai a appris",
        ),
        (Framed::Faces(_), Framing::Whole) => say(
            "cut out, though the run learned from whole pictures",
            "cadrés, alors que l’essai a appris sur des images entières",
        ),
        (Framed::NoFace, _) => say("no face was found", "aucun visage trouvé"),
    }
}
