//! The network's description: first weights, files of weights, the layer table.

use std::path::Path;

use safetensors::{Dtype, tensor::TensorView};
use trombine::{
    model::{Initialization, ModelSettings, Network, Output, Padding, Tensor, Weights, init::init, summary},
    optimizer::OptimizerState,
    problem::{Kind, Problem},
    run::checkpoint::{Checkpoint, Position},
    text::Lang,
};

fn notebook() -> Network {
    Network::new(&ModelSettings::default(), 112).expect("the default can be built")
}

fn small() -> Network {
    let settings = ModelSettings { filters: vec![8, 8], dense: vec![4], batch_norm_conv: true, ..ModelSettings::default() };
    Network::new(&settings, 12).expect("a small network can be built")
}

/// Smallest, largest, mean and deviation.
fn spread(array: &Tensor) -> (f64, f64, f64, f64) {
    let values: Vec<f64> = array.data.iter().map(|v| f64::from(*v)).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (values.iter().copied().fold(f64::MAX, f64::min), values.iter().copied().fold(f64::MIN, f64::max), mean, variance.sqrt())
}

#[test]
fn glorot_uniform_has_kerass_limits() {
    let weights = init(&notebook(), Initialization::GlorotUniform, 42);
    // sqrt(6 / (9 * 128 + 9 * 256)), and a uniform's deviation is limit / sqrt(3)
    let limit: f64 = (6.0f64 / 3456.0).sqrt();
    let (low, high, mean, deviation) = spread(&weights.0["conv4.weight"]);
    assert!(low >= -limit && low < -0.999 * limit && high <= limit && high > 0.999 * limit, "{low} {high} {limit}");
    assert!(mean.abs() < 0.01 * limit && (deviation * 3f64.sqrt() / limit - 1.0).abs() < 0.01, "{mean} {deviation}");
    assert!(weights.0["conv4.bias"].data.iter().all(|v| *v == 0.0));
}

#[test]
fn he_normal_is_cut_at_two_deviations_and_keeps_its_own() {
    let weights = init(&notebook(), Initialization::HeNormal, 42);
    // keras.initializers.HeNormal: stddev = sqrt(2 / fan_in) / .87962566103423978, values within two of it
    let wanted: f64 = (2.0f64 / 12_544.0).sqrt();
    let cut = 2.0 * wanted / 0.879_625_661_034_239_8;
    let (low, high, mean, deviation) = spread(&weights.0["dense1.weight"]);
    assert!(low >= -cut && low < -0.99 * cut && high <= cut && high > 0.99 * cut, "{low} {high} {cut}");
    assert!(mean.abs() < 0.01 * wanted && (deviation / wanted - 1.0).abs() < 0.01, "{deviation} {wanted}");
}

#[test]
fn the_seed_decides_the_first_weights_array_by_array() {
    let first = init(&notebook(), Initialization::GlorotUniform, 1);
    assert_eq!(first, init(&notebook(), Initialization::GlorotUniform, 1));
    let other = init(&notebook(), Initialization::GlorotUniform, 2);
    assert_ne!(first.0["conv1.weight"], other.0["conv1.weight"]);
    let settings = ModelSettings { dense: vec![256, 128, 32], ..ModelSettings::default() };
    let narrower = init(&Network::new(&settings, 112).expect("can be built"), Initialization::GlorotUniform, 1);
    assert_eq!(first.0["dense2.weight"], narrower.0["dense2.weight"]);
    assert_ne!(first.0["conv2.weight"].data[..50], first.0["conv3.weight"].data[..50]);
}

#[test]
fn weights_survive_a_file_and_fit_their_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("best.safetensors");
    let weights = init(&small(), Initialization::HeNormal, 3);
    weights.save(&path).expect("can be written");
    weights.save(&path).expect("can be written over");
    let back = Weights::load(&path).expect("can be read");
    assert_eq!(weights, back);
    back.check(&small()).expect("fits");
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("readable").flatten().map(|f| f.file_name()).collect();
    assert_eq!(files, ["best.safetensors"], "nothing is left beside it");
}

