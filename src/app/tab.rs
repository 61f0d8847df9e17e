//! The Tab key goes through the window in the order in which it is read.
//!
//! egui's own order is that of drawing, but what stands at the right end of a line is drawn before the rest of it, to
//! know how much room is left. So neighbors on a line are put in their order from left to right. While a menu is open the
//! key goes round in it, and the first arrow key goes into it; once it is closed, or a dialog, the keyboard is again where
//! it was before.

use egui::{FocusDirection, Id, Key, LayerId, Order, Popup, Rect, Ui, pos2};

use crate::ui::{frame, widget::scroll};

/// Gives the keyboard to the next control, or with Shift to the one before, if Tab is pressed.
pub(super) fn go_on(ui: &Ui) {
    come_back(ui);
    let (presses, back) = ui.input(|i| (i.num_presses(Key::Tab), i.modifiers.shift));
    if presses > 0 {
        step(ui, presses, back);
    } else if let Some(up) = into_menu(ui) {
        step(ui, 1, up);
    }
    scroll::seek(ui.ctx());
}

/// Whether the arrow key that was pressed now is the one up, if a menu is open that the keyboard is not in yet. Within the
/// menu egui follows the arrows itself.
fn into_menu(ui: &Ui) -> Option<bool> {
    open_menu(ui)?;
    let focused = ui.memory(egui::Memory::focused);
    let within = focused.is_some_and(|focused| controls(ui).iter().any(|(id, _)| *id == focused));
    let [down, up] = [Key::ArrowDown, Key::ArrowUp].map(|key| ui.input(|i| i.key_pressed(key)));
    (!within && (down || up)).then_some(up)
}

fn step(ui: &Ui, presses: usize, back: bool) {
    let all = controls(ui);
    let focused = ui.memory(egui::Memory::focused);
    let now = focused.and_then(|focused| all.iter().position(|(id, _)| *id == focused));
    let count = all.len();
    let next = match (now, back) {
        (None, false) => presses - 1,
        (Some(now), false) => now + presses,
        (None, true) => count - presses.min(count),
        (Some(now), true) => now + count - presses % count,
    };
    if let Some((id, _)) = all.get(next % count.max(1)) {
        ui.memory_mut(|memory| {
            memory.move_focus(FocusDirection::None);
            memory.request_focus(*id);
        });
        scroll::to(ui.ctx(), *id);
    }
}

/// What is open over the page, and what had the keyboard before it was.
#[derive(Clone, Copy, Default)]
struct Over {
    open: Option<LayerId>,
    before: Option<Id>,
}

/// Gives the keyboard back when a menu or a dialog is closed that had it.
fn come_back(ui: &Ui) {
    follow(ui, Id::unique("behind the menu"), open_menu(ui));
    // A dialog may have been opened by a line of the menu.
    follow(ui, Id::unique("behind the dialog"), ui.memory(egui::Memory::top_modal_layer));
}

fn follow(ui: &Ui, key: Id, open: Option<LayerId>) {
    let over: Over = ui.data(|data| data.get_temp(key)).unwrap_or_default();
    let focused = ui.memory(egui::Memory::focused);
    let before = match (over.open, open) {
        (None, None) => focused,
        (_, Some(_)) => over.before,
        (Some(closed), None) => {
            let layer = focused.and_then(|id| ui.ctx().read_response(id)).map(|control| control.layer_id);
            if let Some(id) = over.before.filter(|_| layer.is_none_or(|layer| layer == closed)) {
                ui.memory_mut(|memory| memory.request_focus(id));
            }
            over.before
        }
    };
    ui.data_mut(|data| data.insert_temp(key, Over { open, before }));
}

fn open_menu(ui: &Ui) -> Option<LayerId> {
    let visible: Vec<LayerId> = ui.memory(|memory| memory.layer_ids().filter(|layer| memory.areas().is_visible(layer)).collect());
    visible.into_iter().find(|layer| is_menu(ui, *layer))
}

fn is_menu(ui: &Ui, layer: LayerId) -> bool {
    Popup::is_id_open(ui.ctx(), layer.id)
}

/// What can have the keyboard, as it is read: the page first, then what floats over it; of a menu or a dialog nothing else.
fn controls(ui: &Ui) -> Vec<(Id, Rect)> {
    let floating: Vec<LayerId> = ui.memory(|memory| memory.layer_ids().collect());
    let mut layers: Vec<(LayerId, Vec<(Id, Rect)>)> = ui.ctx().viewport(|viewport| {
        let controls = |widgets: &[egui::WidgetRect]| {
            let able = widgets.iter().filter(|widget| widget.enabled && widget.sense.is_focusable());
            able.map(|widget| (widget.id, widget.rect)).collect()
        };
        viewport.prev_pass.widgets.layers().map(|(layer, widgets)| (*layer, controls(widgets))).collect()
    });
    layers.retain(|(layer, _)| ui.memory(|memory| memory.allows_interaction(*layer)));
    if let Some(menu) = layers.iter().position(|(layer, controls)| is_menu(ui, *layer) && !controls.is_empty()) {
        return as_read(layers.swap_remove(menu).1);
    }
    // egui draws the bar at the bottom before the page.
    let screen = ui.content_rect();
    let bar = Rect::from_min_max(pos2(frame::rail_width(screen.width()), screen.bottom() - frame::STATUS), screen.max);
    for (layer, controls) in &mut layers {
        if layer.order == Order::Background {
            controls.sort_by_key(|(_, rect)| bar.contains(rect.center()));
        }
    }
    layers.sort_by_key(|(layer, _)| (layer.order, floating.iter().position(|known| known == layer)));
    layers.into_iter().flat_map(|(_, controls)| as_read(controls)).collect()
}

/// Puts neighbors that stand on one line in their order from left to right.
fn as_read(mut controls: Vec<(Id, Rect)>) -> Vec<(Id, Rect)> {
    // Each exchange brings two closer to their order, so there is an end to it.
    loop {
        let wrong = |pair: &[(Id, Rect)]| {
            let (a, b) = (pair[0].1, pair[1].1);
            on_one_line(a, b) && b.right() <= a.left() + 1.0 && b.center().x < a.center().x
        };
        let places: Vec<usize> =
            controls.windows(2).enumerate().filter(|(_, pair)| wrong(pair)).map(|(place, _)| place).collect();
        if places.is_empty() {
            return controls;
        }
        for place in places {
            if wrong(&controls[place..place + 2]) {
                controls.swap(place, place + 1);
            }
        }
    }
}

fn on_one_line(a: Rect, b: Rect) -> bool {
    let shared = a.bottom().min(b.bottom()) - a.top().max(b.top());
    shared > 0.5 * a.height().min(b.height())
}
