//! Widgets. Each takes its colors from the [`Theme`](super::theme::Theme) of the `ui` it is drawn in.

pub mod bar;
pub mod button;
pub mod card;
pub mod choice;
pub mod field;
pub mod knob;
pub mod notice;
pub mod thumbs;