#[test]
fn foreign_and_damaged_weights_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    let whole = init(&small(), Initialization::GlorotUniform, 3).to_bytes().expect("bytes");
    let versioned = String::from_utf8_lossy(&whole).contains("\"trombine\":\"1\"");
    assert!(versioned, "the version is in the header");
    for (bytes, word) in [
        (b"not weights at all".to_vec(), "damaged"),
        (Vec::new(), "damaged"),
        (whole[..whole.len() - 1].to_vec(), "damaged"),
        (
            whole.windows(14).position(|w| w == b"\"trombine\":\"1\"").map_or(Vec::new(), |at| {
                let mut bytes = whole.clone();
                bytes[at + 12] = b'9';
                bytes
            }),
            "newer",
        ),
    ] {
        std::fs::write(&path, bytes).expect("written");
        let problem = Weights::load(&path).expect_err("refused");
        assert_eq!(problem.kind, Kind::File);
        assert!(problem.what.en.contains(word), "{problem}");
    }
    assert_eq!(Weights::load(&folder.path().join("gone")).expect_err("gone").kind, Kind::Data);
}

/// Whatever bit of a file of weights or of a checkpoint is another: it is refused, or says nothing else.
#[test]
fn no_flipped_bit_of_weights_or_of_a_checkpoint_changes_what_they_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.safetensors");
    let weights = init(&small(), Initialization::HeNormal, 3);
    let checkpoint = Checkpoint {
        position: Position { epoch: 3, seconds: 1.5, best_epoch: Some(2), ..Position::default() },
        weights: weights.clone(),
        optimizer: OptimizerState::default(),
        best: Some(weights.clone()),
        statistics: None,
        event_log: None,
        settings: None,
    };
    let same_weights = |path: &Path| Weights::load(path).map(|read| read == weights);
    let same_checkpoint = |path: &Path| Checkpoint::load(path).map(|read| read == checkpoint);
    weights.save(&path).expect("written");
    let of_weights = std::fs::read(&path).expect("read");
    checkpoint.save(&path).expect("written");
    let of_checkpoint = std::fs::read(&path).expect("read");
    for _ in 0..8 {
        assert!(weights.to_bytes().expect("bytes") == of_weights, "the same weights are the same bytes");
        checkpoint.save(&path).expect("written");
        assert!(std::fs::read(&path).expect("read") == of_checkpoint, "and so are checkpoints");
    }
    type Same<'a> = &'a dyn Fn(&Path) -> Result<bool, Problem>;
    let sames: [Same<'_>; 2] = [&same_weights, &same_checkpoint];
    for (good, same) in [of_weights, of_checkpoint].into_iter().zip(sames) {
        let header = 8 + u64::from_le_bytes(*good.first_chunk().expect("a length")) as usize;
        let data = (0..40).map(|i| header + i * (good.len() - header - 1) / 39);
        let mut refused = 0;
        for at in (0..header).step_by(3).chain(data) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            std::fs::write(&path, bad).expect("written");
            match same(&path) {
                Ok(same) => assert!(same, "byte {at} of {}", good.len()),
                Err(problem) => refused += usize::from(problem.kind == Kind::File),
            }
        }
        assert!(refused > header / 3 + 30, "{refused} of {} refused", header / 3 + 40);
    }
    // Another program's file has no checksum, and is read.
    let bytes = [1.0f32, 2.0].map(f32::to_le_bytes).concat();
    let view = TensorView::new(Dtype::F32, vec![2], &bytes).expect("fits");
    std::fs::write(&path, safetensors::serialize([("a", view)], None).expect("bytes")).expect("written");
    assert_eq!(Weights::load(&path).expect("read").0["a"].data, [1.0, 2.0]);
}

