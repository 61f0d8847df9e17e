//! What the network *is*, for any engine: settings, the list of layers with their shapes, and named weights.

pub mod init;
pub mod layers;
pub mod output;
pub mod summary;
pub mod taken;
pub mod weights;

use serde::{Deserialize, Serialize};

use crate::{
    setting_def::{Scale, SettingDef, SettingDefs, UNITLESS, Value, choice},
    text::say,
};

pub use layers::{Layer, Network, Op, Shape};
pub use output::{CLASSES, Output};
pub use weights::{Tensor, Weights};

/// The network as the user sets it. The default is the notebook's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSettings {
    /// Filters of each convolution block.
    pub filters: Vec<u32>,
    /// Convolutions of each block before its pooling, 1 or 2, all with the block's filters.
    pub convs_per_block: u32,
    pub kernel: KernelSize,
    pub padding: Padding,
    pub activation: Activation,
    pub batch_norm_conv: bool,
    /// What stands between the last block and the dense layers.
    pub pooling: Pooling,
    /// Units of each hidden dense layer.
    pub dense: Vec<u32>,
    pub batch_norm_dense: bool,
    /// Dropout before the output.
    pub dropout: f64,
    /// Dropout after each hidden dense layer but the last.
    pub dropout_dense: f64,
    /// Dropout after each block.
    pub dropout_conv: f64,
    /// L2 factor of the convolutions' kernels, as in Keras: the loss gains `l2 * sum(w^2)`.
    pub l2_conv: f64,
    /// L2 factor of the dense kernels (not the output's), as in Keras.
    pub l2_dense: f64,
    pub initialization: Initialization,
    /// The run whose weights it starts with, as far as they fit; empty for random ones.
    pub start_from: String,
    /// So many of the first blocks keep the weights that they were taken with.
    pub frozen_blocks: u32,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            filters: vec![32, 64, 128, 256],
            convs_per_block: 1,
            kernel: KernelSize::Three,
            padding: Padding::Same,
            activation: Activation::Relu,
            batch_norm_conv: false,
            pooling: Pooling::Flatten,
            dense: vec![256, 128, 64],
            batch_norm_dense: false,
            dropout: 0.5,
            dropout_dense: 0.0,
            dropout_conv: 0.0,
            l2_conv: 1e-4,
            l2_dense: 1e-4,
            initialization: Initialization::GlorotUniform,
            start_from: String::new(),
            frozen_blocks: 0,
        }
    }
}

/// The keys of [`ModelSettings::start_from`] and [`ModelSettings::frozen_blocks`] among all settings.
pub const START_FROM: &str = "model.start_from";
pub const FROZEN_BLOCKS: &str = "model.frozen_blocks";

/// Side of every convolution's kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KernelSize {
    // As the option says it; runs of before say it in words.
    #[serde(rename = "3", alias = "three")]
    Three,
    #[serde(rename = "5", alias = "five")]
    Five,
}

impl KernelSize {
    /// The side in pixels.
    pub const fn side(self) -> usize {
        match self {
            Self::Three => 3,
            Self::Five => 5,
        }
    }
}

/// What a convolution does at the border (Keras's words).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// Zeros around: the map keeps its size.
    Same,
    /// None: the map loses `kernel - 1` pixels.
    Valid,
}

/// The non-linearity after each convolution and each hidden dense layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(x, 0)`; its derivative at 0 is 0, as in PyTorch and TensorFlow.
    Relu,
    /// `x` above zero, [`LEAKY_SLOPE`]` * x` elsewhere.
    LeakyRelu,
    /// `x * Phi(x)` by the error function, not the tanh approximation (PyTorch's default; Hendrycks and Gimpel 2016).
    Gelu,
}

/// Slope of [`Activation::LeakyRelu`] below zero (PyTorch's default).
pub const LEAKY_SLOPE: f32 = 0.01;

