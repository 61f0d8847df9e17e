//! A page on a stage: a made-up session, the page alone in a window without a GPU, and what it asked for.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use egui_kittest::Harness;
use trombine::{
    callback::Callbacks,
    data::{
        dataset::Dataset,
        pixels::Pixels,
        sample::{Framing, Part, Sample, Source},
        sample_faces,
        split::Split,
    },
    engine::{Device, DeviceKind},
    evaluate::{Combination, Logits, Prediction, Report, Seen, WeightsId, calibration::logit_of_rounded},
    files::table::TableStyle,
    history::{BatchRecord, EpochRecord, EventLog, Note, NoteKind, StopReason},
    model::{Network, Weights},
    plan::{Plan, Share},
    predict::Framed,
    problem::Problem,
    run::{
        Paired, RequestedDevice, RunFiles, RunInfo, RunStatus, RunView,
        committee::{Basis, Committee, CommitteeEvaluation, CommitteeMember},
        pictures::Picture,
    },
    session::{self, Session, Training},
    settings::Settings,
    text::{Lang, LocalizedText},
    train::event::FollowedFace,
    ui::{
        Action, Cx,
        page::{Memory, Page},
        theme,
        widget::thumbs::Thumbs,
    },
    worker::{Crop, Reply},
};

/// All that a page reads, and what it asked for.
pub struct Stage {
    pub page: Page,
    pub lang: Lang,
    pub session: Session,
    pub settings: Settings,
    pub plan: Result<Arc<Plan>, Vec<Problem>>,
    pub memory: Memory,
    pub thumbs: Thumbs,
    pub devices: Vec<Device>,
    /// Whether the system tells when a training is over.
    pub notify: Option<bool>,
    pub actions: Vec<Action>,
}

impl Stage {
    /// `page` without anything: no data, no run.
    pub fn new(page: Page) -> Self {
        Self {
            page,
            lang: Lang::En,
            session: Session::default(),
            settings: Settings::default(),
            plan: Err(Vec::new()),
            memory: Memory::default(),
            thumbs: Thumbs::default(),
            devices: vec![processor()],
            notify: Some(false),
            actions: Vec::new(),
        }
    }

    /// With `count` sample faces opened and checked.
    pub fn with_data(self, count: usize) -> Self {
        self.with_dataset(faces(count))
    }

    /// The same of other pictures; their plan is what it comes to.
    pub fn with_dataset(mut self, dataset: Arc<Dataset>) -> Self {
        self.plan = Ok(Arc::new(plan(&self.settings, &dataset)));
        self.session.open = Some(dataset.into());
        self
    }

    /// With a run whose test part is all of the opened pictures.
    pub fn with_run(mut self) -> Self {
        let dataset = self.session.dataset().cloned().unwrap_or_else(|| faces(40));
        self.session.run = Some(Arc::new(run(&dataset)));
        self.session.runs = vec![run(&dataset).info];
        self
    }

    /// Holds every run that is known against every other, as the worker would.
    pub fn compare(&mut self) {
        let views: Vec<Arc<RunView>> = self.session.views.values().cloned().collect();
        for first in &views {
            for second in views.iter().filter(|second| !Arc::ptr_eq(first, second)) {
                let runs = [first, second].map(|view| view.info.id.clone());
                self.session.pairs.ask(runs.clone());
                self.session.pairs.take(&runs, Paired::of(first, second));
            }
        }
    }

    /// Draws the page.
    pub fn show(&mut self, ui: &mut egui::Ui) {
        // As the window has it: 28 points, 18 where it is narrow.
        let side = if ui.available_width() < 930.0 { 18 } else { 28 };
        let margin = egui::Margin { left: side, right: side, top: 22, bottom: 16 };
        let frame = egui::Frame::new().fill(trombine::ui::Theme::of(ui).bg).inner_margin(margin);
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            let recipe = trombine::preset::Preset::nearest(&self.settings);
            let mut cx = Cx {
                session: &self.session,
                settings: &mut self.settings,
                plan: self.plan.as_ref().map_err(Vec::as_slice),
                lang: self.lang,
                thumbs: &mut self.thumbs,
                devices: &self.devices,
                device: "auto",
                tables: TableStyle::default(),
                recent: &[],
                type_paths: false,
                notify: self.notify,
                log: None,
                undoable: [false; 2],
                recipe,
                actions: &mut self.actions,
            };
            self.page.show(ui, &mut cx, &mut self.memory);
        });
    }

    /// The page in a window of `size` points, without a GPU.
    pub fn harness(self, size: [f32; 2]) -> (Harness<'static>, Rc<RefCell<Self>>) {
        let stage = Rc::new(RefCell::new(self));
        let shown = Rc::clone(&stage);
        let harness = Harness::builder()
            .with_size(size)
            // A frame uploads new pictures for a few milliseconds only: a busy machine needs many.
            .with_max_steps(200)
            .with_context_setup(theme::install)
            .build_ui(move |ui| shown.borrow_mut().show(ui));
        (harness, stage)
    }
}

