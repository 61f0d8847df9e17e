//! What a loss compares a network's outputs with.

/// What a picture shows, as a softmax is asked for it: one class, or two where pictures are mixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassTarget {
    pub class: u16,
    /// The class that is mixed in.
    pub other: u16,
    /// How much of `other` is asked for, 0 to 1; the rest is asked of `class`.
    pub share: f32,
}

impl ClassTarget {
    /// That class alone.
    pub const fn of(class: u16) -> Self {
        Self { class, other: class, share: 0.0 }
    }

    /// `class` with a share of `other` (mixup).
    pub const fn mixed(class: u16, other: u16, share: f32) -> Self {
        Self { class, other, share }
    }

    /// Of two classes, how much of class 1 is asked for: the target of a sigmoid. Where classes are the numbers of a value,
    /// that value.
    pub fn value(self) -> f32 {
        let [own, other] = [self.class, self.other].map(f32::from);
        own + (other - own) * self.share
    }

    /// The class that most is asked of; `class` where both are asked for the same.
    pub fn label(self) -> u16 {
        if self.share > 0.5 { self.other } else { self.class }
    }

    /// The probability that is asked of each of `classes`, smoothed: `y * (1 - s) + s / classes`.
    pub fn probabilities(self, classes: usize, smoothing: f64) -> impl Iterator<Item = f64> {
        let share = f64::from(self.share);
        let of = move |class: u16, at: usize, share: f64| if usize::from(class) == at { share } else { 0.0 };
        (0..classes).map(move |at| {
            let y = of(self.class, at, 1.0 - share) + of(self.other, at, share);
            y * (1.0 - smoothing) + smoothing / classes as f64
        })
    }
}

/// The targets of a batch, as its network's output needs them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Targets<'a> {
    /// For a sigmoid 0 or 1, or between them where pictures are mixed; for a linear output the value itself.
    Values(&'a [f32]),
    /// For a softmax.
    Classes(&'a [ClassTarget]),
}

impl Targets<'_> {
    /// How many pictures there are.
    pub const fn len(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Classes(classes) => classes.len(),
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
