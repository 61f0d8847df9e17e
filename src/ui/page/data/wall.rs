//! The wall's state: which pictures are shown in which order, which one is selected, which are marked.

use std::{cmp::Reverse, collections::HashSet, path::PathBuf, sync::Arc};

use egui::Pos2;
use serde::{Deserialize, Serialize};

use super::{
    hand_square::HandSquare,
    overview::{Entry, FILES, Place},
    show::Show,
    viewing::Opened,
};
use crate::{
    data::{
        anomalies::Anomalies,
        dataset::Dataset,
        sample::{Part, RACES, Sample},
        task::Task,
    },
    plan::Plan,
    text::{Lang, Phrase, say},
    ui::{
        page::listing::{self, Filtering},
        widget::selection::Selection,
    },
};

/// Filters, zoom, and what they leave.
pub struct Wall {
    pub show: Show,
    /// 0 is all, then the parts in order; likewise the classes, decades of age and race labels.
    pub filter: [usize; 4],
    /// What file names must contain.
    pub sought: String,
    pub order: WallOrder,
    /// Points of a tile's side.
    pub zoom: f64,
    /// By its path, so that it stays the same when others are left out; and where it was last.
    pub selected: Option<(PathBuf, usize)>,
    /// Marked beside each other, by their places in the store.
    pub marked: Selection,
    /// What is left, and what it was made from.
    pub left: Vec<u32>,
    made: Option<Made>,
    /// How many each filter would leave with the others as they are, in its menu's order.
    pub counts: [Vec<usize>; 4],
    /// The same of the search.
    unsought: usize,
    /// Set when the selection should be scrolled into view.
    pub reveal: bool,
    /// Where the selection was clicked: a second click there opens it, whatever has moved below the pointer.
    pub clicked: Option<Pos2>,
    /// The picture of the right button's menu.
    pub menu: Option<u32>,
    /// Height of the bar for what is marked, as it was last.
    pub bar: f32,
    /// The square that is being drawn in a photo, which stands in place of the wall.
    pub drawing: Option<HandSquare>,
    /// What the viewer is to show.
    pub opened: Option<Opened>,
}

#[derive(PartialEq)]
struct Made {
    dataset: usize,
    plan: usize,
    show: Show,
    filter: [usize; 4],
    sought: String,
    order: WallOrder,
}

/// In which order the wall shows its pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WallOrder {
    #[default]
    Name,
    Youngest,
    Oldest,
}

impl WallOrder {
    pub const ALL: [Self; 3] = [Self::Name, Self::Youngest, Self::Oldest];

    /// What it is called.
    pub const fn name(self) -> Phrase {
        match self {
            Self::Name => say("by name", "par nom"),
            Self::Youngest => say("youngest first", "les plus jeunes d’abord"),
            Self::Oldest => say("oldest first", "les plus âgées d’abord"),
        }
    }
}

impl Default for Wall {
    fn default() -> Self {
        Self {
            show: Show::All,
            filter: [0; 4],
            sought: String::new(),
            order: WallOrder::default(),
            zoom: 56.0,
            selected: None,
            marked: Selection::default(),
            left: Vec::new(),
            made: None,
            counts: Default::default(),
            unsought: 0,
            reveal: false,
            clicked: None,
            menu: None,
            bar: 50.0,
            drawing: None,
            opened: None,
        }
    }
}

/// A way to narrow the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    pub part: Option<Part>,
    pub class: Option<usize>,
    /// Ten years each; the last, 8, is open.
    pub decade: Option<usize>,
    pub race: Option<usize>,
}

/// From 80 years on.
pub const LAST_DECADE: usize = 8;

impl Wall {
    /// Shows something else, with all filters open; what is shown already, not any more.
    pub fn turn_to(&mut self, show: Show) {
        let show = if self.show == show { Show::All } else { show };
        *self = Self { show, zoom: self.zoom, order: self.order, ..Self::default() };
    }

    /// Shows the pictures that are so.
    pub fn narrow(&mut self, to: Narrow) {
        let place = |index: Option<usize>| index.map_or(0, |index| index + 1);
        let part = place(to.part.map(|part| part as usize));
        let filter = [part, place(to.class), place(to.decade), place(to.race)];
        *self = Self { filter, zoom: self.zoom, order: self.order, ..Self::default() };
    }

    /// Whether not all pictures of the list are shown.
    pub fn is_filtered(&self) -> bool {
        self.filter != [0; 4] || !self.sought.trim().is_empty()
    }

    /// The filters that are on, by what they are called, each with how many pictures there would be without it.
    pub fn filters(&self, task: &Task, lang: Lang) -> Vec<Filtering> {
        let own = |text: Phrase| text.get(lang).to_owned();
        let name = |which: usize, chosen: usize| match which {
            0 => Part::ALL.get(chosen).map(|part| own(part.name())),
            1 => Some(task.name(chosen, lang)),
            2 => Some(decade_name(chosen, lang)),
            _ => RACES.get(chosen).map(|race| own(*race)),
        };
        let chosen = self.filter.iter().enumerate().filter_map(|(which, chosen)| {
            let without = self.counts[which].first().copied().unwrap_or(0);
            Some(Filtering::named(lang, &name(which, chosen.checked_sub(1)?)?, without))
        });
        let sought = self.sought.trim();
        let sought = (!sought.is_empty()).then(|| Filtering::sought(lang, sought, self.unsought));
        chosen.chain(sought).collect()
    }

