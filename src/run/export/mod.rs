//! A run taken away: the model, its predictions, its card and its report.
//!
//! A format is its file here, its line in [`Format`], and its arm in [`export`].

mod answer;
mod canvas;
mod card;
mod committee;
mod csv;
mod document;
mod folder;
mod heat_map;
pub mod onnx;
mod plots;
pub mod python;
mod raster;
mod readable;
mod report;
pub mod tensorboard;

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

pub use answer::{AnswerPicture, answer_picture};
pub use plots::PlotKind;
pub use raster::Raster;

use super::{RunView, committee::Committee};
use crate::{
    data::{
        dataset::Dataset,
        resize_method::ResizeMethod,
        sample::{Framing, Source},
        task::{Task, age},
    },
    evaluate::Report,
    files::{
        atomic, names, overwrite,
        table::{TableForm, TableStyle},
    },
    model::{Network, Weights},
    problem::{Kind, Problem},
    setting_def::{Choice as _, choice},
    text::{Lang, say},
};

/// What a run can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Report,
    Card,
    Csv,
    Onnx,
    Python,
    Safetensors,
    Plots,
}

choice!(Format {
    Report = "report", say("Report", "Rapport"), say("One page for any browser: results, groups, curves, settings and the model card", "Une page pour tout navigateur : résultats, groupes, courbes, réglages et fiche du modèle");
    Card = "card", say("Model card", "Fiche du modèle"), say("What the model is, is for and cannot do, as Markdown", "Ce qu’est le modèle, à quoi il sert et ce qu’il ne peut pas, en Markdown");
    Csv = "csv", say("Predictions", "Prédictions"), say("One row for each evaluated picture, for a spreadsheet", "Une ligne par image évaluée, pour un tableur");
    Onnx = "onnx", say("ONNX", "ONNX"), say("The model for other programs; takes pixels 0 to 255, gives the probability", "Le modèle pour d’autres programmes ; prend des pixels de 0 à 255, donne la probabilité");
    Python = "python", say("Python script", "Script Python"), say("A folder with the ONNX model and a script that predicts photos with it", "Un dossier avec le modèle ONNX et un script qui prédit des photos");
    Safetensors = "safetensors", say("Weights", "Poids"), say("A folder with weights, settings, labels and the network in PyTorch; Trombine on another machine opens it too", "Un dossier avec les poids, les réglages, les étiquettes et le réseau en PyTorch ; un autre Trombine l’ouvre aussi");
    Plots = "plots", say("Plots", "Graphiques"), say("A folder with each plot as SVG and PNG", "Un dossier avec chaque graphique en SVG et en PNG");
});

/// How to write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    /// The language of the card and the plots, and the one in which the report opens.
    pub lang: Lang,
    /// Show the most confident mistakes in the report: it then shows faces and must not be passed on.
    pub mistakes: bool,
    /// How predictions are written as a table.
    pub tables: TableStyle,
    /// Replace the file that is there, or an earlier export in the folder.
    pub overwrite: bool,
}

impl Format {
    /// The file's ending; empty for formats that make a folder.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Report => "html",
            Self::Card => "md",
            Self::Csv => "csv",
            Self::Onnx => "onnx",
            Self::Python | Self::Safetensors | Self::Plots => "",
        }
    }

    /// Whether it makes a folder.
    pub const fn is_folder(self) -> bool {
        self.extension().is_empty()
    }

    /// Whether it is about a report, whichever that is; the others hold the model, with what is kept with the run.
    pub const fn is_of_a_report(self) -> bool {
        matches!(self, Self::Report | Self::Card | Self::Csv | Self::Plots)
    }

    /// Whether it holds the weights of one network, which a committee has not.
    pub const fn is_of_one_network(self) -> bool {
        matches!(self, Self::Safetensors)
    }

    /// The keys of those that make a folder, as a sentence lists them.
    pub fn folders() -> String {
        let folders = Self::ALL.iter().filter(|format| format.is_folder());
        folders.map(|format| format.key()).collect::<Vec<_>>().join(", ")
    }
}

