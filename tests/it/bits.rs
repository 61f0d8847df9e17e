//! The bits of a short training of each preset: what is meant to be the same computation stays the same.
//!
//! *Notebook*'s is that which the program gave before its modules were put in order (November 2026), the other two are of
//! their recipes since these train on less than the crop with one cycle of the learning rate. Whoever changes the
//! arithmetic, the order of random draws or a preset on purpose writes the new sums here and says why in the commit.

use trombine::{
    data::batch::Form,
    engine::{
        Engine, Step,
        cpu::{Convolution, CpuEngine, Isa},
    },
    model::{Weights, init},
    plan::Plan,
    preset::Preset,
    schedule,
};

use crate::training;

/// FNV-1a over names and bits.
fn sum(weights: &Weights) -> u64 {
    let bytes = weights.0.iter().flat_map(|(name, array)| {
        name.bytes().chain(array.data.iter().flat_map(|value| value.to_bits().to_le_bytes())).collect::<Vec<_>>()
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The weights of `preset` after two small batches, on the kernels of `isa`.
fn trained(preset: Preset, isa: Isa) -> u64 {
    let mut settings = preset.settings();
    settings.train.batch_size = 6;
    // As on a large folder: a pass is an epoch, which the schedule of the learning rate goes by.
    settings.train.min_steps_per_epoch = 0;
    let plan = Plan::new(&settings, training::dataset(30)).expect("a plan");
    let mut engine = CpuEngine::with(&plan.engine_config(), isa, Convolution::Winograd).expect("opens");
    engine.set_weights(&init::init(&plan.network, settings.model.initialization, settings.seed.into())).expect("they fit");
    for (index, batch) in (0..2u32).zip(plan.training_batches(Form::Pixels, 0)) {
        let train = &settings.train;
        let rate = train.optimizer.learning_rate;
        let learning_rate = schedule::rate(&train.schedule, rate, index.into(), plan.steps_per_epoch, train.epochs);
        engine.train_batch(&batch.expect("read").view(), Step { index, learning_rate }).expect("trains");
    }
    sum(&engine.weights().expect("gives"))
}

#[test]
fn a_short_training_of_each_preset_gives_the_bits_it_always_gave() {
    let isa = Isa::Avx2;
    if !isa.is_available() {
        return crate::support::skip("machine: AVX2", "the sums are those of AVX2 kernels");
    }
    let sums = [Preset::Quick, Preset::Notebook, Preset::Recommended].map(|preset| format!("{:016x}", trained(preset, isa)));
    assert_eq!(sums, ["f935b96420ff764a", "ac4e6d8e8425b0b2", "acc0b8f643f7a6d5"]);
}