/// How maps become a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Every value, channel by channel (PyTorch's order).
    Flatten,
    /// The mean of each channel.
    GlobalAverage,
}

/// How kernels are drawn at the start (Keras's names); biases start at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initialization {
    /// Uniform within `sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio 2010; Keras's default).
    GlorotUniform,
    /// Normal with deviation `sqrt(2 / fan_in)`, cut at two deviations (He et al. 2015; Keras's `he_normal`).
    HeNormal,
}

choice!(KernelSize {
    Three = "3", say("3 × 3", "3 × 3"), say("Fast, and enough in a stack", "Rapide, et suffisant en pile");
    Five = "5", say("5 × 5", "5 × 5"), say("Sees more at once, costs nearly three times as much", "Voit plus large, coûte près de trois fois plus");
});
choice!(Padding {
    Same = "same", say("same", "same"), say("The map keeps its size", "La carte garde sa taille");
    Valid = "valid", say("valid", "valid"), say("The border is cut off", "Le bord est coupé");
});
choice!(Activation {
    Relu = "relu", say("ReLU", "ReLU"), say("The usual choice, and the fastest", "Le choix habituel, et le plus rapide");
    LeakyRelu = "leaky_relu", say("leaky ReLU", "leaky ReLU"), say("Lets a little through below zero, so no unit dies", "Laisse passer un peu sous zéro : aucune unité ne meurt");
    Gelu = "gelu", say("GELU", "GELU"), say("Smooth; slower", "Lisse ; plus lente");
});
choice!(Pooling {
    Flatten = "flatten", say("flatten", "aplatir"), say("Keeps where everything is", "Garde la position de chaque chose");
    GlobalAverage = "global_average", say("global average", "moyenne globale"), say("Far fewer parameters; forgets positions", "Bien moins de paramètres ; oublie les positions");
});
choice!(Initialization {
    GlorotUniform = "glorot_uniform", say("Glorot uniform", "Glorot uniforme"), say("Keras’s default", "Le défaut de Keras");
    HeNormal = "he_normal", say("He normal", "He normale"), say("Made for ReLU", "Conçue pour ReLU");
});

impl SettingDefs for ModelSettings {
    fn setting_defs(&mut self) -> Vec<SettingDef<'_>> {
        let Self {
            filters,
            convs_per_block,
            kernel,
            padding,
            activation,
            batch_norm_conv,
            pooling,
            dense,
            batch_norm_dense,
            dropout,
            dropout_dense,
            dropout_conv,
            l2_conv,
            l2_dense,
            initialization,
            start_from,
            frozen_blocks,
        } = self;
        let any = !dense.is_empty();
        let several = dense.len() > 1;
        let mut defs = layers(filters, convs_per_block, dense, kernel);
        defs.extend(regularization([dropout, l2_conv, l2_dense], any));
        defs.extend(batch_norm(batch_norm_conv, batch_norm_dense, any));
        defs.extend(choices(pooling, activation, padding));
        defs.extend(rarely([dropout_dense, dropout_conv], several, initialization));
        defs.extend(beginning(start_from, frozen_blocks));
        defs
    }
}

