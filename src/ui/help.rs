//! The help: first steps, the words of the trade, many runs on many machines, the keys, and what the program is.

use egui::{Align, Layout, Ui, vec2};

use super::{
    Action, Cx, Dialog,
    action::DialogAnswer,
    command,
    glossary::{self, HONEST, UTKFACE},
    icon::{self, Icon},
    markdown,
    page::{Page, data::question},
    shortcut,
    theme::{self, Theme},
    widget::{
        button::{Button, link},
        card::dialog_title,
        choice,
        separator::separator,
    },
};
use crate::text::{Phrase, named, plural, say};

const TABS: [(Dialog, Phrase); 5] = [
    (Dialog::Help, say("First steps", "Premiers pas")),
    (Dialog::Words, say("Glossary", "Glossaire")),
    (Dialog::Machines, say("Many runs", "Plusieurs essais")),
    (Dialog::Keys, say("Shortcuts", "Raccourcis clavier")),
    (Dialog::About, say("About", "À propos")),
];

/// Experiments, and clusters with Slurm.
const MACHINES: Phrase = say(include_str!("../../assets/help/clusters.en.md"), include_str!("../../assets/help/clusters.fr.md"));

/// What one does on each page.
const STEPS: [(Page, Phrase); 7] = [
    (
        Page::Data,
        say(
            "Open a folder of face pictures. It is only read, never changed: see what was found, and how it is split into training, validation and test",
            "Ouvrez un dossier de visages. Il est seulement lu, jamais modifié : voyez ce qui a été trouvé, et la répartition en entraînement, validation et test",
        ),
    ),
    (
        Page::Augmentation,
        say(
            "Choose the small random changes that training pictures go through, and see them on a picture of your own",
            "Choisissez les petits changements aléatoires que subissent les images d’entraînement, et voyez-les sur une image à vous",
        ),
    ),
    (
        Page::Model,
        say(
            "Choose the network. Start from a recipe; the “?” behind each setting says what it does and when to change it",
            "Choisissez le réseau. Partez d’une recette\u{a0}; le «\u{a0}?\u{a0}» derrière chaque réglage dit ce qu’il fait et quand le changer",
        ),
    ),
    (
        Page::Training,
        say(
            "Start, and watch the curves. Pause or finish whenever you like: the best epoch is kept",
            "Lancez, et suivez les courbes. Mettez en pause ou terminez quand vous voulez : la meilleure époque est gardée",
        ),
    ),
    (
        Page::Results,
        say(
            "See how often it is right on the test pictures, in which groups, and where it errs. Every number can be clicked",
            "Voyez combien de fois il a raison sur les images de test, pour quels groupes, et où il se trompe. Cliquez sur un nombre pour voir les images",
        ),
    ),
    (
        Page::Predict,
        say(
            "Drop or paste a photo: what the model says, how sure it is, and where it looked",
            "Déposez ou collez une photo : ce que dit le modèle, avec quelle assurance, et où il a regardé",
        ),
    ),
    (
        Page::Runs,
        say(
            "Every training is kept: compare them, train one further, reuse its settings",
            "Chaque entraînement est conservé : comparez-les, prolongez-en un, reprenez ses réglages",
        ),
    ),
];

/// Draws the help, open at the tab that `dialog` names.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dialog: Dialog) -> DialogAnswer {
    let close = dialog_title(ui, cx.lang, say("Help", "Aide"));
    let selected = TABS.iter().position(|(tab, _)| *tab == dialog);
    let names = TABS.map(|(_, name)| (cx.say(name), ""));
    if let Some(index) = choice::segmented(ui, cx.say(say("Help", "Aide")), selected, &names) {
        cx.act(Action::Show(TABS[index].0));
    }
    ui.add_space(8.0);
    if dialog == Dialog::Words {
        words(ui, cx);
    } else {
        let height = room(ui);
        egui::ScrollArea::vertical().id_salt(dialog as u8).min_scrolled_height(height).max_height(height).show(ui, |ui| {
            ui.set_min_height(height);
            match dialog {
                Dialog::Machines => markdown::show(ui, cx.lang, cx.say(MACHINES)),
                Dialog::Keys => keys(ui, cx),
                Dialog::About => about(ui, cx),
                _ => steps(ui, cx),
            }
        });
    }
    if close { DialogAnswer::Close } else { DialogAnswer::Stay }
}