/// The processor as a device.
pub fn processor() -> Device {
    Device {
        kind: DeviceKind::Processor,
        id: "cpu".into(),
        name: "Processor, 2 cores".into(),
        memory: None,
        details: "AVX2".into(),
    }
}

/// The first `count` sample faces; drawn once.
pub fn faces(count: usize) -> Arc<Dataset> {
    static DRAWN: Mutex<BTreeMap<usize, Arc<Dataset>>> = Mutex::new(BTreeMap::new());
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    drawn.entry(count).or_insert_with(|| draw(count)).clone()
}

fn draw(count: usize) -> Arc<Dataset> {
    let (mut pixels, mut samples) = (Vec::new(), Vec::new());
    for index in 0..count {
        let (rgb, sample) = sample_faces::draw(index);
        pixels.extend(rgb);
        samples.push(sample);
    }
    Arc::new(Dataset {
        source: Source::SampleFaces,
        task: ["female", "male"].into(),
        samples,
        skipped: Vec::new(),
        pixels: Pixels::new(pixels),
        ..Dataset::default()
    })
}

/// A plan that puts three of five pictures into training.
pub fn plan(settings: &Settings, dataset: &Arc<Dataset>) -> Plan {
    let part = |i: usize| Some([Part::Train, Part::Train, Part::Train, Part::Validation, Part::Test][i % 5]);
    let network = Network::new(&settings.model, settings.augment.side()).expect("the default network can be built");
    Plan {
        settings: settings.clone(),
        dataset: Arc::clone(dataset),
        split: Split { parts: (0..dataset.samples.len()).map(part).collect(), kept_together: 0, dropped: 0 },
        overlap: Default::default(),
        network,
        steps_per_epoch: 389,
        class_weights: vec![1.0, 1.0],
        scaler: Default::default(),
        device: "auto".into(),
        threads: None,
        member_of: None,
        share: Share::default(),
        start: None,
    }
}

/// `done` epochs that fall quickly at first, with the best at two before the last.
pub fn history(done: u32) -> Vec<EpochRecord> {
    (1..=done)
        .map(|epoch| {
            let x = f64::from(epoch);
            let late = (x - f64::from(done) + 2.0).max(0.0);
            EpochRecord {
                epoch,
                train_loss: 0.16 + 0.5 * (-x / 3.5).exp() + 0.12 * (-x / 12.0).exp(),
                train_accuracy: 0.93 - 0.24 * (-x / 3.0).exp(),
                validation_loss: 0.27 + 0.33 * (-x / 2.6).exp() + 0.006 * late,
                validation_accuracy: 0.9 - 0.13 * (-x / 2.5).exp() - 0.002 * late,
                learning_rate: 1e-4,
                seconds: 48.0,
                pictures_per_second: 261.0,
                validation_top_3: None,
                mae: None,
            }
        })
        .collect()
}

