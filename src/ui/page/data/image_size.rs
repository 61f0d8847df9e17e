//! The size to which the pictures are decoded, closed until asked for.

use egui::{Popup, Ui};

use crate::{
    data::{dataset::Dataset, picture_size::PictureSide, reading::Reading},
    text::{bytes, say},
    ui::{
        Action, Cx, theme,
        theme::Theme,
        widget::{button::link, choice::menu_choice},
    },
};

/// Sides to choose from; the command line takes any between.
const OFFERED: [u32; 9] = [32, 48, 64, 96, 128, 160, 200, 224, 256];

/// Draws the size of now, which opens the others, each with what the pictures take on the disk.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, dataset: &Dataset) {
    let (lang, now) = (cx.lang, dataset.pixels.side());
    let change = link(ui, &format!("{now}\u{a0}×\u{a0}{now}"));
    let change = change.accessible_name(cx.say(say("change the image size", "changer la taille des images")));
    Popup::menu(&change).show(|ui| {
        ui.set_min_width(280.0);
        let text = say(
            "Pictures are resized to this as they are decoded. Larger shows the network more, and takes more time and memory",
            "Les images sont ramenées à cette taille au décodage. Plus grand montre plus au réseau, et prend plus de temps et de mémoire",
        );
        ui.add(egui::Label::new(theme::caption(text.get(lang)).color(Theme::of(ui).text2)).wrap());
        let mut sides: Vec<PictureSide> = OFFERED.map(PictureSide::from).into();
        if !sides.contains(&now) {
            sides.push(now);
            sides.sort_by_key(|side| side.pixels());
        }
        for side in sides {
            let room = bytes(lang, (side.bytes() * dataset.samples.len()) as u64);
            if menu_choice(ui, side == now, &format!("{side}\u{a0}×\u{a0}{side} · {room}")).clicked() && side != now {
                cx.act(Action::ReadAs(Reading { side, ..dataset.understood.reading }));
            }
        }
    });
}