/// The tabs are all of one height, so that the window does not jump.
fn room(ui: &Ui) -> f32 {
    (ui.ctx().content_rect().height() - 210.0).clamp(90.0, 460.0)
}

fn steps(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    for (page, sentence) in STEPS {
        row(ui, page.icon(), cx.say(page.name()), cx.say(sentence));
    }
    if cx.session.open.is_none() && !cx.session.phase.busy() {
        ui.add_space(6.0);
        let text = say("Try it on the sample faces", "Essayer avec les visages d’exemple");
        if ui.add(Button::primary(cx.say(text)).icon(icon::SMILE)).clicked() {
            cx.act(Action::UseSampleFaces);
            cx.act(Action::Go(Page::Data));
        }
        let about = say(
            "Drawings made on the spot; the whole way takes a few minutes",
            "Des dessins faits sur place ; tout le chemin prend quelques minutes",
        );
        ui.label(theme::caption(cx.say(about)).color(t.text2));
    }
}

/// An icon, a name and a sentence beside them.
fn row(ui: &mut Ui, symbol: Icon, name: &str, sentence: &str) {
    let t = Theme::of(ui);
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(28.0, 22.0), egui::Sense::hover());
        symbol.paint(ui.painter(), rect.translate(vec2(-4.0, 0.0)), 18.0, t.accent);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(theme::strong(name).color(t.text));
            ui.add(egui::Label::new(theme::cell(sentence).color(t.text2)).wrap());
        });
    });
    ui.add_space(4.0);
}

fn words(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (lang, t) = (cx.lang, Theme::of(ui));
    let id = glossary::search_id();
    let mut text: String = ui.data_mut(|data| data.get_temp(id)).unwrap_or_default();
    let hint = cx.say(say("Search a term: epoch, F1, dropout…", "Chercher un terme\u{a0}: époque, F1, dropout…"));
    ui.add(egui::TextEdit::singleline(&mut text).hint_text(hint).desired_width(f32::INFINITY).margin(vec2(10.0, 8.0)));
    let wanted = glossary::folded(&text);
    let mut found = glossary::sorted(lang);
    found.retain(|term| term.matches(lang, &wanted));
    // What has the word in its name comes before what only speaks of it.
    if !wanted.is_empty() {
        found.sort_by_key(|term| !glossary::folded(term.name.get(lang)).contains(&wanted));
    }
    let height = (room(ui) - 64.0).max(60.0);
    egui::ScrollArea::vertical().id_salt("words").min_scrolled_height(height).max_height(height).show(ui, |ui| {
        ui.set_min_height(height);
        ui.spacing_mut().item_spacing.y = 6.0;
        for (index, term) in found.iter().enumerate() {
            if index > 0 {
                separator(ui);
            }
            pair(ui, 180.0, theme::strong(term.name.get(lang)), term.meaning.get(lang));
        }
        if found.is_empty() {
            let none = say("No results", "Aucun résultat");
            ui.label(theme::cell(none.get(lang)).color(t.text2));
        }
    });
    let count = plural(lang, found.len() as u64, say("term", "terme"), say("terms", "termes"));
    ui.label(theme::caption(count).color(t.text3));
    ui.data_mut(|data| data.insert_temp(id, text));
}

/// A word at the left, its meaning beside it.
fn pair(ui: &mut Ui, width: f32, left: egui::RichText, right: &str) {
    let t = Theme::of(ui);
    let width = width.min(ui.available_width() * 0.4);
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(vec2(width, 18.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.add(egui::Label::new(left.size(theme::size::TABLE).color(t.text)).wrap());
        });
        ui.add(egui::Label::new(theme::cell(right).color(t.text2)).wrap());
    });
}

fn keys(ui: &mut Ui, cx: &Cx<'_>) {
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.spacing_mut().interact_size.y = 22.0;
    let commands = command::all(cx);
    let own = commands.iter().flat_map(|c| c.keys.iter().map(|keys| (shortcut::written(keys, cx.lang), c.name)));
    let others = command::CONTROL_KEYS.map(|(keys, name)| (shortcut::keys(keys, cx.lang), name));
    for (index, (keys, name)) in own.chain(others).enumerate() {
        if index > 0 {
            separator(ui);
        }
        ui.horizontal(|ui| {
            ui.set_min_height(22.0);
            let place = ui.cursor().min;
            caps(ui, &keys);
            let column = ui.max_rect().width().min(450.0) * 0.4;
            ui.add_space((place.x + column - ui.cursor().min.x).max(8.0));
            ui.add(egui::Label::new(theme::cell(cx.say(name)).color(Theme::of(ui).text2)).wrap());
        });
    }
}