/// A training in epoch `epoch` of 50.
pub fn training(dataset: &Dataset, epoch: u32) -> Training {
    let note = |epoch: u32, kind, en: &str, fr: &str| Note { epoch, kind, text: LocalizedText { en: en.into(), fr: fr.into() } };
    let settings = Settings::default();
    let history = history(epoch - 1);
    let mut callbacks = Callbacks::default();
    for record in &history {
        callbacks.epoch(&settings.train.callbacks, record, 0.0);
    }
    let stored = callbacks.best_epoch(&settings.train.callbacks);
    let mut event_log = EventLog::default();
    let notes = [
        note(
            11,
            NoteKind::Best,
            "validation loss 0.289 → 0.286, best so far kept",
            "perte de validation 0,289 → 0,286, meilleure gardée",
        ),
        note(12, NoteKind::Waiting, "no better: 1 of 5", "pas mieux : 1 sur 5"),
        note(13, NoteKind::Waiting, "no better: 2 of 5", "pas mieux : 2 sur 5"),
    ];
    notes.into_iter().for_each(|note| event_log.note(note));
    Training {
        settings,
        callbacks,
        run: "2026-11-22-140211".into(),
        job: None,
        device: processor(),
        epochs: 50,
        steps_per_epoch: 389,
        train_pictures: 12_424,
        validation_pictures: 4_141,
        now: BatchRecord {
            epoch,
            step: 212,
            steps_per_epoch: 389,
            validating: false,
            loss: 0.231,
            accuracy: 0.912,
            mae: None,
            pictures_per_second: 261.0,
            elapsed: 48.0 * f64::from(epoch - 1) + 26.0,
            remaining: 48.0 * f64::from(51 - epoch),
            learning_rate: 1e-4,
        },
        history,
        event_log,
        saved: Some(epoch - 1),
        stored,
        faces: (0..6)
            .zip([(1, 0.96), (0, 0.92), (1, 0.71), (1, 0.88), (0, 0.78), (1, 0.55)])
            .map(|(i, (class, probability))| FollowedFace { sample: i * 5 + 3, class, probability, estimate: None })
            .filter(|face| (face.sample as usize) < dataset.samples.len())
            .collect(),
        stopped: None,
        best_epoch: None,
        kept_epoch: None,
        live: vec![[f64::from(epoch - 1) + 0.54, 0.231, 0.912]],
    }
}

/// The same once it is over.
pub fn finished(dataset: &Dataset) -> Training {
    let mut training = training(dataset, 18);
    training.stopped = Some(StopReason::EarlyStopping { patience: 5 });
    training.best_epoch = Some(12);
    training.live.clear();
    training
}

/// A finished run with all of `dataset` as its test part: mistakes follow from the picture's number.
pub fn run(dataset: &Dataset) -> RunView {
    let predictions: Vec<Prediction> = dataset
        .samples
        .iter()
        .enumerate()
        .map(|(i, sample)| {
            // A fixed mix of sure and unsure answers, about one in eight wrong.
            let sure = 0.55 + 0.44 * ((i * 37 % 100) as f32 / 100.0);
            let right = i % 8 != 3;
            let one = (sample.class == 1) == right;
            Prediction {
                file: sample.file.clone(),
                sample: i as u32,
                label: sample.class,
                logit: Logits::Binary(logit_of_rounded(if one { sure } else { 1.0 - sure })),
                age: sample.age,
                race: sample.race,
            }
        })
        .collect();
    let report = Report {
        task: dataset.task.clone(),
        part: Some(Part::Test),
        validation: predictions.clone(),
        predictions,
        threshold: 0.5,
        temperature: 1.0,
        mirrored: false,
        train_shares: vec![0.48, 0.52],
        seen: Some(Seen { alike: Some(0), ..Seen::default() }),
        weights: None,
    };
    RunView {
        info: RunInfo {
            id: "2026-11-22-140211".into(),
            name: "notebook + batch norm".into(),
            automatic: None,
            note: String::new(),
            created: 1_795_356_131,
            status: RunStatus::Finished,
            source: Source::SampleFaces,
            task: dataset.task.clone(),
            framing: Framing::FaceCrop,
            faces: Default::default(),
            data: Some(dataset.fingerprint()),
            pictures: [0, 0, dataset.samples.len() as u32],
            device: "Processor, 2 cores".into(),
            asked: RequestedDevice::default(),
            epochs_done: 17,
            best_epoch: Some(12),
            stopped: Some(StopReason::EarlyStopping { patience: 5 }),
            seconds: 816.0,
            weights: None,
            scores: Some(report.run_scores()),
            extensions: 0,
            member_of: None,
            committee: None,
            started_from: None,
            versions: vec!["0.3.1".to_owned()],
            stored: RunFiles { weights: true, checkpoint: true, ..RunFiles::default() },
        },
        settings: Settings::default(),
        history: history(17),
        event_log: EventLog::default(),
        report: Some(report),
        outdated: false,
        elsewhere: None,
        folder: PathBuf::from("runs/2026-11-22-140211"),
        pictures: pictures(dataset).into(),
    }
}

/// A committee of these runs.
pub fn committee(runs: &[RunInfo], basis: Basis) -> Committee {
    let member = |run: &RunInfo| CommitteeMember {
        run: run.id.clone(),
        name: LocalizedText { en: run.name.clone(), fr: run.name.clone() },
        weights: WeightsId::of(7, &Weights::default()),
    };
    let alone = if basis == Basis::OutOfFold { Vec::new() } else { runs.iter().map(|_| 0.871).collect() };
    Committee {
        members: runs.iter().map(member).collect(),
        combination: Combination::Probabilities,
        chosen_on: if basis == Basis::OutOfFold { 0 } else { 400 },
        evaluation: Some(CommitteeEvaluation { basis, pictures: 400, alone }),
    }
}

