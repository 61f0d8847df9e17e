//! The look's colors, one table for the window, the report's page and the plots. The names say what a color is for, not
//! which it is.

/// Writes [`Colors`] and both of its modes from one line for each color: its name, `0xRRGGBB` in light and in dark.
macro_rules! colors {
    ($($(#[$doc:meta])* $name:ident $light:literal $dark:literal;)*) => {
        /// The colors of one mode, as numbers or as what a drawing library makes of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Colors<T> {
            pub dark: bool,
            $($(#[$doc])* pub $name: T,)*
        }

        /// The light mode, `0xRRGGBB`.
        pub const LIGHT: Colors<u32> = Colors { dark: false, $($name: $light,)* };

        /// The dark mode, `0xRRGGBB`.
        pub const DARK: Colors<u32> = Colors { dark: true, $($name: $dark,)* };

        impl<T: Copy> Colors<T> {
            /// The same colors in another form.
            pub fn map<U>(&self, convert: impl Fn(T) -> U) -> Colors<U> {
                Colors { dark: self.dark, $($name: convert(self.$name),)* }
            }

            /// Every color with its name.
            pub fn named(&self) -> impl Iterator<Item = (&'static str, T)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

colors! {
    /// The window.
    bg 0xF6F6F3 0x15171B;
    /// Cards and fields.
    surface 0xFFFFFF 0x1D2025;
    /// Rail, status bar, table heads.
    surface2 0xFAFAF7 0x23272D;
    /// Borders.
    stroke 0xE4E2DB 0x31363E;
    /// Plot grids, lines of tables, empty part of a bar.
    grid 0xEFEDE7 0x292D34;
    text 0x1C1F23 0xECEEF1;
    /// Secondary text.
    text2 0x5E636B 0xA7ADB6;
    /// Captions.
    text3 0x696E76 0x8A919B;
    /// The one action, the selection, the training curve.
    accent 0x4350D6 0x8E97FF;
    /// The accent's tint, behind accented text.
    soft 0xECEDFB 0x2A2E4B;
    /// Text on the accent.
    on 0xFFFFFF 0x12141A;
    /// Everything about the validation part.
    validation 0xA85500 0xF0A24E;
    /// Its tint.
    validation_soft 0xF3E6D8 0x3A2D1E;
    /// Class 0: in UTKFace, female.
    female 0x7A4BBB 0xB997F5;
    /// Class 1: in UTKFace, male.
    male 0x0B7A75 0x4FC3BA;
    /// Classes 2 to 7, apart from each other for color-blind eyes too; further ones take the eight in turn, and their names
    /// always stand beside.
    class2 0x0B63A8 0x6FB3F2;
    class3 0xA8326B 0xF08BB8;
    class4 0x7D6300 0xD9BC4A;
    class5 0x5B6470 0xAEB7C2;
    class6 0x2F7D32 0x7BCB7F;
    class7 0xA34A22 0xF0A07A;
    /// Mistakes and problems; always with an icon.
    bad 0xC03E18 0xF08A64;
    bad_soft 0xFBEAE4 0x3A2720;
    /// Right, saved, usable; always with an icon.
    good 0x0B7A75 0x4FC3BA;
    good_soft 0xDCEBE9 0x1C3331;
}
