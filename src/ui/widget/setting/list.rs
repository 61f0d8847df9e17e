//! A page's settings in their groups: those that matter, and the rest behind "More settings"; that and "Reset" stand above them,
//! where nothing has to be scrolled to.

use egui::{Align, Id, Layout, Margin, Stroke, Ui, accesskit};

use super::{Context, row};
use crate::{
    problem::Problem,
    setting_def::{SettingDef, SettingDefs as _, Tier},
    settings::{Settings, group::GROUPS},
    text::{Lang, plural, say},
    ui::{
        icon,
        theme::{self, Theme},
        widget::{button, separator::separator},
    },
};

/// Room at the left of an amount, within its switch, in points.
const INDENT: f32 = 16.0;

/// What is known of a setting besides itself.
struct Standing<'a> {
    /// Its value in the recipe.
    usual: Option<String>,
    problem: Option<&'a Problem>,
    shown: bool,
    /// How many settings it is an amount of.
    depth: u8,
}

/// The settings whose keys `belong` together, as a card shows them.
pub struct List<'a, B> {
    pub context: Context<'a>,
    pub belongs: B,
    /// Under which it is kept whether more of them are shown.
    pub id: Id,
}

impl<B: Fn(&str) -> bool> List<'_, B> {
    /// The line above: more settings or fewer, where there are any, and the way back to the recipe where some differ. Nothing
    /// while something is looked for. Gives whether anything changed.
    pub fn tools(&self, ui: &mut Ui, settings: &mut Settings) -> bool {
        let cx = self.context;
        if !cx.sought.is_empty() {
            return false;
        }
        let (preset, was_open) = (self.preset(), self.is_open(ui));
        let mut open = was_open;
        let defs = self.defs(settings);
        let standings = standings(cx, &defs, &preset, open);
        let differing = |(def, standing): &(&SettingDef<'_>, &Standing<'_>)| {
            def.active && standing.usual.as_deref().is_some_and(|text| text != def.text())
        };
        let differing = defs.iter().zip(&standings).filter(differing).count() as u64;
        let hidden = defs.iter().zip(&standings).any(|(def, standing)| def.active && !standing.shown);
        let undone = line(ui, cx.lang, differing, (hidden || open).then_some(&mut open));
        if open != was_open {
            ui.data_mut(|d| d.insert_persisted(self.id, open));
        }
        if undone {
            reset(settings, &preset, &self.belongs);
        }
        undone
    }

    /// The active settings of `settings` in their groups, those behind "More settings" once opened; or those that are looked
    /// for. Gives whether anything changed.
    pub fn rows(&self, ui: &mut Ui, settings: &mut Settings) -> bool {
        let cx = self.context;
        let (preset, open) = (self.preset(), self.is_open(ui));
        let mut defs = self.defs(settings);
        let standings = standings(cx, &defs, &preset, open);
        let mut changed = false;
        let mut first = true;
        for group in &GROUPS {
            let members: Vec<usize> = (0..defs.len()).filter(|at| standings[*at].shown && group.holds(&defs[*at].key)).collect();
            if members.is_empty() {
                continue;
            }
            heading(ui, group.name.get(cx.lang), first);
            first = false;
            for (place, at) in members.into_iter().enumerate() {
                let Standing { usual, problem, depth, .. } = &standings[at];
                // An amount belongs to its switch: no line stands between them.
                if place > 0 && *depth == 0 {
                    separator(ui);
                }
                changed |= indented(ui, *depth, |ui| row(ui, cx, &mut defs[at], usual.as_deref(), *problem));
            }
        }
        if !cx.sought.is_empty() && first {
            let none = say("No setting on this page matches", "Aucun réglage de cette page ne correspond");
            ui.add_space(8.0);
            ui.add(egui::Label::new(theme::cell(none.get(cx.lang)).color(Theme::of(ui).text2)).wrap());
        }
        changed
    }

    /// What the recipe has, by key.
    fn preset(&self) -> Vec<(String, String)> {
        let mut preset = self.context.preset.clone();
        preset.setting_defs().iter().map(|def| (def.key.clone(), def.text())).collect()
    }

    fn is_open(&self, ui: &Ui) -> bool {
        ui.data_mut(|data| *data.get_persisted_mut_or_default(self.id))
    }

    fn defs<'s>(&self, settings: &'s mut Settings) -> Vec<SettingDef<'s>> {
        settings.setting_defs().into_iter().filter(|def| (self.belongs)(&def.key)).collect()
    }
}