/// All of `dataset` as the test part of a run.
fn pictures(dataset: &Dataset) -> Vec<Picture> {
    let picture = |sample: &Sample| Picture {
        file: sample.file.to_string_lossy().into_owned(),
        hash: sample.hash,
        class: sample.class,
        part: Part::Test,
    };
    dataset.samples.iter().map(picture).collect()
}

/// A photo of two sample faces, the first answered surely, the second not, as one run or two say it.
pub fn photo(id: u64) -> session::ShownPhoto {
    let [width, height] = [640usize, 400];
    let mut preview: Vec<u8> =
        (0..height).flat_map(|y| [150 - (y / 5) as u8, 165 - (y / 6) as u8, 175 - (y / 6) as u8].repeat(width)).collect();
    let corners = [(80usize, 90usize), (400, 160)];
    for (face, (left, top)) in corners.iter().enumerate() {
        let (rgb, _) = sample_faces::draw(face + 7);
        for row in 0..128 {
            let at = ((top + row) * width + left) * 3;
            preview[at..at + 384].copy_from_slice(&rgb[row * 384..][..384]);
        }
    }
    let asked = |face: usize, probability: f32| {
        let (x, y) = corners[face];
        session::SquareQuery {
            id: id * 10 + face as u64,
            crop: Some(Crop { x: x as f32, y: y as f32, side: 128.0 }),
            reply: Some(Ok(reply(face + 7, probability))),
            before: None,
            others: Vec::new(),
            slow: None,
        }
    };
    session::ShownPhoto {
        id,
        name: "holiday.jpg".into(),
        preview: preview.into(),
        preview_size: [width, height],
        scale: 1.0,
        framed: Framed::Faces(Vec::new()),
        asked: vec![asked(0, 0.91), asked(1, 0.58)],
        follows: false,
        unread: None,
    }
}

/// What stands under answers about the drawings.
pub fn caution() -> LocalizedText {
    run(&faces(40)).info.caution()
}

/// What a run says of a sample face.
pub fn reply(face: usize, probability: f32) -> Reply {
    let side = 128;
    let heat = |i: usize| {
        let (x, y) = ((i % side) as f32 - 64.0, (i / side) as f32 - 58.0);
        (-(x * x + y * y) / 900.0).exp()
    };
    Reply {
        run: "2026-11-22-140211".into(),
        task: ["female", "male"].into(),
        probabilities: vec![1.0 - f64::from(probability), probability.into()],
        estimate: None,
        threshold: 0.5,
        caution: caution(),
        side,
        pixels: sample_faces::draw(face).0,
        heatmap: Some((0..side * side).map(heat).collect()),
    }
}

/// The predict page with that photo.
pub fn predicting() -> Stage {
    let mut stage = Stage::new(Page::Predict).with_data(40).with_run();
    stage.session.photos = vec![photo(1)];
    stage
}

/// The runs page with three runs of which all are known.
pub fn three_runs() -> Stage {
    let mut stage = Stage::new(Page::Runs).with_data(60).with_run();
    let dataset = stage.session.dataset().cloned().unwrap_or_else(|| faces(60));
    let names = ["notebook + batch norm", "notebook", "recommended, longer"];
    stage.session.runs.clear();
    for (i, name) in names.into_iter().enumerate() {
        let mut view = run(&dataset);
        view.info.id = format!("2026-11-2{i}-140211");
        view.info.name = name.into();
        view.info.created -= 86_400 * i as u64;
        view.history = history(17 - 3 * i as u32);
        view.info.epochs_done = 17 - 3 * i as u32;
        view.settings.model.dropout = 0.5 - 0.1 * i as f64;
        view.settings.train.batch_size = 32 << i;
        for epoch in &mut view.history {
            epoch.validation_accuracy -= 0.012 * i as f64;
        }
        // Each is wrong on pictures of its own, beside those that all get wrong.
        if let Some(report) = &mut view.report {
            let own = report.predictions.iter_mut().enumerate().filter(|(place, _)| i > 0 && place % 10 == 2 * i);
            own.for_each(|(_, p)| p.logit = Logits::Binary(if p.label == 1 { -1.2 } else { 1.2 }));
            view.info.scores = Some(report.run_scores());
        }
        stage.session.runs.push(view.info.clone());
        stage.session.views.insert(view.info.id.clone(), Arc::new(view));
    }
    stage.compare();
    stage
}