/// What the network is made of.
fn layers<'a>(
    filters: &'a mut Vec<u32>,
    convs_per_block: &'a mut u32,
    dense: &'a mut Vec<u32>,
    kernel: &'a mut KernelSize,
) -> Vec<SettingDef<'a>> {
    vec![
        SettingDef::new(
            "filters",
            say("Filters", "Filtres"),
            say(
                "How many patterns each convolution block looks for; each block halves the picture. More filters learn more and cost more; 16 to 256 is usual",
                "Combien de motifs chaque bloc de convolution cherche ; chaque bloc divise l’image par deux. Plus de filtres apprennent plus et coûtent plus ; de 16 à 256 d’ordinaire",
            ),
            Value::List { value: filters, length: 1..=6, range: 8..=512 },
        ),
        SettingDef::new(
            "convs_per_block",
            say("Convolutions per block", "Convolutions par bloc"),
            say(
                "How often each block looks before it halves the picture. With 2 each block has two convolutions with its filters, as in VGG: it sees more complex patterns, and takes about three times as long",
                "Combien de fois chaque bloc regarde avant de diviser l’image par deux. Avec 2, chaque bloc a deux convolutions avec ses filtres, comme dans VGG : il voit des motifs plus complexes, et prend environ trois fois plus de temps",
            ),
            Value::Whole { value: convs_per_block, range: 1..=2, unit: UNITLESS },
        )
        .more(),
        SettingDef::new(
            "dense",
            say("Dense units", "Unités denses"),
            say(
                "The layers that combine what the filters found. Fewer units overfit less; 64 to 512 is usual",
                "Les couches qui combinent ce que les filtres ont trouvé. Moins d’unités surapprennent moins ; de 64 à 512 d’ordinaire",
            ),
            Value::List { value: dense, length: 0..=5, range: 4..=1024 },
        ),
        SettingDef::new(
            "kernel",
            say("Kernel", "Noyau"),
            say(
                "The side of each filter in pixels. Keep 3 unless you know why",
                "Le côté de chaque filtre en pixels. Gardez 3 sauf bonne raison",
            ),
            Value::Choice(kernel),
        ),
    ]
}

/// What keeps it from learning by heart; `any` if there are hidden dense layers.
fn regularization([dropout, l2_conv, l2_dense]: [&mut f64; 3], any: bool) -> Vec<SettingDef<'_>> {
    vec![
        SettingDef::new(
            "dropout",
            say("Dropout", "Dropout"),
            say(
                "The share of units switched off at random before the output while training, against overfitting. Raise it when training is much better than validation; 0.2 to 0.5",
                "La part d’unités éteintes au hasard avant la sortie pendant l’entraînement, contre le surapprentissage. Augmentez si l’entraînement dépasse nettement la validation ; de 0,2 à 0,5",
            ),
            Value::Number { value: dropout, range: 0.0..=0.9, scale: Scale::Linear, unit: UNITLESS },
        ),
        SettingDef::new(
            "l2_conv",
            say("L2 on convolutions", "L2 sur les convolutions"),
            say(
                "Pulls the filters towards zero, against overfitting. 0 to 0.001",
                "Tire les filtres vers zéro, contre le surapprentissage. De 0 à 0,001",
            ),
            Value::Number { value: l2_conv, range: 0.0..=0.1, scale: Scale::Log, unit: UNITLESS },
        ),
        SettingDef::new(
            "l2_dense",
            say("L2 on dense layers", "L2 sur les couches denses"),
            say(
                "Pulls the dense weights towards zero, against overfitting. 0 to 0.001",
                "Tire les poids denses vers zéro, contre le surapprentissage. De 0 à 0,001",
            ),
            Value::Number { value: l2_dense, range: 0.0..=0.1, scale: Scale::Log, unit: UNITLESS },
        )
        .when(any),
    ]
}

fn batch_norm<'a>(batch_norm_conv: &'a mut bool, batch_norm_dense: &'a mut bool, any: bool) -> Vec<SettingDef<'a>> {
    vec![
        SettingDef::new(
            "batch_norm_conv",
            say("Batch norm after conv", "Batch norm après conv"),
            say(
                "Keeps the numbers inside the network in a steady range: learns faster and allows higher rates. Needs batches of 16 or more",
                "Garde les nombres du réseau dans une plage stable : apprend plus vite et permet des taux plus élevés. Demande des lots d’au moins 16",
            ),
            Value::Switch(batch_norm_conv),
        ),
        SettingDef::new(
            "batch_norm_dense",
            say("Batch norm after dense", "Batch norm après dense"),
            say(
                "The notebook’s alternative: a batch normalization after each hidden dense layer, which steadies the training",
                "L’alternative du notebook : une normalisation par lots après chaque couche dense cachée, qui stabilise l’entraînement",
            ),
            Value::Switch(batch_norm_dense),
        )
        .when(any),
    ]
}

