//! What is remembered of each data set's wall from one start to the next: its filters, order and search.

use serde::{Deserialize, Serialize};

use super::{
    show::Show,
    wall::{LAST_DECADE, Wall, WallOrder},
};
use crate::data::{
    dataset::Dataset,
    sample::{Part, RACES, Source},
    task::Task,
};

/// Data sets remembered.
const MOST: usize = 64;

/// How the user has the wall of one data set; the default shows everything by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WallView {
    /// Without those that are unusual.
    plain: bool,
    part: Option<Part>,
    /// The name of the class.
    class: Option<String>,
    decade: Option<usize>,
    race: Option<usize>,
    /// What file names must contain.
    sought: String,
    order: WallOrder,
}

/// That of one data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownWall {
    source: Source,
    view: WallView,
}

/// Those of all, the one that changed last first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Walls(Vec<KnownWall>);

impl Walls {
    /// Those that are known.
    pub fn new(known: Vec<KnownWall>) -> Self {
        Self(known)
    }

    fn of(&self, source: &Source) -> Option<&WallView> {
        self.0.iter().find(|known| known.source == *source).map(|known| &known.view)
    }

    /// Remembers how a data set's wall is now; of one that shows everything there is nothing to remember.
    fn keep(&mut self, source: &Source, view: WallView) {
        if self.of(source).unwrap_or(&WallView::default()) == &view {
            return;
        }
        self.0.retain(|known| known.source != *source);
        if view != WallView::default() {
            self.0.insert(0, KnownWall { source: source.clone(), view });
            self.0.truncate(MOST);
        }
    }

    /// Takes the folder `now` for `then`, which is not in its place any more; what is known of `now` already stays.
    pub fn moved(&mut self, then: &Source, now: &Source) {
        if self.of(now).is_none() {
            self.0.iter_mut().filter(|known| known.source == *then).for_each(|known| known.source = now.clone());
        }
    }

    /// Remembers `wall`, which shows `dataset`.
    pub fn remember(&mut self, dataset: &Dataset, wall: &Wall) {
        self.keep(&dataset.source, WallView::of(wall, &dataset.task));
    }

    /// Gives `wall` the filters, order and search that `dataset` had, as far as they fit; `ages` is whether its names say them.
    pub fn restore(&self, dataset: &Dataset, ages: bool, wall: &mut Wall) {
        if let Some(view) = self.of(&dataset.source) {
            view.restore(&dataset.task, ages, wall);
        }
    }
}

impl WallView {
    fn of(wall: &Wall, task: &Task) -> Self {
        let [part, class, decade, race] = wall.filter.map(|chosen| chosen.checked_sub(1));
        Self {
            plain: wall.show == Show::Plain,
            part: part.and_then(|part| Part::ALL.get(part).copied()),
            class: class.and_then(|class| task.classes.get(class).cloned()),
            decade,
            race,
            sought: wall.sought.trim().to_owned(),
            order: wall.order,
        }
    }

    fn restore(&self, task: &Task, ages: bool, wall: &mut Wall) {
        let of_years = task.is_regression();
        let place = |index: Option<usize>| index.map_or(0, |index| index + 1);
        let class = self.class.as_ref().filter(|_| !of_years).and_then(|class| task.find(class));
        wall.filter = [
            place(self.part.map(|part| part as usize)),
            place(class),
            place(self.decade.filter(|decade| (ages || of_years) && *decade <= LAST_DECADE)),
            place(self.race.filter(|race| ages && *race < RACES.len())),
        ];
        wall.show = if self.plain { Show::Plain } else { Show::All };
        wall.sought.clone_from(&self.sought);
        wall.order = if ages || of_years { self.order } else { WallOrder::Name };
    }
}
