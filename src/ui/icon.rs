//! The icons in use, as characters of the bundled Lucide font. `assets/build_fonts.py` prints these lines from `assets/icons.txt`.

/// One icon of the bundled font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(pub char);

/// Lucide's icons by their names there.
pub const IMAGES: Icon = Icon('\u{e5c4}');
pub const WAND_SPARKLES: Icon = Icon('\u{e357}');
pub const LAYERS: Icon = Icon('\u{e529}');
pub const ACTIVITY: Icon = Icon('\u{e038}');
pub const TARGET: Icon = Icon('\u{e180}');
pub const SCAN_FACE: Icon = Icon('\u{e371}');
pub const HISTORY: Icon = Icon('\u{e1f5}');
pub const SETTINGS: Icon = Icon('\u{e154}');
pub const CPU: Icon = Icon('\u{e0a9}');
pub const CIRCUIT_BOARD: Icon = Icon('\u{e403}');
pub const CIRCLE_CHECK: Icon = Icon('\u{e226}');
pub const CIRCLE_X: Icon = Icon('\u{e084}');
pub const CIRCLE_ALERT: Icon = Icon('\u{e077}');
pub const TRIANGLE_ALERT: Icon = Icon('\u{e193}');
pub const INFO: Icon = Icon('\u{e0f9}');
pub const WRENCH: Icon = Icon('\u{e1b1}');
pub const COPY: Icon = Icon('\u{e09e}');
pub const FILE_X: Icon = Icon('\u{e0cd}');
pub const FILE_TEXT: Icon = Icon('\u{e0cc}');
pub const FILE_IMAGE: Icon = Icon('\u{e31c}');
pub const FILES: Icon = Icon('\u{e0cf}');
pub const FOLDER_OPEN: Icon = Icon('\u{e247}');
pub const FOLDER_INPUT: Icon = Icon('\u{e334}');
pub const FOLDER_SEARCH: Icon = Icon('\u{e339}');
pub const ARROW_RIGHT: Icon = Icon('\u{e049}');
pub const ARROW_LEFT: Icon = Icon('\u{e048}');
pub const ZOOM_IN: Icon = Icon('\u{e1b6}');
pub const ZOOM_OUT: Icon = Icon('\u{e1b7}');
pub const CHEVRON_DOWN: Icon = Icon('\u{e06d}');
pub const CHEVRON_UP: Icon = Icon('\u{e070}');
pub const CHEVRON_RIGHT: Icon = Icon('\u{e06f}');
pub const CHEVRON_LEFT: Icon = Icon('\u{e06e}');
pub const LIGHTBULB: Icon = Icon('\u{e1c2}');
pub const ROTATE_CCW: Icon = Icon('\u{e148}');
pub const REFRESH_CW: Icon = Icon('\u{e145}');
pub const UNDO_2: Icon = Icon('\u{e2a1}');
pub const REDO_2: Icon = Icon('\u{e2a0}');
pub const SHUFFLE: Icon = Icon('\u{e15e}');
pub const DICES: Icon = Icon('\u{e2c5}');
pub const GAUGE: Icon = Icon('\u{e1bf}');
pub const CIRCLE_QUESTION_MARK: Icon = Icon('\u{e082}');
pub const TABLE: Icon = Icon('\u{e17d}');
pub const MAXIMIZE_2: Icon = Icon('\u{e113}');
pub const MINIMIZE_2: Icon = Icon('\u{e11b}');
pub const FLAG: Icon = Icon('\u{e0d1}');
pub const PAUSE: Icon = Icon('\u{e12e}');
pub const PLAY: Icon = Icon('\u{e13c}');
pub const SQUARE: Icon = Icon('\u{e167}');
pub const SQUARE_DASHED: Icon = Icon('\u{e1cb}');
pub const SPARKLES: Icon = Icon('\u{e412}');
pub const HOURGLASS: Icon = Icon('\u{e296}');
pub const TRENDING_DOWN: Icon = Icon('\u{e190}');
pub const TRENDING_UP: Icon = Icon('\u{e191}');
pub const SAVE: Icon = Icon('\u{e14d}');
pub const X: Icon = Icon('\u{e1b2}');
pub const CHECK: Icon = Icon('\u{e06c}');
pub const PLUS: Icon = Icon('\u{e13d}');
pub const MINUS: Icon = Icon('\u{e11c}');
pub const DOWNLOAD: Icon = Icon('\u{e0b2}');
pub const UPLOAD: Icon = Icon('\u{e19e}');
pub const ARROW_DOWN_WIDE_NARROW: Icon = Icon('\u{e047}');
pub const ARROW_UP_NARROW_WIDE: Icon = Icon('\u{e04c}');
pub const CLIPBOARD_PASTE: Icon = Icon('\u{e3e8}');
pub const GIT_COMPARE: Icon = Icon('\u{e359}');
pub const SEARCH: Icon = Icon('\u{e151}');
pub const TRASH_2: Icon = Icon('\u{e18e}');
pub const PENCIL: Icon = Icon('\u{e1f9}');
pub const IMAGE: Icon = Icon('\u{e0f6}');
pub const CLOCK: Icon = Icon('\u{e087}');
pub const STAR: Icon = Icon('\u{e176}');
pub const EYE: Icon = Icon('\u{e0ba}');
pub const EYE_OFF: Icon = Icon('\u{e0bb}');
pub const LOCK: Icon = Icon('\u{e10b}');
pub const SUN: Icon = Icon('\u{e178}');
pub const MOON: Icon = Icon('\u{e11e}');
pub const MONITOR: Icon = Icon('\u{e11d}');
pub const LANGUAGES: Icon = Icon('\u{e0fe}');
pub const EXTERNAL_LINK: Icon = Icon('\u{e0b9}');
pub const KEYBOARD: Icon = Icon('\u{e284}');
pub const FILTER: Icon = Icon('\u{e0dc}');
pub const CROP: Icon = Icon('\u{e0ab}');
pub const BOOK_OPEN: Icon = Icon('\u{e05f}');
pub const ELLIPSIS: Icon = Icon('\u{e0b6}');
pub const USER: Icon = Icon('\u{e19f}');
pub const USERS: Icon = Icon('\u{e1a4}');
pub const SCALE: Icon = Icon('\u{e212}');
pub const THERMOMETER: Icon = Icon('\u{e186}');
pub const ZAP: Icon = Icon('\u{e1b4}');
pub const LIST: Icon = Icon('\u{e106}');
pub const LAYOUT_GRID: Icon = Icon('\u{e0ff}');
pub const HARD_DRIVE: Icon = Icon('\u{e0ed}');
pub const LINK: Icon = Icon('\u{e102}');
pub const SMILE: Icon = Icon('\u{e164}');
pub const HASH: Icon = Icon('\u{e0ef}');
pub const COLUMNS_2: Icon = Icon('\u{e098}');
pub const PRINTER: Icon = Icon('\u{e141}');
pub const TAG: Icon = Icon('\u{e17f}');

impl Icon {
    /// The icon as text of `size` points, to stand in a label.
    pub fn text(self, size: f32) -> egui::RichText {
        egui::RichText::new(self.0).font(font(size))
    }

    /// Paints the icon in the middle of `rect`.
    pub fn paint(self, painter: &egui::Painter, rect: egui::Rect, size: f32, color: egui::Color32) {
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, self.0, font(size), color);
    }
}

fn font(size: f32) -> egui::FontId {
    egui::FontId::new(size, egui::FontFamily::Name("icons".into()))
}