/// Which of several ways, behind "More settings".
fn choices<'a>(pooling: &'a mut Pooling, activation: &'a mut Activation, padding: &'a mut Padding) -> Vec<SettingDef<'a>> {
    vec![
        SettingDef::new(
            "pooling",
            say("Before the dense layers", "Avant les couches denses"),
            say(
                "Flatten keeps every position; global average keeps one number for each filter, with far fewer parameters",
                "Aplatir garde chaque position ; la moyenne globale garde un nombre par filtre, avec bien moins de paramètres",
            ),
            Value::Choice(pooling),
        )
        .more(),
        SettingDef::new(
            "activation",
            say("Activation", "Activation"),
            say(
                "What each unit does with its sum. Keep ReLU unless you compare",
                "Ce que chaque unité fait de sa somme. Gardez ReLU sauf pour comparer",
            ),
            Value::Choice(activation),
        )
        .more(),
        SettingDef::new(
            "padding",
            say("Border", "Bord"),
            say(
                "Whether the picture keeps its size through a convolution",
                "Si l’image garde sa taille à travers une convolution",
            ),
            Value::Choice(padding),
        )
        .more(),
    ]
}

/// What it takes over from another run.
fn beginning<'a>(start_from: &'a mut String, frozen_blocks: &'a mut u32) -> [SettingDef<'a>; 2] {
    let taken = !start_from.is_empty();
    [
        SettingDef::new(
            "start_from",
            say("Start from", "Partir de"),
            say(
                "A finished run whose weights it begins with, as far as they fit; the rest is drawn at random. Usually better with few pictures",
                "Un essai terminé dont il reprend les poids au départ, là où ils conviennent ; le reste est tiré au hasard. Souvent mieux avec peu d’images",
            ),
            Value::Run(start_from),
        )
        .more(),
        SettingDef::new(
            "frozen_blocks",
            say("Frozen blocks", "Blocs figés"),
            say(
                "How many of the first blocks keep the weights taken from that run. More is faster and learns less; try 0 first",
                "Combien des premiers blocs gardent les poids repris de cet essai. Plus il y en a, plus c’est rapide, mais moins le réseau apprend ; essayez d’abord 0",
            ),
            Value::Whole { value: frozen_blocks, range: 0..=6, unit: UNITLESS },
        )
        .more()
        .under("start_from", taken),
    ]
}

/// What is rarely changed; `several` if there are several hidden dense layers.
fn rarely<'a>(
    [dropout_dense, dropout_conv]: [&'a mut f64; 2],
    several: bool,
    initialization: &'a mut Initialization,
) -> Vec<SettingDef<'a>> {
    vec![
        SettingDef::new(
            "dropout_dense",
            say("Dropout between dense layers", "Dropout entre couches denses"),
            say(
                "As dropout, after each dense layer but the last. 0 to 0.5",
                "Comme le dropout, après chaque couche dense sauf la dernière. De 0 à 0,5",
            ),
            Value::Number { value: dropout_dense, range: 0.0..=0.9, scale: Scale::Linear, unit: UNITLESS },
        )
        .more()
        .when(several),
        SettingDef::new(
            "dropout_conv",
            say("Dropout after blocks", "Dropout après les blocs"),
            say(
                "As dropout, after each convolution block. 0 to 0.2",
                "Comme le dropout, après chaque bloc de convolution. De 0 à 0,2",
            ),
            Value::Number { value: dropout_conv, range: 0.0..=0.9, scale: Scale::Linear, unit: UNITLESS },
        )
        .more(),
        SettingDef::new(
            "initialization",
            say("Initialization", "Initialisation"),
            say("How the first, random weights are drawn", "Comment les premiers poids sont tirés au hasard"),
            Value::Choice(initialization),
        )
        .more(),
    ]
}
