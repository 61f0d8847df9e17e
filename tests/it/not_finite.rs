//! Weights that give no number give no answer: whichever engine computes, it is said which layer and which file.

use std::{fs, path::Path};

use trombine::{
    engine::{Engine, TtaPredictor, check_finite},
    evaluate::Report,
    model::{Network, Weights},
    problem::Kind,
    run::RunStore,
};

use crate::{
    cli::call,
    engine_cases::{Pictures, config, engines, gpu_is_there, small, weights},
    picture_folder::{Folder, utkface_name},
    scores,
};

/// The weights of `network` with one array full of `value`.
fn with(network: &Network, name: &str, value: f32) -> Weights {
    let mut weights = weights(network, 3);
    weights.0.get_mut(name).expect("the network has it").data.fill(value);
    weights
}

#[test]
fn an_infinite_logit_is_an_error_that_names_the_layer() {
    let config = config(&small(), 24);
    let network = &config.network;
    let pictures = Pictures::random(network, 3, 1);
    for (engine, open) in engines() {
        let ask = |weights: &Weights, mirrored: bool| {
            let mut engine = open(&config);
            engine.set_weights(weights).expect("they are finite");
            TtaPredictor::new(mirrored, 24).logits(&mut *engine as &mut dyn Engine, &pictures.pixels, &mut [0.0; 3])
        };
        ask(&weights(network, 3), true).unwrap_or_else(|problem| panic!("{engine}: {problem}"));
        for (arrays, layer) in [(["dense1.weight", "dense2.weight"], "dense2"), (["dense2.weight", "output.weight"], "output")] {
            let mut bad = weights(network, 3);
            // Each fits an f32, one behind the other does not.
            arrays.iter().for_each(|name| bad.0.get_mut(*name).expect("the network has it").data.fill(1e30));
            for mirrored in [false, true] {
                let problem = ask(&bad, mirrored).expect_err(engine);
                assert_eq!(problem.kind, Kind::Diverged, "{engine}: {problem}");
                assert!(problem.what.en.contains(&format!("the layer {layer} overflow")), "{engine}: {problem}");
            }
        }
    }
}

/// Behind another hidden layer ReLU makes 0 of what is no number: no engine sees it in the logit.
#[test]
fn an_overflow_that_no_logit_shows_is_found_in_the_weights() {
    let network = &config(&small(), 24).network;
    check_finite(network, &weights(network, 3)).expect("they are finite");
    let problem = check_finite(network, &with(network, "dense1.weight", 3e38)).expect_err("it overflows");
    assert!(problem.what.en.contains("the layer dense1 overflow"), "{problem}");
}

#[test]
fn a_negative_variance_is_refused_by_every_engine() {
    let model = trombine::model::ModelSettings { batch_norm_conv: true, batch_norm_dense: true, ..small() };
    let config = config(&model, 24);
    for (engine, open) in engines() {
        for name in ["bn1.running_var", "dense_bn1.running_var"] {
            let problem = open(&config).set_weights(&with(&config.network, name, -1.0)).expect_err(engine);
            assert!(problem.kind == Kind::File && problem.what.en.contains(&format!("{name} holds a negative")), "{problem}");
        }
    }
}

/// Trains a small run on `pictures`; gives its folder.
fn trained(home: &Path, pictures: &str) -> trombine::run::Run {
    let small = ["--set=augment.crop=48", "--set=model.filters=8", "--set=model.dense=4", "--set=model.batch_norm_conv=true"];
    let (status, _, err) = call(home, &[&["train", "--data", pictures, "--device=cpu", "--epochs=1"], &small[..]].concat());
    assert_eq!(status, 0, "{err}");
    RunStore::at(home).find("last").expect("a run")
}

#[test]
fn bad_weights_are_no_answer_and_nothing_is_written() {
    let folder = Folder::utkface(40);
    let (home, pictures, csv) = (folder.beside("home"), folder.root(), folder.beside("out.csv"));
    let pictures = pictures.to_str().expect("UTF-8");
    let run = trained(&home, pictures);
    let good = Weights::load(&run.best_path()).expect("weights");
    let files = || ["report.json", "run.json"].map(|name| fs::read(run.folder.join(name)).expect("a file"));
    let before = files();
    // Of what is in the checkpoint too, the good ones would be taken.
    fs::remove_dir_all(run.checkpoint_path().parent().expect("a folder")).expect("removed");
    let mut devices = vec!["cpu", "candle"];
    if gpu_is_there() {
        devices.push("gpu");
    }
    for (array, value, what) in
        [("dense1.weight", 3e38, "the layer dense1 overflow"), ("bn1.running_var", -1.0, "negative variance")]
    {
        let mut bad = good.clone();
        bad.0.get_mut(array).expect("the network has it").data.fill(value);
        bad.save(&run.best_path()).expect("written");
        for device in &devices {
            let out = csv.to_str().expect("UTF-8");
            let photo = folder.root().join(utkface_name(0));
            let predict = |path| ["predict", "last", path, "--csv", out, "--device", device];
            let evaluate = ["evaluate", "last", "--device", device];
            for arguments in [&evaluate[..], &predict(pictures), &predict(photo.to_str().expect("UTF-8"))] {
                let (status, _, err) = call(&home, arguments);
                assert_eq!(status, 1, "{arguments:?}: {err}");
                assert!(err.contains("best.safetensors") && err.contains(what), "{arguments:?}: {err}");
            }
            assert!(!csv.exists() && files() == before, "{device}: something was written");
        }
    }
}

#[test]
fn a_report_with_an_impossible_threshold_or_temperature_is_not_read() {
    let good = serde_json::to_value(scores::report()).expect("JSON");
    assert!(serde_json::from_value::<Report>(good.clone()).is_ok());
    for (key, value) in [("threshold", 1.5), ("threshold", -0.1), ("temperature", 0.0), ("temperature", -1.0)] {
        let mut bad = good.clone();
        bad[key] = value.into();
        assert!(serde_json::from_value::<Report>(bad).is_err(), "{key} {value}");
    }
}
