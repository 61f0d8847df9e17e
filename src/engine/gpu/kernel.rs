//! The kernels: one WGSL file each, with what several share in files of their own.

use crate::model::LEAKY_SLOPE;

/// A kernel; `kernels/<name>.wgsl` says what it computes, how it is tiled and which bytes it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kernel {
    Crop,
    ConvForward,
    ConvDataGradient,
    ConvWeightGradient,
    DenseReduce,
    VectorNorm,
    VectorNormGradient,
    NormMoments,
    NormReduce,
    NormPool,
    NormSums,
    NormGradientReduce,
    NormGradient,
    MapToVector,
    MapToVectorGradient,
    Loss,
    SoftmaxLoss,
    Score,
    Update,
    Total,
}

/// Values of a kernel's override constants.
pub type Constants = Vec<(&'static str, f64)>;

const FULL: &str = include_str!("kernels/full.wgsl");
const HALF: &str = include_str!("kernels/half.wgsl");
const COMMON: &str = include_str!("kernels/common.wgsl");
const ACTIVATION: &str = include_str!("kernels/activation.wgsl");
const POOL: &str = include_str!("kernels/pool.wgsl");
const ARGMAX: &str = include_str!("kernels/argmax.wgsl");
const BACKWARD_MASK: &str = include_str!("kernels/backward_mask.wgsl");
const TILE: &str = include_str!("kernels/tile.wgsl");
const INPUT: &str = include_str!("kernels/input.wgsl");
const RANGE: &str = include_str!("kernels/range.wgsl");
const LOG_1_PLUS: &str = include_str!("kernels/log1p.wgsl");
const SPLITS: &str = include_str!("kernels/splits.wgsl");

impl Kernel {
    /// Its file's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crop => "crop",
            Self::ConvForward => "conv_forward",
            Self::ConvDataGradient => "conv_data_gradient",
            Self::ConvWeightGradient => "conv_weight_gradient",
            Self::DenseReduce => "dense_reduce",
            Self::VectorNorm => "vector_norm",
            Self::VectorNormGradient => "vector_norm_gradient",
            Self::NormMoments => "norm_moments",
            Self::NormReduce => "norm_reduce",
            Self::NormPool => "norm_pool",
            Self::NormSums => "norm_sums",
            Self::NormGradientReduce => "norm_gradient_reduce",
            Self::NormGradient => "norm_gradient",
            Self::MapToVector => "map_to_vector",
            Self::MapToVectorGradient => "map_to_vector_gradient",
            Self::Loss => "loss",
            Self::SoftmaxLoss => "softmax_loss",
            Self::Score => "score",
            Self::Update => "update",
            Self::Total => "total",
        }
    }

    /// Whether it reads the layer's uniform; the loss of one output and the score are the same for all networks.
    pub const fn reads_layer(self) -> bool {
        !matches!(self, Self::Loss | Self::Score)
    }

    /// Its whole source: shared parts, then its own file. `half` keeps maps as f16.
    pub fn source(self, half: bool) -> String {
        let (shared, own): (&[&str], &str) = match self {
            Self::Crop => (&[], include_str!("kernels/crop.wgsl")),
            Self::ConvForward => (&[INPUT, ACTIVATION, POOL, TILE], include_str!("kernels/conv_forward.wgsl")),
            Self::ConvDataGradient => {
                (&[ACTIVATION, ARGMAX, BACKWARD_MASK, TILE], include_str!("kernels/conv_data_gradient.wgsl"))
            }
            Self::ConvWeightGradient => (&[INPUT, ACTIVATION, ARGMAX, TILE], include_str!("kernels/conv_weight_gradient.wgsl")),
            Self::DenseReduce => (&[ACTIVATION], include_str!("kernels/dense_reduce.wgsl")),
            Self::VectorNorm => (&[ACTIVATION], include_str!("kernels/vector_norm.wgsl")),
            Self::VectorNormGradient => (&[ACTIVATION], include_str!("kernels/vector_norm_gradient.wgsl")),
            Self::NormMoments => (&[RANGE], include_str!("kernels/norm_moments.wgsl")),
            Self::NormReduce => (&[SPLITS], include_str!("kernels/norm_reduce.wgsl")),
            Self::NormPool => (&[ACTIVATION, POOL, ARGMAX], include_str!("kernels/norm_pool.wgsl")),
            Self::NormSums => (&[ACTIVATION, ARGMAX, RANGE], include_str!("kernels/norm_sums.wgsl")),
            Self::NormGradientReduce => (&[SPLITS], include_str!("kernels/norm_gradient_reduce.wgsl")),
            Self::NormGradient => (&[ACTIVATION, ARGMAX], include_str!("kernels/norm_gradient.wgsl")),
            Self::MapToVector => (&[], include_str!("kernels/map_to_vector.wgsl")),
            Self::MapToVectorGradient => {
                (&[ACTIVATION, ARGMAX, BACKWARD_MASK], include_str!("kernels/map_to_vector_gradient.wgsl"))
            }
            Self::Loss => (&[LOG_1_PLUS], include_str!("kernels/loss.wgsl")),
            Self::SoftmaxLoss => (&[LOG_1_PLUS], include_str!("kernels/softmax_loss.wgsl")),
            Self::Score => (&[], include_str!("kernels/score.wgsl")),
            Self::Update => (&[], include_str!("kernels/update.wgsl")),
            Self::Total => (&[], include_str!("kernels/total.wgsl")),
        };
        let mut source = if half { HALF } else { FULL }.to_owned();
        source.push_str(COMMON);
        // Used by what `activation.wgsl` is a part of.
        source.push_str(&format!("const LEAK: f32 = {LEAKY_SLOPE:?};\n"));
        shared.iter().for_each(|part| source.push_str(part));
        source.push_str(own);
        source
    }
}
