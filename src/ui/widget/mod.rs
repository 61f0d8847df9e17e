//! Widgets. Each takes its colors from the [`Theme`](super::theme::Theme) of the `ui` it is drawn in.

pub mod bar;
pub mod button;
pub mod card;
pub mod chart;
pub mod choice;
pub mod curves;
pub mod field;
pub mod fitted;
pub mod gallery;
pub mod heat_map;
pub mod matrix;
pub mod network;
pub mod notice;
mod of_classes;
pub mod photo;
pub mod plot;
pub mod ranges;
pub mod scatter;
pub mod scroll;
pub mod separator;
pub mod setting;
pub mod share_plot;
pub mod stack;
pub mod strip;
pub mod thumbs;