/// Writes the run to `path`: a file, or a folder that is made if it is not there. `dataset` is the run's, for the
/// pictures of mistakes in the report; without it they are left out.
///
/// # Errors
/// No weights or no report yet, weights that do not fit, something in the way ([`Kind::Exists`], [`Kind::Taken`]), a full
/// disk, no permission.
pub fn export(
    view: &RunView,
    dataset: Option<&Dataset>,
    format: Format,
    options: ExportOptions,
    path: &Path,
) -> Result<(), Problem> {
    let lang = options.lang;
    let content = match format {
        Format::Report => report::report(view, dataset, options).into_bytes(),
        Format::Card => card::card(view, lang).into_bytes(),
        Format::Csv => csv::csv(report_of(view)?, TableForm::new(options.tables, lang)),
        Format::Onnx => onnx(view)?,
        Format::Python | Format::Safetensors | Format::Plots => {
            return folder::write(path, &view.info.id, options.overwrite, |folder| fill(view, format, lang, folder));
        }
    };
    overwrite::file(path, options.overwrite)?;
    atomic::write(path, &content)
}

/// Writes the files of a format that makes a folder.
fn fill(view: &RunView, format: Format, lang: Lang, folder: &Path) -> Result<(), Problem> {
    if format == Format::Plots {
        // Of pictures without ages there is nothing to draw by age.
        let told = |plot: &PlotKind| match (plot, &view.report) {
            (PlotKind::Groups(by), Some(report)) => report.records(*by),
            _ => true,
        };
        return PlotKind::ALL.into_iter().filter(told).try_for_each(|plot| {
            let Some(canvas) = plot.draw(view, lang) else { return Ok(()) };
            let file = plot.file(&view.info.task);
            atomic::write(&folder.join(format!("{file}.svg")), canvas.standalone().as_bytes())?;
            write_png(plot, view, lang, &folder.join(format!("{file}.png")))
        });
    }
    if format == Format::Python {
        atomic::write(&folder.join("model.onnx"), &onnx(view)?)?;
        atomic::write(&folder.join("predict.py"), python::PREDICT_SCRIPT.as_bytes())?;
    } else {
        let (network, weights) = model(view)?;
        weights.save(&folder.join(names::MODEL))?;
        portable(view, folder)?;
        atomic::write_json(&folder.join(names::LABELS), &Labels::new(view))?;
        atomic::write(&folder.join("model.py"), python::torch_module(&network).as_bytes())?;
    }
    atomic::write(&folder.join("model-card.md"), card::card(view, lang).as_bytes())
}

/// Writes one plot of a run: SVG if `path` ends so, otherwise PNG; `overwrite` replaces the file that is there.
///
/// # Errors
/// A run that has nothing to draw there yet, a file that is there already, a full disk, no permission.
pub fn save_plot(view: &RunView, plot: PlotKind, lang: Lang, path: &Path, overwrite: bool) -> Result<(), Problem> {
    let canvas = plot.draw(view, lang).ok_or_else(not_evaluated)?;
    overwrite::file(path, overwrite)?;
    match path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg")) {
        true => atomic::write(path, canvas.standalone().as_bytes()),
        false => write_png(plot, view, lang, path),
    }
}

/// A plot as PNG, in which classes have numbers where the font lacks letters of their names.
fn write_png(plot: PlotKind, view: &RunView, lang: Lang, path: &Path) -> Result<(), Problem> {
    let numbered = readable::numbered_run(view, lang);
    let canvas = plot.draw(numbered.as_ref().unwrap_or(view), lang).ok_or_else(not_evaluated)?;
    let canvas = if numbered.is_some() { canvas.with_note(lang) } else { canvas };
    let png = canvas.raster().png().map_err(|error| Problem::writing(path, &std::io::Error::other(error)))?;
    atomic::write(path, &png)
}

