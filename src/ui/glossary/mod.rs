//! The words of the trade in plain words: for the help, the search, and every "?" in whose text one of them occurs.

mod evaluation;
mod learning;

use crate::text::{Lang, Phrase, say};

/// What the program can and cannot tell: said at the first start and in the help.
pub const HONEST: [Phrase; 3] = [
    say(
        "Trombine guesses which label the collection that it learned from, such as UTKFace, would give a picture",
        "Trombine devine quelle étiquette la collection dont il a appris, comme UTKFace, donnerait à une image",
    ),
    say(
        "It goes by appearance alone and cannot tell anyone’s gender identity",
        "Il se fie à la seule apparence et ne peut rien dire de l’identité de genre de quiconque",
    ),
    say(
        "It is made for learning and research, not for decisions about people",
        "Il sert à apprendre et à faire de la recherche, pas à prendre des décisions sur des personnes",
    ),
];

/// Where the collection's makers give it away.
pub const UTKFACE: &str = "https://susanqq.github.io/UTKFace/";

/// One word and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    pub name: Phrase,
    /// Other forms under which it occurs in sentences, with `|` between them.
    forms: Phrase,
    /// A sentence or two, without a full stop at the end.
    pub meaning: Phrase,
}

/// Every word, in the order in which one meets them.
pub fn all() -> impl Iterator<Item = &'static Term> {
    learning::TERMS.iter().chain(evaluation::TERMS)
}

/// Every word by the alphabet of `lang`.
pub fn sorted(lang: Lang) -> Vec<&'static Term> {
    let mut terms: Vec<_> = all().collect();
    terms.sort_by_key(|term| folded(term.name.get(lang)));
    terms
}

/// The words that occur in `text`, at most `most`, in the order in which they occur.
pub fn occurring(lang: Lang, text: &str, most: usize) -> Vec<&'static Term> {
    let text = folded(text);
    let mut found: Vec<(usize, &Term)> = all().filter_map(|term| Some((term.first_in(lang, &text)?, term))).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, term)| term).take(most).collect()
}

/// Asks for the glossary at `word`; a widget can do this without knowing the app.
pub fn ask(ctx: &egui::Context, word: &str) {
    look_up(ctx, word);
    ctx.data_mut(|data| data.insert_temp(asked_id(), true));
}

/// Whether the glossary was asked for since the last time.
pub fn asked(ctx: &egui::Context) -> bool {
    ctx.data_mut(|data| data.remove_temp::<bool>(asked_id())).unwrap_or(false)
}

/// Opens the glossary at `word` the next time it is shown.
pub fn look_up(ctx: &egui::Context, word: &str) {
    ctx.data_mut(|data| data.insert_temp(search_id(), word.to_owned()));
}

/// Where the glossary keeps what is searched.
pub fn search_id() -> egui::Id {
    egui::Id::unique("glossary text")
}

fn asked_id() -> egui::Id {
    egui::Id::unique("glossary asked for")
}

impl Term {
    /// Whether its name, its forms or its meaning hold every word of `wanted`, which is [`folded`].
    pub fn matches(&self, lang: Lang, wanted: &str) -> bool {
        let own = folded(&format!("{} {} {}", self.name.get(lang), self.forms.get(lang), self.meaning.get(lang)));
        wanted.split_whitespace().all(|word| own.contains(word))
    }

    /// Where it first occurs as a whole word in `text`, which is [`folded`].
    fn first_in(&self, lang: Lang, text: &str) -> Option<usize> {
        let forms = self.forms.get(lang).split('|').filter(|form| !form.is_empty());
        forms.chain([self.name.get(lang)]).filter_map(|form| whole_word(text, &folded(form))).min()
    }
}

/// The first place of `word` in `text` with no letter or digit on either side.
fn whole_word(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(place, _)| place).find(|&place| {
        let before = text[..place].chars().next_back();
        let after = text[place + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Small letters without accents, as one types in a search: "Évaluer" becomes "evaluer".
pub fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        '’' => '\'',
        '\u{a0}' => ' ',
        c => c,
    };
    text.to_lowercase().chars().map(plain).collect::<String>().replace('œ', "oe")
}