/// Keys as little caps.
fn caps(ui: &mut Ui, keys: &str) {
    let t = Theme::of(ui);
    ui.spacing_mut().item_spacing.x = 4.0;
    for key in keys.split(' ') {
        let text = ui.painter().layout_no_wrap(key.to_owned(), theme::medium(theme::size::CAPTION), t.text);
        let (rect, _) = ui.allocate_exact_size(vec2((text.size().x + 12.0).max(22.0), 22.0), egui::Sense::hover());
        ui.painter().rect(rect, theme::RADIUS_FIELD, t.surface2, t.border(), egui::StrokeKind::Inside);
        ui.painter().galley(rect.center() - text.size() / 2.0, text, t.text);
    }
}

fn about(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = Theme::of(ui);
    ui.label(theme::strong(format!("Trombine {}", env!("CARGO_PKG_VERSION"))).size(16.0).color(t.text));
    let what = say(
        "Trains a small face classifier on your own machine and shows how good it is and where it errs. Nothing leaves this machine",
        "Entraîne un petit classifieur de visages sur votre machine, et montre ce qu’il vaut et où il se trompe. Rien ne quitte cette machine",
    );
    ui.add(egui::Label::new(egui::RichText::new(cx.say(what)).color(t.text2)).wrap());
    ui.add_space(10.0);
    ui.label(
        theme::strong(cx.say(say("What it can and cannot tell", "Ce qu’il peut dire, et ce qu’il ne peut pas dire")))
            .color(t.text),
    );
    for (symbol, sentence) in [icon::CHECK, icon::X, icon::BOOK_OPEN].into_iter().zip(HONEST) {
        ui.horizontal_top(|ui| {
            ui.label(symbol.text(15.0).color(t.text3));
            ui.add(egui::Label::new(theme::cell(cx.say(sentence)).color(t.text2)).wrap());
        });
    }
    ui.add_space(10.0);
    ui.label(theme::strong(cx.say(say("Where the pictures come from", "D’où viennent les images"))).color(t.text));
    let licence = say(
        "UTKFace is provided by its authors for non-commercial research only; it is not part of this program",
        "UTKFace est fourni par ses auteurs pour la recherche, usage non commercial\u{a0}; il ne fait pas partie du programme",
    );
    ui.add(egui::Label::new(theme::cell(cx.say(licence)).color(t.text2)).wrap());
    ui.add(egui::Label::new(theme::cell(cx.say(question::NOT_OFFERED)).color(t.text2)).wrap());
    if link(ui, cx.say(say("Get UTKFace from its authors", "Obtenir UTKFace auprès de ses auteurs"))).clicked() {
        cx.act(Action::OpenLink(UTKFACE));
    }
    ui.add_space(10.0);
    ui.label(theme::strong(cx.say(say("If something goes wrong", "Si quelque chose ne va pas"))).color(t.text));
    let text = match cx.log {
        Some(path) => named(cx.lang, cx.say(say("Report it with the log", "Signalez-le avec le journal")), path.display()),
        None => cx.say(say("No log is written", "Aucun journal n’est écrit")).to_owned(),
    };
    ui.add(egui::Label::new(theme::cell(text).color(t.text2)).wrap());
    if let Some(path) = cx.log
        && link(ui, cx.say(say("Open the log", "Ouvrir le journal"))).clicked()
    {
        cx.act(Action::OpenPath(path.to_owned()));
    }
    ui.add_space(10.0);
    ui.label(theme::strong(cx.say(say("Licenses", "Licences"))).color(t.text));
    let parts = say(
        "Trombine is free software (MIT). It carries the typeface Inter (SIL OFL 1.1), icons by Lucide (ISC) and the SeetaFace detector (BSD)",
        "Trombine est un logiciel libre (MIT). Il embarque la police Inter (SIL OFL 1.1), les icônes Lucide (ISC) et le détecteur SeetaFace (BSD)",
    );
    ui.add(egui::Label::new(theme::cell(cx.say(parts)).color(t.text2)).wrap());
}