/// What a program needs to know besides the weights: `labels.json`, and the entry `trombine` of an ONNX file's metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    /// Of two, the probability is that of the second; of more, there is one for each.
    #[serde(flatten)]
    pub task: Task,
    /// Of what the answer is a number: `years`; none of classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Of two, called the second class from this probability on; of more, the likeliest is "not sure" below it.
    pub threshold: f64,
    /// Logits are divided by it; inside an ONNX file it already is.
    pub temperature: f64,
    /// Whether the logit is the mean over the picture and its mirror image; inside an ONNX file it already is.
    #[serde(default)]
    pub mirrored: bool,
    /// Whether a photo's faces are cut out first, or the whole picture is taken.
    pub framing: Framing,
    /// How a picture that is not square becomes one: `squeeze`, `crop` or `pad`.
    #[serde(default)]
    pub resize: ResizeMethod,
    /// It is resized to this side…
    pub cached_side: usize,
    /// …of which the network sees the center…
    pub crop: usize,
    /// …resized to this side, if it differs.
    pub side: usize,
    pub run: String,
    pub trombine: String,
}

impl Labels {
    fn new(view: &RunView) -> Self {
        let (threshold, temperature) = view.report.as_ref().map_or((0.5, 1.0), |r| (r.threshold, r.temperature));
        Self {
            task: view.info.task.clone(),
            unit: view.info.task.is_regression().then(|| age::UNIT.en.to_owned()),
            threshold,
            temperature,
            mirrored: view.mirrored(),
            framing: view.info.framing,
            resize: view.settings.augment.resize,
            cached_side: view.settings.augment.pictures.pixels(),
            crop: view.settings.augment.crop as usize,
            side: view.settings.augment.side(),
            run: view.info.id.clone(),
            trombine: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// What makes a folder of weights a run that another machine opens. Of where the pictures were, only the folder's name is
/// told.
fn portable(view: &RunView, path: &Path) -> Result<(), Problem> {
    let mut run = super::Run { folder: path.to_owned(), info: view.info.clone() };
    if let Source::Folder(folder) = &mut run.info.source {
        *folder = folder.file_name().map(Into::into).unwrap_or_default();
    }
    run.save_settings(&view.settings)?;
    run.save_history(&view.history)?;
    if let Some(report) = &view.report {
        run.save_report(report)?;
    }
    // A run that was itself opened without its list of pictures has none to pass on.
    match fs::read(view.folder.join(names::PICTURES)) {
        Ok(pictures) => atomic::write(&path.join(names::PICTURES), &pictures)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Problem::io(&view.folder.join(names::PICTURES), &error)),
    }
    run.save()
}

fn model(view: &RunView) -> Result<(Network, Weights), Problem> {
    let network = view.network()?;
    let (weights, _) = super::Run { folder: view.folder.clone(), info: view.info.clone() }.weights()?;
    weights.check(&network)?;
    Ok((network, weights))
}

fn onnx(view: &RunView) -> Result<Vec<u8>, Problem> {
    let labels = Labels::new(view);
    let text = serde_json::to_string(&labels).map_err(|error| atomic::foreign(&view.folder, &error))?;
    let about = "agreement with recorded labels; for learning and research, not for decisions about people";
    let metadata = [("trombine", text), ("about", about.to_owned())];
    if let Some(Committee { combination, .. }) = view.info.committee {
        return committee::onnx(view, combination, &labels, &metadata);
    }
    let (network, weights) = model(view)?;
    Ok(onnx::encode(&network, &weights, labels.temperature, labels.mirrored, &metadata))
}

fn report_of(view: &RunView) -> Result<&Report, Problem> {
    view.report.as_ref().ok_or_else(not_evaluated)
}

fn not_evaluated() -> Problem {
    Problem::new(
        Kind::File,
        say("This run has not been evaluated yet", "Cet essai n’a pas encore été évalué"),
        say("Let its training end, or evaluate it", "Laissez finir l’entraînement, ou évaluez-le"),
    )
}
