//! A run from a run: what is taken over, how it then learns on every engine, and that it needs the other run no more.

use trombine::{
    control::Control,
    data::{sample::Part, task::Task},
    engine::{Engine, EngineConfig, Step, cpu::CpuEngine, reference::ReferenceEngine},
    model::{KernelSize, ModelSettings, Network, Output, Pooling, Weights, taken::Taken},
    optimizer::{OptimizerKind, OptimizerSettings},
    plan::Plan,
    problem::Problem,
    run::{
        Run, RunStatus, RunStore,
        export::{ExportOptions, Format, export},
    },
    settings::Settings,
    text::Lang,
    worker::{self, Command, Event, ResumeOptions},
};

use crate::{
    cli,
    engine_cases::{Pictures, assert_close, config, engines, small, step, weights},
    training::{dataset, settings},
};

/// All that has a memory or a mask, so that what is frozen has something to lose.
fn everything() -> ModelSettings {
    ModelSettings { batch_norm_conv: true, batch_norm_dense: true, dropout: 0.3, dropout_conv: 0.1, ..small() }
}

/// Everything that the first `frozen` blocks hold.
fn of_blocks(weights: &Weights, frozen: usize) -> Weights {
    let belongs = |name: &str| {
        (1..=frozen)
            .any(|n| ["conv", "bn"].iter().any(|kind| [".", "b."].iter().any(|end| name.starts_with(&format!("{kind}{n}{end}")))))
    };
    Weights(weights.0.iter().filter(|(name, _)| belongs(name)).map(|(name, array)| (name.clone(), array.clone())).collect())
}

/// Steps with frozen blocks and layers at a tenth of the rate: as the reference makes them, and what is frozen keeps its bits.
#[test]
fn frozen_blocks_and_slow_layers_learn_as_the_reference_s() {
    use OptimizerKind::{Adam, AdamW, Nadam, RmsProp, Sgd};
    let cases = [(Adam, 1, 0.0), (AdamW, 1, 0.05), (AdamW, 2, 0.0), (Nadam, 1, 0.0), (RmsProp, 0, 0.05), (Sgd, 1, 0.0)];
    let variants = cases.into_iter().flat_map(|case| [(case, true, 1), (case, false, 1), (case, true, 2), (case, false, 2)]);
    // Of two convolutions a block it is the same for every optimizer.
    for ((kind, frozen, global_clipnorm), batch_norm, convs_per_block) in
        variants.filter(|((kind, ..), _, n)| *n == 1 || *kind == AdamW)
    {
        let model = ModelSettings { batch_norm_conv: batch_norm, convs_per_block, ..everything() };
        let optimizer = OptimizerSettings { kind, epsilon: 1e-3, global_clipnorm, use_ema: frozen == 2, ..Default::default() };
        let mut config = EngineConfig { optimizer, ..config(&model, 12) };
        let slow = ["conv1", "bn1", "conv1b", "bn1b", "conv2", "bn2", "dense1"].map(str::to_owned);
        config.network.set_rates(&slow, 0.1, frozen);
        let first = weights(&config.network, 4);
        // Plain gradients want larger steps, so that a wrong factor shows.
        let at = |index| Step { index, learning_rate: if kind == Sgd { 0.1 } else { 1e-3 } };
        let run = |engine: &mut dyn Engine| {
            engine.set_weights(&first).expect("they fit");
            let losses: Vec<f64> = (0..4)
                .map(|i| {
                    let pictures = Pictures::random(&config.network, 8, u64::from(i));
                    let score = engine.train_batch(&pictures.batch(), at(i)).expect("trains");
                    score.loss + score.penalty
                })
                .collect();
            (losses, engine.weights().expect("gives"), engine.optimizer_state().expect("gives"))
        };
        let (true_losses, true_weights, true_state) = run(&mut ReferenceEngine::new(&config));
        assert_ne!(true_weights.0["dense2.weight"], first.0["dense2.weight"]);
        for (name, open) in engines() {
            let what = format!("{name}, {kind:?}, {frozen} frozen, batch norm {batch_norm}, {convs_per_block} a block");
            let mut engine = open(&config);
            let (losses, weights, state) = run(&mut *engine);
            for (a, b) in losses.iter().zip(&true_losses) {
                assert!((a - b).abs() < 5e-4 * b, "{what}: losses {losses:?} instead of {true_losses:?}");
            }
            assert_close(&weights, &true_weights, 1e-3, &what);
            assert_eq!(of_blocks(&weights, frozen), of_blocks(&first, frozen), "{what}: not a bit of what is frozen moves");
            assert!(of_blocks(&state.slots, frozen).0.is_empty(), "{what}: nothing is remembered of it");
            assert_eq!(state.slots.0.keys().collect::<Vec<_>>(), true_state.slots.0.keys().collect::<Vec<_>>(), "{what}");
            engine.set_optimizer_state(&state).expect("comes back");
            // Nor are there gradients of it.
            let pictures = Pictures::random(&config.network, 8, 9);
            let (_, gradients) = engine.gradients(&pictures.batch(), step(9)).expect("gradients");
            assert!(of_blocks(&gradients, frozen).0.is_empty(), "{what}");
            // Between steps it is judged with what normalizes then, and goes on as if nothing had been.
            let mut logits = vec![0.0; 8];
            engine.predict(&pictures.pixels, &mut logits).expect("predicts");
            let mut label = ReferenceEngine::new(&config);
            label.set_weights(&weights).expect("they fit");
            let mut theirs = vec![0.0; 8];
            label.predict(&pictures.pixels, &mut theirs).expect("predicts");
            assert!(
                logits.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-4 * b.abs().max(1.0)),
                "{what}: {logits:?} and {theirs:?}"
            );
        }
    }
}