#[test]
fn weights_that_do_not_fit_say_which_array() {
    let good = init(&small(), Initialization::GlorotUniform, 3);
    let spoilt = |spoil: &dyn Fn(&mut Weights)| {
        let mut weights = good.clone();
        spoil(&mut weights);
        weights.check(&small()).expect_err("does not fit").what.en
    };
    let missing = spoilt(&|w| drop(w.0.remove("bn2.running_var")));
    assert!(missing.contains("bn2.running_var is missing"), "{missing}");
    let shape = spoilt(&|w| drop(w.0.insert("conv2.weight".into(), Tensor::zeros(vec![8, 8, 5, 5]))));
    assert!(shape.contains("conv2.weight has the shape [8, 8, 5, 5] instead of [8, 8, 3, 3]"), "{shape}");
    let extra = spoilt(&|w| drop(w.0.insert("dense9.bias".into(), Tensor::zeros(vec![1]))));
    assert!(extra.contains("dense9.bias does not belong"), "{extra}");
    let nan = spoilt(&|w| w.0.get_mut("output.bias").expect("there").data[0] = f32::NAN);
    assert!(nan.contains("output.bias holds values that are not numbers"), "{nan}");
}

#[test]
fn the_output_decides_the_last_layer_alone() {
    let network = |output| Network::with_output(&ModelSettings::default(), 112, output);
    assert_eq!(network(Output::Sigmoid), Ok(notebook()));
    for (output, units, word) in [
        (Output::Softmax { classes: 2 }, 2, "softmax"),
        (Output::Softmax { classes: 200 }, 200, "softmax"),
        (Output::Linear, 1, "linear"),
    ] {
        let network = network(output).expect("can be built");
        let (layers, same) = (network.layers.len(), notebook().layers);
        assert_eq!(network.layers[..layers - 1], same[..layers - 1]);
        let last: Vec<_> = network.layers[layers - 1].parameters().into_iter().map(|p| (p.name, p.shape)).collect();
        assert_eq!(last, [("output.weight".to_owned(), vec![units, 64]), ("output.bias".to_owned(), vec![units])]);
        let row = summary::rows(&network).pop().expect("a row");
        assert_eq!((row.what.en, row.output.channels), (format!("dense {units} · {word}"), units));
        let weights = init(&network, Initialization::GlorotUniform, 42);
        // sqrt(6 / (64 + units)) is Keras's limit.
        let limit = (6.0 / (64 + units) as f64).sqrt();
        let (low, high, ..) = spread(&weights.0["output.weight"]);
        assert!(low >= -limit && high <= limit && high > 0.9 * limit, "{output:?}: {low} {high} {limit}");
        assert_eq!(weights.0["dense1.weight"], init(&notebook(), Initialization::GlorotUniform, 42).0["dense1.weight"]);
        assert!(weights.check(&network).is_ok() && (units == 1) == weights.check(&notebook()).is_ok());
        let json = serde_json::to_string(&network).expect("writes");
        assert_eq!(serde_json::from_str::<Network>(&json).expect("reads"), network);
    }
    for classes in [0, 1, 201] {
        let problem = network(Output::Softmax { classes }).expect_err("not so many");
        assert!(problem.what.en.contains(&format!("here are {classes}")) && problem.kind == Kind::Settings, "{problem}");
    }
}

