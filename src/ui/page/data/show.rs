//! Which of the pictures the data page shows.

use crate::text::{Phrase, say};

/// What the wall shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    #[default]
    All,
    /// Those with nothing odd about them.
    Plain,
    Odd,
    Copies,
    /// Copies that stand in several parts.
    Shared,
    Contradictions,
    /// Those that look the same.
    Near,
    /// The table of pictures that cannot be used.
    Lost,
    /// The table of files that are no pictures.
    Foreign,
    /// The table of what the user decided about.
    Edited,
}

impl Show {
    pub const ALL: [Self; 10] = [
        Self::All,
        Self::Plain,
        Self::Odd,
        Self::Copies,
        Self::Shared,
        Self::Contradictions,
        Self::Near,
        Self::Lost,
        Self::Foreign,
        Self::Edited,
    ];

    /// What the list is called.
    pub const fn name(self) -> Phrase {
        match self {
            Self::All => say("all pictures", "toutes les images"),
            Self::Plain => say("usable as they are", "utilisables telles quelles"),
            Self::Odd => say("unusual pictures", "images inhabituelles"),
            Self::Copies => say("exact copies", "copies exactes"),
            Self::Shared => say("shared by two parts", "communes à deux parties"),
            Self::Contradictions => say("conflicting copies", "copies contradictoires"),
            Self::Near => say("look-alikes", "semblables"),
            Self::Lost => say("not usable", "inutilisables"),
            Self::Foreign => say("other files", "autres fichiers"),
            Self::Edited => say("decided by you", "décidées par vous"),
        }
    }

    /// Whether these are shown as tiles, which can be filtered.
    pub const fn is_wall(self) -> bool {
        matches!(self, Self::All | Self::Plain)
    }
}