/// A step of a layer at a tenth of the rate is a tenth of its step.
#[test]
fn a_tenth_of_the_rate_is_a_tenth_of_the_step() {
    use OptimizerKind::{Adam, AdamW, Nadam, RmsProp, Sgd};
    for kind in [Adam, AdamW, Nadam, RmsProp, Sgd] {
        let optimizer = OptimizerSettings { kind, ..Default::default() };
        let full = EngineConfig { optimizer, ..config(&small(), 12) };
        let mut slow = full.clone();
        slow.network.set_rates(&["dense1".to_owned()], 0.1, 0);
        let first = weights(&full.network, 4);
        let pictures = Pictures::random(&full.network, 8, 1);
        let after = |config: &EngineConfig| {
            let mut engine = ReferenceEngine::new(config);
            engine.set_weights(&first).expect("they fit");
            engine.train_batch(&pictures.batch(), step(0)).expect("trains");
            engine.weights().expect("gives")
        };
        let (full, slow) = (after(&full), after(&slow));
        for (name, array) in slow.iter() {
            let factor = if name.starts_with("dense1.") { 0.1 } else { 1.0 };
            for (i, after) in array.data.iter().enumerate() {
                let (before, whole) = (f64::from(first.0[name].data[i]), f64::from(full.0[name].data[i]));
                let wanted = before + factor * (whole - before);
                assert!((f64::from(*after) - wanted).abs() < 2e-7, "{kind:?}, {name}: {after} instead of {wanted}");
            }
        }
    }
}

fn network(change: impl Fn(&mut ModelSettings), side: usize, output: Output) -> Network {
    let mut model = ModelSettings { filters: vec![8, 16, 16], dense: vec![12, 6], ..Default::default() };
    change(&mut model);
    Network::with_output(&model, side, output).expect("it can be built")
}