/// How each of `defs` stands to the recipe, and whether it is shown.
fn standings<'a>(cx: Context<'a>, defs: &[SettingDef<'_>], preset: &[(String, String)], open: bool) -> Vec<Standing<'a>> {
    let parent = |at: usize| {
        let under = defs[at].under.as_deref()?;
        defs.iter().position(|def| def.key == under)
    };
    let above = |at: usize| std::iter::successors(parent(at), |at| parent(*at));
    let mut standings: Vec<Standing<'_>> = defs
        .iter()
        .enumerate()
        .map(|(at, def)| Standing {
            usual: preset.iter().find(|(key, _)| *key == def.key).map(|(_, text)| text.clone()),
            problem: cx.problems.iter().find(|p| p.setting.as_deref() == Some(def.key.as_str())),
            shown: false,
            depth: above(at).count() as u8,
        })
        .collect();
    for (at, def) in defs.iter().enumerate() {
        let Standing { usual, problem, .. } = &standings[at];
        let wanted = match cx.sought.is_empty() {
            false => cx.sought.fits(def, cx.lang),
            // What differs or is wrong is never out of sight.
            true => {
                let differs = usual.as_deref().is_some_and(|text| text != def.text());
                def.active && (def.tier == Tier::Main || open || differs || problem.is_some())
            }
        };
        // An amount comes with its switch; one that is looked for is found by it while it is off.
        for at in std::iter::once(at).chain(above(at)).filter(|_| wanted) {
            standings[at].shown |= defs[at].active;
        }
    }
    standings
}

/// The name of a group, as a heading.
fn heading(ui: &mut Ui, name: &str, first: bool) {
    ui.add_space(if first { 2.0 } else { 14.0 });
    let text = egui::RichText::new(name).font(theme::semibold(theme::size::TABLE)).color(Theme::of(ui).text2);
    let label = ui.label(text);
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Heading);
        node.set_label(name);
    });
    ui.add_space(2.0);
}

/// Draws `body` as deep as it belongs, with a line at its left from the second level on.
fn indented(ui: &mut Ui, depth: u8, body: impl FnOnce(&mut Ui) -> bool) -> bool {
    if depth == 0 {
        return body(ui);
    }
    let left = INDENT * f32::from(depth);
    let margin = Margin { left: left as i8, ..Margin::ZERO };
    let drawn = egui::Frame::new().inner_margin(margin).show(ui, body);
    let rect = drawn.response.rect;
    let line = Stroke::new(2.0, Theme::of(ui).grid);
    ui.painter().vline(rect.left() + left - INDENT + 4.0, rect.top() + 2.0..=rect.bottom() - 2.0, line);
    drawn.inner
}

/// More settings or fewer, where there are any (`open`), and the way back where `differing` settings differ. Gives whether that
/// was asked for.
fn line(ui: &mut Ui, lang: Lang, differing: u64, open: Option<&mut bool>) -> bool {
    let mut back = (differing > 0).then(|| {
        let text = plural(lang, differing, say("change", "changement"), say("changes", "changements"));
        let text = format!("{} {text}", say("Reset", "Annuler").get(lang));
        button::Button::quiet(text).icon(icon::ROTATE_CCW).compact()
    });
    let mut undone = false;
    ui.horizontal(|ui| {
        if let Some(open) = open {
            let text =
                if *open { say("Fewer settings", "Moins de réglages") } else { say("More settings", "Plus de réglages") };
            *open ^= button::link(ui, text.get(lang)).clicked();
        }
        if let Some(button) = back.take_if(|button| button.width(ui) <= ui.available_width()) {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| undone = ui.add(button).clicked());
        }
    });
    // Where both do not fit beside each other.
    if let Some(button) = back {
        undone = ui.add(button).clicked();
    }
    undone
}

fn reset(settings: &mut Settings, preset: &[(String, String)], belongs: impl Fn(&str) -> bool) {
    for def in &mut settings.setting_defs() {
        if let Some((_, text)) = preset.iter().find(|(key, _)| *key == def.key && belongs(key)) {
            // A preset's own values are in range, so parsing cannot fail.
            let _ = def.parse(text);
        }
    }
}