    /// All pictures, as large as they were.
    pub fn keeping_zoom(other: &Self) -> Self {
        Self { zoom: other.zoom, ..Self::default() }
    }

    /// Selects a file.
    pub fn select(&mut self, dataset: &Dataset, entry: Entry) {
        self.selected = Some(match entry {
            Entry::Sample(index) => (dataset.samples[index as usize].file.clone(), index as usize),
            Entry::Skipped(index) => (dataset.skipped[index as usize].file.clone(), 0),
        });
    }

    /// Selects a picture that was looked at, and brings it into view.
    pub fn select_at(&mut self, dataset: &Dataset, place: Place) {
        let index = if let Place::Sample(index) = place { index } else { 0 };
        self.selected = Some((place.sample(dataset).file.clone(), index));
        self.reveal = true;
    }

    /// Where the selected picture stands on the wall.
    pub fn position(&self, dataset: &Dataset) -> Option<usize> {
        let (file, then) = self.selected.as_ref()?;
        let index = dataset.find(file, *then)? as u32;
        match self.order {
            WallOrder::Name => self.left.binary_search(&index).ok(),
            _ => self.left.iter().position(|other| *other == index),
        }
    }

    /// What marks the picture at a position of the wall.
    pub fn key<'a>(dataset: &'a Dataset, left: &'a [u32]) -> impl Fn(usize) -> u32 + 'a {
        |position| {
            let index = left[position];
            if (index as usize) < dataset.pixels.len() { dataset.pixels.place(index as usize) as u32 } else { index }
        }
    }

    /// Filters anew if anything has changed.
    pub fn follow(&mut self, dataset: &Arc<Dataset>, odd: &Anomalies, plan: Option<&Arc<Plan>>) {
        let made = Made {
            dataset: Arc::as_ptr(dataset) as usize,
            plan: plan.map_or(0, |plan| Arc::as_ptr(plan) as usize),
            show: self.show,
            filter: self.filter,
            sought: self.sought.trim().to_lowercase(),
            order: self.order,
        };
        if self.made.as_ref() == Some(&made) {
            return;
        }
        // Where ages are learned, the label is the age, also where the user has corrected that of the name.
        let of_years = dataset.task.is_regression();
        let age_of = |sample: &Sample| if of_years { Some(sample.class.into()) } else { sample.age };
        let of_part = |index: usize| plan.and_then(|plan| plan.split.parts[index]).map(|part| part as usize);
        let classes = if of_years { 0 } else { dataset.task.len() };
        self.counts = [Part::ALL.len(), classes, LAST_DECADE + 1, RACES.len()].map(|options| vec![0; options + 1]);
        self.unsought = 0;
        self.left.clear();
        for (index, sample) in dataset.samples.iter().enumerate() {
            if self.show == Show::Plain && odd.contains(index as u32) {
                continue;
            }
            let values = [
                of_part(index),
                Some(usize::from(sample.class)).filter(|_| !of_years),
                age_of(sample).map(|age| usize::from(age / 10).min(LAST_DECADE)),
                sample.race.map(usize::from),
            ];
            let fits: [bool; 4] = std::array::from_fn(|which| match self.filter[which] {
                0 => true,
                wanted => values[which] == Some(wanted - 1),
            });
            self.unsought += usize::from(fits == [true; 4]);
            if !listing::contains(&sample.file, &made.sought) {
                continue;
            }
            for (which, counts) in self.counts.iter_mut().enumerate() {
                if (0..4).all(|other| other == which || fits[other]) {
                    counts[0] += 1;
                    if let Some(count) = values[which].and_then(|value| counts.get_mut(value + 1)) {
                        *count += 1;
                    }
                }
            }
            if fits == [true; 4] {
                self.left.push(index as u32);
            }
        }
        // Those without an age come last in any order.
        let age = |index: &u32| age_of(&dataset.samples[*index as usize]);
        match self.order {
            WallOrder::Name => {}
            WallOrder::Youngest => self.left.sort_by_key(|index| age(index).unwrap_or(u16::MAX)),
            WallOrder::Oldest => self.left.sort_by_key(|index| Reverse(age(index).map_or(0, |age| age + 1))),
        }
        // In other lists than the wall they are looked for where these are drawn.
        if !self.marked.is_empty() && self.show.is_wall() {
            let key = Self::key(dataset, &self.left);
            let there: HashSet<u32> = (0..self.left.len()).map(key).collect();
            self.marked.retain(|key| there.contains(&key));
        } else if self.made.as_ref().is_some_and(|before| before.dataset != made.dataset) {
            self.marked.retain(|key| key < FILES);
        }
        self.marked.reordered();
        self.made = Some(made);
    }
}

/// Ten years of age in words.
pub fn decade_name(decade: usize, lang: Lang) -> String {
    let from = decade * 10;
    match (decade, lang) {
        (LAST_DECADE, Lang::En) => format!("{from} and over"),
        (LAST_DECADE, Lang::Fr) => format!("{from} et plus"),
        (_, Lang::En) => format!("{from} to {}", from + 9),
        (_, Lang::Fr) => format!("{from} à {}", from + 9),
    }
}