#[test]
fn what_fits_is_taken_from_the_first_layer_on() {
    let old = network(|_| {}, 64, Output::Sigmoid);
    let of = |new: &Network, same| Taken::of(new, &old, same);
    let all = of(&old, true);
    assert_eq!((all.blocks, all.dense, all.output, all.layers.len()), ([3, 3], [2, 2], true, 6));
    // Another question has a head of its own, also with as many classes.
    let other = of(&old, false);
    assert_eq!((other.blocks, other.dense, other.output, other.layers.len()), ([3, 3], [2, 2], false, 5));
    let several = of(&network(|_| {}, 64, Output::Softmax { classes: 4 }), true);
    assert_eq!((several.blocks, several.dense, several.output), ([3, 3], [2, 2], false));
    // Pictures of another size: what comes behind the flattened map is about other numbers.
    let larger = of(&network(|_| {}, 96, Output::Sigmoid), true);
    assert_eq!((larger.blocks, larger.dense, larger.output), ([3, 3], [0, 2], false));
    assert_eq!(larger.layers, ["conv1", "conv2", "conv3"]);
    // The mean of each channel is the same number of numbers at any size.
    let average = |model: &mut ModelSettings| model.pooling = Pooling::GlobalAverage;
    let (small, large) = (network(average, 64, Output::Sigmoid), network(average, 96, Output::Sigmoid));
    assert!(Taken::of(&large, &small, true).output);
    // Wider from the second block on; more and fewer blocks.
    let wider = of(&network(|model| model.filters = vec![8, 24, 16], 64, Output::Sigmoid), true);
    assert_eq!((wider.blocks, wider.dense), ([1, 3], [0, 2]));
    let deeper = of(&network(|model| model.filters = vec![8, 16, 16, 16], 64, Output::Sigmoid), true);
    assert_eq!((deeper.blocks, deeper.dense), ([3, 4], [0, 2]));
    let shorter = of(&network(|model| model.dense = vec![12], 64, Output::Sigmoid), true);
    assert_eq!((shorter.dense, shorter.output), ([1, 1], false));
    // Another kernel, or batch norm that the other has not: nothing.
    for change in
        [|model: &mut ModelSettings| model.kernel = KernelSize::Five, |model: &mut ModelSettings| model.batch_norm_conv = true]
    {
        assert_eq!(of(&network(change, 64, Output::Sigmoid), true).layers.len(), 0);
    }
    // A block of two convolutions is taken as a whole.
    let two = |model: &mut ModelSettings| model.convs_per_block = 2;
    let double = network(two, 64, Output::Sigmoid);
    let all = Taken::of(&double, &double, true);
    assert_eq!((all.blocks, all.dense, all.output, all.layers.len()), ([3, 3], [2, 2], true, 9));
    assert_eq!(all.layers[..4], ["conv1", "conv1b", "conv2", "conv2b"]);
    assert_eq!((of(&double, true).blocks, of(&double, true).layers.len()), ([0, 3], 0));
    assert_eq!(Taken::of(&old, &double, true).layers.len(), 0);
    // Batch norm's arrays come with their layer.
    let normal = network(|model| model.batch_norm_conv = true, 64, Output::Sigmoid);
    let taken = Taken::of(&normal, &normal, true);
    let weights = weights(&normal, 3);
    assert_eq!(taken.weights(&weights), weights);
}

/// Two short epochs on two threads, and what comes of them.
fn short() -> Settings {
    let mut settings = settings();
    settings.train.epochs = 2;
    settings.train.steps_per_epoch = 2;
    settings.model.batch_norm_conv = true;
    settings
}

fn plan(settings: &Settings) -> Plan {
    Plan { device: "cpu".to_owned(), threads: Some(1), ..Plan::new(settings, dataset(30)).expect("a plan") }
}

fn perform(command: Command, store: &RunStore) -> Result<Vec<Event>, Problem> {
    let mut events = Vec::new();
    worker::perform(command, store, &Control::default(), &mut |event| events.push(event)).map(|()| events)
}

fn train(plan: Plan, store: &RunStore) -> Run {
    perform(Command::Train(Box::new(plan)), store).expect("trains");
    store.find("last").expect("a run")
}

/// The same settings that start from the last run of `store`, two blocks of which are frozen.
fn further(store: &RunStore) -> Settings {
    let mut settings = short();
    settings.seed = 7;
    settings.model.start_from = store.find("last").expect("a run").info.id;
    settings.model.frozen_blocks = 2;
    settings.train.optimizer.old_layers_rate = 0.1;
    settings
}