#[test]
fn a_block_of_two_convolutions_is_vggs() {
    let settings = ModelSettings { filters: vec![8, 16], dense: vec![4], convs_per_block: 2, ..ModelSettings::default() };
    let with = |change: &dyn Fn(&mut ModelSettings), side| {
        let mut settings = settings.clone();
        change(&mut settings);
        Network::new(&settings, side)
    };
    let network = with(&|_| {}, 97).expect("can be built");
    let names: Vec<_> = network.layers.iter().map(|layer| layer.name.as_str()).collect();
    let block = ["conv1", "conv_act1", "conv1b", "conv_act1b", "pool1"];
    assert_eq!(names[..5], block);
    let normal = with(&|settings| (settings.batch_norm_conv, settings.dropout_conv) = (true, 0.1), 97).expect("can be built");
    let names: Vec<_> = normal.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names[..8], ["conv1", "bn1", "conv_act1", "conv1b", "bn1b", "conv_act1b", "pool1", "conv_dropout1"]);
    let rows = summary::rows(&network);
    let table: Vec<_> =
        rows.iter().map(|r| (r.name.as_str(), r.what.en.as_str(), r.output_text(Lang::En), r.parameters)).collect();
    let row = |name, what, output: &str, n| (name, what, output.to_owned(), n);
    assert_eq!(
        table[..4],
        [
            row("conv1", "conv 3×3, 8 · ReLU", "97 × 97 × 8", 8 * 27 + 8),
            row("conv1b", "conv 3×3, 8 · ReLU · max-pool", "48 × 48 × 8", 8 * 72 + 8),
            row("conv2", "conv 3×3, 16 · ReLU", "48 × 48 × 16", 16 * 72 + 16),
            row("conv2b", "conv 3×3, 16 · ReLU · max-pool", "24 × 24 × 16", 16 * 144 + 16),
        ]
    );
    assert_eq!(rows.iter().map(|r| r.parameters).sum::<usize>(), network.trained_values());
    assert_eq!(rows.iter().map(|r| r.flops).sum::<u64>(), network.flops());
    // 20 pixels lose 4 and are halved to 8, these lose 4 and are halved to 2; of 5 one would be left, too few to halve.
    let valid = |settings: &mut ModelSettings| settings.padding = Padding::Valid;
    let pooled = with(&valid, 20).expect("can be built").layers.into_iter().rfind(|layer| layer.name == "pool2").expect("there");
    assert_eq!((pooled.output.height, pooled.output.width), (2, 2));
    assert!(with(&valid, 16).is_ok());
    for (side, left) in [(15, 5), (11, 3), (8, 2)] {
        let problem = with(&valid, side).expect_err("nothing would be left");
        assert!(problem.what.en.contains(&format!("Block 2 would get a map of {left} × {left} pixels")), "{problem}");
        assert_eq!(problem.setting.as_deref(), Some("model.filters"));
    }
    // Settings of before have one.
    let before: ModelSettings = serde_json::from_str("{\"filters\":[8,16]}").expect("reads");
    assert_eq!(before.convs_per_block, 1);
}

#[test]
fn the_layer_table_is_the_notebooks() {
    let rows = summary::rows(&notebook());
    let table: Vec<_> = rows.iter().map(|r| (r.what.en.as_str(), r.output_text(Lang::En), r.parameters)).collect();
    // keras.Model.summary() of the notebook's network on 112x112 gives the same parameters, 3,641,153 in all.
    let wanted = [
        ("conv 3×3, 32 · ReLU · max-pool", "56 × 56 × 32", 896),
        ("conv 3×3, 64 · ReLU · max-pool", "28 × 28 × 64", 18_496),
        ("conv 3×3, 128 · ReLU · max-pool", "14 × 14 × 128", 73_856),
        ("conv 3×3, 256 · ReLU · max-pool", "7 × 7 × 256", 295_168),
        ("flatten", "12,544", 0),
        ("dense 256 · ReLU", "256", 3_211_520),
        ("dense 128 · ReLU", "128", 32_896),
        ("dense 64 · ReLU · dropout 0.5", "64", 8_256),
        ("dense 1 · sigmoid", "1", 65),
    ];
    let wanted: Vec<_> = wanted.into_iter().map(|(what, output, n)| (what, output.to_owned(), n)).collect();
    assert_eq!(table, wanted);
    assert_eq!(rows.iter().map(|r| r.parameters).sum::<usize>(), notebook().trained_values());
    assert_eq!(rows.iter().map(|r| r.flops).sum::<u64>(), notebook().flops());
    assert_eq!(rows[7].what.fr, "dense 64 · ReLU · dropout 0,5");
    // 2 * 9 * (3*32*112^2 + 32*64*56^2 + 64*128*28^2 + 128*256*14^2) + 2 * (12544*256 + 256*128 + 128*64 + 64)
    assert_eq!(notebook().flops(), 374_997_120);
    // 3.64 M parameters with gradient, m and v, and 32 pictures of about 187,000 values and as many gradients
    let memory = summary::step_memory(&notebook(), 32, 2);
    assert!((90_000_000..120_000_000).contains(&memory), "{memory}");
}
