//! Room that scrolls, and follows the keyboard: what the Tab key has reached comes into sight.
//!
//! Where the window has room for them, lists scroll by themselves within their cards. In a small one, or with large
//! letters, a page is as long as what it holds and scrolls as a whole: nobody should have to scroll one thing to be able
//! to scroll another.

use egui::{Context, Event, Id, Rect, ScrollArea, Ui, UiBuilder, UiStackInfo, Vec2, accesskit, vec2};

/// The least room for a page whose lists scroll by themselves, in points.
const LEAST: Vec2 = vec2(600.0, 480.0);

/// Marks what is within a page that scrolls as a whole.
const LONG: &str = "as long as what it holds";

/// Marks what is within rows or columns that scroll together.
const WITHIN: &str = "within what scrolls";

/// Draws a page: in the room there is, or where that is small as long as it comes.
pub fn page(ui: &mut Ui, body: impl FnOnce(&mut Ui)) {
    let room = ui.available_size();
    if room.x >= LEAST.x && room.y >= LEAST.y {
        return body(ui);
    }
    area(ui, |ui| {
        let size = vec2(ui.available_width(), room.y.max(LEAST.y));
        long(ui, size, body);
    });
}

/// Draws `body` as long as it comes, at least `size`; lists in it do not scroll by themselves.
pub fn long(ui: &mut Ui, size: Vec2, body: impl FnOnce(&mut Ui)) {
    let place = Rect::from_min_size(ui.cursor().min, size);
    let info = UiStackInfo::default().with_tag(LONG);
    ui.scope_builder(UiBuilder::new().ui_stack_info(info).max_rect(place), body);
}

/// Whether this is within a page that scrolls as a whole.
pub fn is_long(ui: &Ui) -> bool {
    ui.stack().iter().any(|above| above.tags().contains(LONG))
}

/// Whether what is around this scrolls already, so that it need not do so by itself.
pub fn is_within(ui: &Ui) -> bool {
    ui.stack().iter().any(|above| above.tags().contains(LONG) || above.tags().contains(WITHIN))
}

/// As much of `body` as there is room for; the rest is scrolled to. In a page that scrolls as a whole, all of it.
pub fn list<R>(ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> R {
    if is_long(ui) {
        return ui.scope(body).inner;
    }
    // Little room stays little: a list that took more would stand out of its card.
    ScrollArea::vertical().auto_shrink([false, false]).min_scrolled_height(0.0).show(ui, body).inner
}

/// What an open menu holds: if that is higher than the window, it scrolls.
pub fn menu<R>(ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> R {
    within_window(ui, 32.0, body)
}

/// `body`, scrolled if it is higher than the window less `beside` points.
pub fn within_window<R>(ui: &mut Ui, beside: f32, body: impl FnOnce(&mut Ui) -> R) -> R {
    let height = (ui.ctx().content_rect().height() - beside).max(80.0);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, body).inner
}

/// As [`list`], but it scrolls in any case.
pub fn area<R>(ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> R {
    let area = ScrollArea::vertical().auto_shrink([false, false]);
    area.show(ui, |ui| {
        // The bar floats over the gutter at the right, not over the cards.
        ui.set_width(ui.available_width());
        let info = UiStackInfo::default().with_tag(WITHIN);
        ui.scope_builder(UiBuilder::new().ui_stack_info(info), body).inner
    })
    .inner
}

/// The control that is to be seen, and for how many frames more it is tried.
#[derive(Clone, Copy)]
struct Sought {
    control: Id,
    frames: u8,
}

/// Long enough for a scroll area to arrive.
const FRAMES: u8 = 10;

fn key() -> Id {
    Id::unique("scrolled to")
}

/// Asks that `control` be scrolled into sight.
pub fn to(ctx: &Context, control: Id) {
    ctx.data_mut(|data| data.insert_temp(key(), Sought { control, frames: FRAMES }));
}

/// Scrolls to what was asked for, unless it is seen. Called before anything is drawn.
pub fn seek(ctx: &Context) {
    let Some(Sought { control, frames }) = ctx.data(|data| data.get_temp(key())) else { return };
    let hidden = ctx.read_response(control).is_some_and(|control| {
        let enough = control.rect.height().min(ctx.content_rect().height() * 0.3) - 1.0;
        !control.interact_rect.is_positive() || control.interact_rect.height() < enough
    });
    if !hidden || frames == 0 {
        ctx.data_mut(|data| data.remove::<Sought>(key()));
        return;
    }
    ctx.data_mut(|data| data.insert_temp(key(), Sought { control, frames: frames - 1 }));
    // The scroll area next around it does so by itself.
    let request = accesskit::ActionRequest {
        action: accesskit::Action::ScrollIntoView,
        target_tree: accesskit::TreeId::ROOT,
        target_node: control.accesskit_id(),
        data: None,
    };
    ctx.input_mut(|input| input.events.push(Event::AccessKitActionRequest(request)));
    ctx.request_repaint();
}