#[test]
fn a_run_begins_with_what_another_has_learned_and_needs_it_no_more() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let old = train(plan(&short()), &store);
    let (old_weights, _) = old.weights().expect("weights");
    let started = store.started(&plan(&further(&store))).expect("it fits");
    // It answers as the other, to the bit, before its first step.
    assert_eq!(started.first_weights(), old_weights);
    let answers = |weights: &Weights| {
        let mut engine = CpuEngine::new(&started.engine_config()).expect("opens");
        engine.set_weights(weights).expect("they fit");
        let pictures = Pictures::random(&started.network, 4, 3);
        let mut logits = vec![0.0; 4];
        engine.predict(&pictures.pixels, &mut logits).expect("predicts");
        logits
    };
    assert_eq!(answers(&started.first_weights()), answers(&old_weights));

    let new = train(started.clone(), &store);
    let from = new.info.started_from.clone().expect("it says so");
    assert_eq!((from.run.as_str(), from.frozen, from.rate), (old.info.id.as_str(), 2, 0.1));
    let words = from.words(Lang::En);
    let name = old.info.name(Lang::En).replace('\u{a0}', " ");
    assert_eq!(
        words.replace('\u{a0}', " "),
        format!(
            "4 blocks, 1 dense layer and the last layer taken from “{name}”; the first 2 blocks are frozen; what was taken learns at 0.1 of the rate"
        )
    );
    let view = new.view().expect("a view");
    assert_eq!(view.event_log.notes[0].text.en, words);
    for (format, file) in [(Format::Card, "card.md"), (Format::Report, "report.html")] {
        let path = home.path().join(file);
        export(&view, None, format, ExportOptions::default(), &path).expect("exported");
        assert!(std::fs::read_to_string(&path).expect("a file").contains("taken from"), "{file} says it");
    }
    // What is frozen is as it was, the rest is not.
    let (weights, _) = new.weights().expect("weights");
    assert_eq!(of_blocks(&weights, 2), of_blocks(&old_weights, 2));
    assert_ne!(weights.0["conv3.weight"], old_weights.0["conv3.weight"]);

    // A run that was killed before its first epoch's end begins again without the other, and gives the same bits.
    let killed = store.create(&started).expect("a run");
    store.delete(&old.info.id).expect("deleted");
    let how = ResumeOptions::default();
    perform(Command::Resume { run: killed.info.id.clone(), open: dataset(30).into(), how }, &store).expect("goes on");
    let killed = store.find(&killed.info.id).expect("there");
    assert_eq!(killed.info.status, RunStatus::Finished);
    assert_eq!(killed.weights().expect("weights").0, weights);
    assert_eq!(killed.info.started_from, new.info.started_from);
    // So does the same once more, and more of it keeps what is frozen.
    let again = Command::TrainAgain { run: new.info.id.clone(), open: dataset(30).into(), device: "cpu".to_owned() };
    perform(again, &store).expect("trains");
    assert_eq!(store.find("last").expect("a run").weights().expect("weights").0, weights);
    let more = Command::Resume { run: new.info.id.clone(), open: dataset(30).into(), how: ResumeOptions::more(1) };
    perform(more, &store).expect("goes on");
    let (later, _) = store.find(&new.info.id).expect("there").weights().expect("weights");
    assert_eq!(of_blocks(&later, 2), of_blocks(&old_weights, 2));
}

#[test]
fn another_question_gets_a_head_of_its_own() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let old = train(plan(&short()), &store);
    let mut other = dataset(30).as_ref().clone();
    other.task = Task::from(["cat", "dog"]);
    let plan = Plan::new(&further(&store), other.into()).expect("a plan");
    let started = store.started(&plan).expect("it fits");
    let (ours, theirs) = (started.first_weights(), old.weights().expect("weights").0);
    let differing: Vec<&str> = ours.iter().filter(|(name, array)| theirs.0[*name] != **array).map(|(name, _)| name).collect();
    assert_eq!(differing, ["output.bias", "output.weight"]);
    let words = started.start.as_ref().expect("it starts").from.words(Lang::Fr);
    assert!(words.contains("à neuf\u{a0}: la dernière couche"), "{words}");
}

/// With another seed the test part holds pictures that the weights were made of: they are not called new, by the run nor by
/// one that starts from it in turn.
#[test]
fn pictures_of_the_run_it_started_from_are_not_called_new() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let mut runs = vec![train(plan(&short()), &store)];
    let mut same_split = further(&store);
    same_split.seed = short().seed;
    for seed in [7, 8] {
        let mut settings = further(&store);
        settings.seed = seed;
        let events = perform(Command::Train(Box::new(plan(&settings))), &store).expect("trains");
        let warned = |event: &Event| matches!(event, Event::Warned(problem) if problem.what.en.contains("already had"));
        assert_eq!(events.iter().filter(|event| warned(event)).count(), 1);
        let run = store.find("last").expect("a run");
        let had: Vec<_> = runs.iter().flat_map(|run| run.pictures().expect("a list")).collect();
        let of = |hash: u64, part: Part| had.iter().any(|picture| picture.hash == hash && picture.part == part);
        let test: Vec<u64> = run.pictures().expect("a list").iter().filter(|p| p.part == Part::Test).map(|p| p.hash).collect();
        let learned = test.iter().filter(|hash| of(**hash, Part::Train)).count();
        let checked = test.iter().filter(|hash| !of(**hash, Part::Train) && of(**hash, Part::Validation)).count();
        let report = run.report().expect("judged");
        let seen = report.seen.as_ref().expect("it is known");
        assert!(learned > 0);
        assert_eq!([seen.learned.len(), seen.checked.len()], [learned, checked]);
        assert_eq!(seen.prior, [learned as u32, checked as u32]);
        let said = &report.reservations(0.5, Lang::En)[0];
        assert!(said.contains(&format!("({learned} through the run that it started from)")), "{said}");
        runs.push(run);
    }
    let events = perform(Command::Train(Box::new(plan(&same_split))), &store).expect("trains");
    assert!(!events.iter().any(|event| matches!(event, Event::Warned(_))));
    assert!(store.find("last").expect("a run").report().expect("judged").seen.expect("it is known").is_new());
    // Where it is not known what they were made of, nothing is claimed.
    let last = runs.pop().expect("three runs");
    std::fs::remove_file(last.folder.join("start-pictures.json")).expect("removed");
    assert_eq!(last.prior_pictures(), None);
}

/// What cannot be is a sentence with a way on, and nothing is left behind.
#[test]
fn what_cannot_be_started_from_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let store = RunStore::at(home.path());
    let old = train(plan(&short()), &store);
    let refused = |change: &dyn Fn(&mut Settings)| {
        let mut settings = further(&store);
        settings.model.start_from = old.info.id.clone();
        change(&mut settings);
        let before = store.list().0.len();
        let problem = perform(Command::Train(Box::new(plan(&settings))), &store).expect_err("refused");
        assert_eq!(store.list().0.len(), before, "no run is left");
        assert!(!problem.remedy.en.is_empty() && !problem.remedy.fr.is_empty());
        (problem.setting.unwrap_or_default(), problem.what.en)
    };
    let (setting, what) = refused(&|settings| settings.model.start_from = "2001-01-01-000000".to_owned());
    assert!(setting == "model.start_from" && what.contains("is not here"), "{what}");
    let (setting, what) = refused(&|settings| settings.model.kernel = KernelSize::Five);
    let sizes = "its first block has 8 filters of 3 × 3 with batch norm, this one 8 filters of 5 × 5 with batch norm";
    assert!(setting == "model.start_from" && what.ends_with(sizes), "{what}");
    let (setting, what) = refused(&|settings| settings.model.filters = vec![8, 16]);
    assert_eq!(setting, "model.frozen_blocks");
    assert!(
        what.replace('\u{a0}', " ").starts_with("1 block can be taken from") && what.ends_with("and 2 would be frozen"),
        "{what}"
    );
    // One that is paused has no result yet.
    let paused = store.create(&plan(&short())).expect("a run");
    let (setting, what) = refused(&|settings| settings.model.start_from.clone_from(&paused.info.id));
    assert!(setting == "model.start_from" && what.ends_with("is not finished, so it has no result to start from"), "{what}");
    // The start of an id, `last` and a folder name one, too, and what is kept is its id.
    store.delete(&paused.info.id).expect("deleted");
    let folder = old.folder.display().to_string();
    for name in ["last", &old.info.id[..12], &folder] {
        let mut settings = further(&store);
        settings.model.start_from = name.to_owned();
        store.settle_start(&mut settings).expect("it is there");
        assert_eq!(settings.model.start_from, old.info.id);
    }
}

/// On the command line a word is enough; what is wrong is said before pictures are read.
#[test]
fn the_command_line_starts_from_a_run() {
    let home = tempfile::tempdir().expect("a folder");
    let (status, out, err) = cli::call(home.path(), &["train", "--sample", "--start-from", "nobody"]);
    assert_eq!((status, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("The run to start from, “nobody”, is not here"), "{err}");
    let quick = ["--set=augment.crop=48", "--set=model.filters=8,8", "--set=model.dense=4", "--set=train.steps_per_epoch=2"];
    let train = |more: &[&str]| {
        let arguments = [&["train", "--sample", "--threads", "1", "--device", "cpu", "--epochs", "1"][..], &quick, more].concat();
        let (status, out, err) = cli::call(home.path(), &arguments);
        assert_eq!(status, 0, "{err}");
        out.replace('\u{a0}', " ")
    };
    assert!(!train(&[]).contains("taken from"));
    let out = train(&["--start-from", "last", "--set", "model.frozen_blocks=1", "--set", "model.dense=8"]);
    assert!(out.contains("2 blocks taken from “"), "{out}");
    assert!(out.contains("new: 1 dense layer and the last layer; the first block is frozen"), "{out}");
}

#[test]
fn settings_of_before_start_from_nothing() {
    let before: Settings =
        serde_json::from_str(r#"{"model": {"filters": [8]}, "train": {"optimizer": {"kind": "sgd"}}}"#).unwrap();
    assert_eq!((before.model.start_from.as_str(), before.model.frozen_blocks), ("", 0));
    assert_eq!(before.train.optimizer.old_layers_rate, 1.0);
    // A network that starts from nothing learns all over at the full rate.
    let plan = plan(&short());
    assert!(plan.network.layers.iter().all(|layer| layer.rate == 1.0));
    assert_eq!(plan.network.frozen_convolutions(), 0);
}
