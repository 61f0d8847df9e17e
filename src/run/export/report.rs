//! The report: one HTML file that needs nothing beside it, in both languages, light and dark, with no script in it.

mod years;

use super::{
    ExportOptions,
    canvas::{Canvas, PLOT_STYLE, tokens},
    card::{self, group_table},
    document::{self, Table},
    plots::{self, CurveMeasure},
};
use crate::{
    data::{dataset::Dataset, picture_size::side_of},
    evaluate::{F1Of, Grouping, Prediction, Report, calibration, confusion},
    history::{Mae, StopReason},
    run::RunView,
    text::{self, Lang, Phrase, chance, decimal, escape::xml, number, percent, plural, say, years as in_years},
};

/// The report's page. Pictures of mistakes are in it only if `options` ask for them and `dataset` has them.
pub fn report(view: &RunView, dataset: Option<&Dataset>, options: ExportOptions) -> String {
    let name = xml(view.info.name(options.lang));
    let pictures = match (&view.report, dataset, options.mistakes) {
        (Some(report), Some(dataset), true) => mistakes(report, dataset),
        _ => Vec::new(),
    };
    let faces: String = pictures.iter().enumerate().map(|(i, m)| format!(".f{i}{{background-image:url({})}}", m.url)).collect();
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{name} – Trombine</title><style>{}{PLOT_STYLE}{STYLE}{}{faces}</style></head><body>",
        options.lang.code(),
        tokens(),
        language_style()
    );
    for lang in Lang::ALL {
        let checked = if lang == options.lang { " checked" } else { "" };
        let (code, name) = (lang.code(), lang.name());
        html += &format!("<input type=\"radio\" name=\"lang\" id=\"{code}\" aria-label=\"{name}\"{checked}>");
    }
    html += "<nav>";
    html += LOGO;
    html += "<strong>Trombine</strong><span class=\"languages\">";
    for lang in Lang::ALL {
        let (code, name) = (lang.code(), lang.name());
        html += &format!("<label for=\"{code}\" class=\"{code}\">{name}</label>");
    }
    html += "</span></nav>";
    for lang in Lang::ALL {
        html += &page(view, &pictures, lang);
    }
    html + "</body></html>\n"
}

fn page(view: &RunView, pictures: &[ReportMistake<'_>], lang: Lang) -> String {
    let code = lang.code();
    let mut html = format!("<main lang=\"{code}\" class=\"{code}\">");
    html += &head(view, lang);
    match &view.report {
        Some(report) => html += &results(view, report, pictures, lang),
        None => {
            let text = say("The run has not been evaluated yet", "L’essai n’a pas encore été évalué").get(lang);
            html += &card("wide", say("Results", "Résultats"), "", &format!("<p>{}</p>", xml(text)), lang);
        }
    }
    html += &training(view, lang);
    let settings = card::settings(view, lang);
    let differing = plural(lang, settings.rows.len() as u64, say("setting", "réglage"), say("settings", "réglages"));
    html += &card(
        "wide",
        say("Settings", "Réglages"),
        &differing,
        &format!("<div class=\"columns\">{}</div>", settings.html()),
        lang,
    );
    let model_card = document::html(&card::sections(view, lang));
    let caption = say("nine sections after Mitchell et al. 2019", "neuf sections d’après Mitchell et al. 2019").get(lang);
    html += &card("wide prose", say("Model card", "Fiche du modèle"), caption, &model_card, lang);
    let caution = xml(view.info.caution().get(lang)).into_owned();
    let made = say("Made with Trombine", "Fait avec Trombine").get(lang);
    html += &format!("<footer><p>{caution}.</p><p>{made} {}</p></footer></main>", env!("CARGO_PKG_VERSION"));
    // A line does not end behind an opening quote, nor begin with a closing one.
    html.replace("«\u{20}", "«\u{a0}").replace("\u{20}»", "\u{a0}»")
}

fn head(view: &RunView, lang: Lang) -> String {
    let run = xml(&view.info.line(lang)).into_owned();
    let (title, line) = match &view.report {
        Some(report) => (report.headline(report.threshold, lang), report.subline(report.threshold, lang)),
        None => (view.info.name(lang).to_owned(), String::new()),
    };
    let reservations = view.report.as_ref().map_or_else(Vec::new, |report| report.reservations(report.threshold, lang));
    let notes = view.info.committee_notes(lang);
    let elsewhere = view.elsewhere.as_ref().map(|source| match lang {
        Lang::En => format!("Evaluated on the pictures of “{}”, not on the run’s own test part", source.name().en),
        Lang::Fr => {
            format!("Évalué sur les images de «\u{a0}{}\u{a0}», et non sur la partie test de l’essai", source.name().fr)
        }
    });
    let warned: String =
        elsewhere.iter().chain(&notes).chain(&reservations).map(|text| format!("<p class=\"warn\">{}.</p>", xml(text))).collect();
    let (title, line) = (xml(&title), xml(&line));
    format!("<header><p class=\"run\">{run}</p><h1>{title}</h1><p class=\"sub\">{line}</p>{warned}</header>")
}

fn results(view: &RunView, report: &Report, pictures: &[ReportMistake<'_>], lang: Lang) -> String {
    if let Some(regression) = report.regression() {
        return years::results(view, report, &regression, pictures, lang);
    }
    let curves = report.one_vs_rest();
    let area = |name: Phrase, value: Option<f64>| {
        value.map_or_else(String::new, |value| format!("{} {}", name.get(lang), decimal(lang, value, 3)))
    };
    let mut html = "<div class=\"grid\">".to_owned();
    let matrix =
        plots::matrix(&report.confusion(report.threshold), &report.task, lang).inline() + &card::scores(report, lang).html();
    html += &card("", confusion::TITLE, report.part_name(lang), &matrix, lang);
    html += &card("", say("Groups", "Groupes"), &all_of(report, lang), &groups(report, lang), lang);
    let auc = area(
        if report.is_binary() { say("area", "aire") } else { say("mean area (macro)", "aire moyenne (macro)") },
        report.auc(),
    );
    html += &card(
        "",
        say("Threshold", "Seuil de décision"),
        &auc,
        &narrow(&plots::roc(report, &curves, lang), &roc_text(report, lang)),
        lang,
    );
    let average = area(say("average precision", "précision moyenne"), report.average_precision());
    let best = best_text(report, lang);
    let precision = narrow(&plots::precision_recall(report, &curves, lang), &best);
    html += &card("", say("Precision and recall", "Précision et rappel"), &average, &precision, lang);
    let error = percent(lang, calibration::calibration_error(&report.reliability()), 1);
    let error = format!("{} {error}", say("calibration error", "erreur de calibration").get(lang));
    let calibration = narrow(&plots::reliability(report, lang), &calibration_text(report, lang));
    html += &card("", say("Is its confidence right?", "Sa confiance est-elle juste\u{a0}?"), &error, &calibration, lang);
    html += &card("", say("Combined groups", "Groupes combinés"), &smalls(report, lang), &crossings(report, lang), lang);
    html += "</div>";
    if !pictures.is_empty() {
        html += &gallery(view, report, pictures, lang);
    }
    html
}

fn all_of(report: &Report, lang: Lang) -> String {
    say("bars are 95% ranges", "les barres sont des intervalles à 95\u{a0}%").get(lang).to_owned()
        + &if report.predictions.is_empty() {
            String::new()
        } else {
            format!(" · n\u{a0}{}", number(lang, report.predictions.len() as u64))
        }
}

fn groups(report: &Report, lang: Lang) -> String {
    let mut html = String::new();
    for by in [Grouping::AGE, Grouping::RACE, Grouping::CLASS] {
        // Without ages or race labels there is nothing to tell apart.
        if report.groups(report.threshold, by).len() > 1 {
            html += &format!("<h3>{}</h3>", xml(&by.name(&report.task, lang)));
            html += &plots::groups(report, by, lang).inline();
        }
    }
    html + &format!("<p>{}</p>", xml(&card::below_average(report, lang)))
}

fn smalls(report: &Report, lang: Lang) -> String {
    let small = report.groups(report.threshold, Grouping::CROSSED).iter().filter(|group| group.small()).count();
    let text = plural(lang, small as u64, say("group under 30", "groupe sous 30"), say("groups under 30", "groupes sous 30"));
    format!("{text}, {}", say("in gray", "en gris").get(lang))
}

fn crossings(report: &Report, lang: Lang) -> String {
    let mut html = String::new();
    for (i, by) in Grouping::ALL.into_iter().skip(3).filter(|by| report.records(*by)).enumerate() {
        let groups = report.groups(report.threshold, by);
        if groups.len() > 1 {
            let open = if i == 0 { " open" } else { "" };
            let (name, table) = (by.name(&report.task, lang), group_table(report, &groups, by, lang));
            html += &format!("<details{open}><summary>{}</summary>{}</details>", xml(&name), table.html());
        }
    }
    html
}

fn roc_text(report: &Report, lang: Lang) -> String {
    let threshold = text::threshold(lang, report.threshold);
    if !report.is_binary() {
        return say(
            "Each curve is one class against all others; the lowest stands out.",
            "Chaque courbe est une classe contre toutes les autres\u{a0}; la plus basse ressort.",
        )
        .get(lang)
        .to_owned();
    }
    let class = report.task.name(1, lang);
    match lang {
        Lang::En => format!(
            "The ring is the threshold {threshold}: from that probability on, the prediction is “{class}”. Moving it moves along the curve."
        ),
        Lang::Fr => format!(
            "L’anneau est le seuil {threshold} : à partir de cette probabilité, une image est dite « {class} ». Le déplacer suit la courbe."
        ),
    }
}

fn best_text(report: &Report, lang: Lang) -> String {
    let Some(best) = report.best_f1(F1Of::Macro).filter(|_| report.is_binary()) else { return String::new() };
    let (threshold, f1) = (text::threshold(lang, best.threshold), decimal(lang, best.f1, 3));
    match lang {
        Lang::En => format!("On the validation part, the threshold {threshold} gives the best macro F1, {f1}."),
        Lang::Fr => format!("Sur la partie validation, le seuil {threshold} donne le meilleur F1 macro, {f1}."),
    }
}

fn calibration_text(report: &Report, lang: Lang) -> String {
    let temperature = decimal(lang, report.temperature, 2);
    let text = say(
        "On the dotted line, a probability is what it says: 80% means right eight times out of ten. Larger dots hold more pictures.",
        "Sur la ligne pointillée, une probabilité dit vrai : 80\u{a0}% veut dire juste huit fois sur dix. Les grands points portent plus d’images.",
    );
    let scaled = match lang {
        Lang::En => format!(" Scaled by the temperature {temperature}, fitted on the validation part."),
        Lang::Fr => format!(" Mise à l’échelle par la température {temperature}, ajustée sur la validation."),
    };
    text.get(lang).to_owned() + if report.temperature == 1.0 { "" } else { &scaled }
}

fn training(view: &RunView, lang: Lang) -> String {
    if view.history.is_empty() {
        return String::new();
    }
    let mut html = "<div class=\"grid\">".to_owned();
    let stopped = view.info.stopped.map_or("", |reason| stop_words(reason).get(lang));
    let beside = CurveMeasure::beside_loss(view);
    for (measure, caption) in [(CurveMeasure::Loss, stopped), (beside, "")] {
        html += &card("", measure.name(), caption, &plots::learning(view, measure, lang).inline(), lang);
    }
    html += "</div>";
    let scores = match beside {
        CurveMeasure::Mae => [say("training error", "erreur d’entraînement"), say("validation error", "erreur de validation")],
        _ => [say("training accuracy", "exactitude d’entraînement"), say("validation accuracy", "exactitude de validation")],
    };
    let heads = [
        say("epoch", "époque"),
        say("training loss", "perte d’entraînement"),
        say("validation loss", "perte de validation"),
        scores[0],
        scores[1],
    ];
    let mut heads: Vec<String> = heads.map(|head| head.get(lang).to_owned()).into();
    let of_many = view.history.iter().any(|record| record.validation_top_3.is_some());
    heads.extend(of_many.then(|| say("validation top-3", "top-3 de validation").get(lang).to_owned()));
    let mut table = Table::new(heads);
    for record in &view.history {
        let loss = |value| decimal(lang, value, 4);
        let score = |value, mae: fn(&Mae) -> f64| match &record.mae {
            Some(of) => in_years(lang, mae(of), 2),
            None => percent(lang, value, 1),
        };
        let mut cells = vec![
            number(lang, record.epoch.into()),
            loss(record.train_loss),
            loss(record.validation_loss),
            score(record.train_accuracy, |mae| mae.train),
            score(record.validation_accuracy, |mae| mae.validation),
        ];
        let top_3 = || record.validation_top_3.map_or_else(|| "–".to_owned(), |share| percent(lang, share, 1));
        cells.extend(of_many.then(top_3));
        table.row(cells, false);
    }
    let summary = say("Every epoch as a table", "Chaque époque en tableau").get(lang);
    html + &format!("<details class=\"card\"><summary>{summary}</summary>{}</details>", table.html())
}

const fn stop_words(reason: StopReason) -> Phrase {
    match reason {
        StopReason::AllEpochs => say("all epochs done", "toutes les époques faites"),
        StopReason::EarlyStopping { .. } => say("stopped early, no longer improving", "arrêt anticipé, plus de progrès"),
        StopReason::TimeLimit => say("stopped by the time limit", "arrêté par la limite de temps"),
        StopReason::Diverged => say("stopped, the loss was no longer a number", "arrêté, la perte n’était plus un nombre"),
        StopReason::ByUser => say("finished by hand", "terminé à la main"),
    }
}

/// A card with a title line and a quiet caption at its right.
fn card(class: &str, title: Phrase, caption: &str, body: &str, lang: Lang) -> String {
    let (title, caption) = (xml(title.get(lang)), xml(caption));
    format!("<section class=\"card {class}\"><h2>{title}<span>{caption}</span></h2>{body}</section>")
}

/// A square plot with a line of text below.
fn narrow(canvas: &Canvas, text: &str) -> String {
    format!("<div class=\"narrow\">{}</div><p>{}</p>", canvas.inline(), xml(text))
}

/// A picture that the model got wrong, or of whose age it was far off.
struct ReportMistake<'a> {
    prediction: &'a Prediction,
    /// The picture as a JPEG data URL.
    url: String,
}

/// The most pictures that the report shows.
const MISTAKES: usize = 24;

/// The surest mistakes whose pictures are there; of years the largest errors.
fn mistakes<'a>(report: &'a Report, dataset: &Dataset) -> Vec<ReportMistake<'a>> {
    let of_years = report.task.is_regression();
    let wrong = if of_years { report.largest_errors() } else { report.mistakes(report.threshold) };
    wrong
        .iter()
        .filter_map(|i| {
            let prediction = report.predictions.get(*i)?;
            let index = prediction.sample as usize;
            // A data set that has changed since may hold another picture at this place.
            let same = dataset.samples.get(index)?.file == prediction.file && index < dataset.pixels.len();
            let url = same.then(|| dataset.pixels.get(index).ok()).flatten().and_then(|pixels| jpeg_url(&pixels))?;
            Some(ReportMistake { prediction, url })
        })
        .take(MISTAKES)
        .collect()
}

fn gallery(view: &RunView, report: &Report, pictures: &[ReportMistake<'_>], lang: Lang) -> String {
    let mut html = "<div class=\"wall\">".to_owned();
    for (i, ReportMistake { prediction, .. }) in pictures.iter().enumerate() {
        let predicted = report.task.name(prediction.predicted(report.logit_threshold(report.threshold)), lang);
        let label = report.task.name(prediction.label.into(), lang);
        let sure = chance(lang, report.confidence(prediction, report.threshold), 0);
        let age = prediction.age.map_or_else(String::new, |age| match lang {
            Lang::En => format!(" · {age}\u{a0}y"),
            Lang::Fr => format!(" · {age}\u{a0}ans"),
        });
        let text = match lang {
            Lang::En => format!("predicted {predicted}, {sure}"),
            Lang::Fr => format!("réponse\u{a0}: {predicted}, {sure}"),
        };
        let label_word = say("label", "étiquette").get(lang);
        html += &format!(
            "<figure><div class=\"face f{i}\" role=\"img\" aria-label=\"{}\"></div><figcaption><b>✕ {}</b><br>{label_word} {}{age}</figcaption></figure>",
            xml(&text),
            xml(&text),
            xml(&label)
        );
    }
    html += "</div>";
    let caption = match card::source_kind(view) {
        card::DataKind::Drawings => say("drawings, the surest first", "dessins, assurance décroissante"),
        _ => say("shows people: not for passing on", "montre des personnes : à ne pas diffuser"),
    };
    card("wide", say("Most confident mistakes", "Erreurs faites avec assurance"), caption.get(lang), &html, lang)
}

fn jpeg_url(pixels: &[u8]) -> Option<String> {
    let mut jpeg = Vec::new();
    let side = side_of(pixels.len()) as u32;
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode(pixels, side, side, image::ExtendedColorType::Rgb8)
        .ok()?;
    Some(format!("data:image/jpeg;base64,{}", base64(&jpeg)))
}

/// RFC 4648, with padding. Of the crate `base64` only 0.13 is in the tree, which is no longer maintained.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let value = group.iter().enumerate().fold(0u32, |value, (i, byte)| value | u32::from(*byte) << (16 - 8 * i));
        for i in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= group.len() { letter as char } else { '=' });
        }
    }
    text
}

/// The mark: a face in a rounded square.
const LOGO: &str = "<svg width=\"26\" height=\"26\" viewBox=\"0 0 26 26\" aria-hidden=\"true\"><rect width=\"26\" height=\"26\" rx=\"7\" fill=\"var(--accent)\"/>\
<circle cx=\"9\" cy=\"10.5\" r=\"1.6\" fill=\"var(--on)\"/><circle cx=\"17\" cy=\"10.5\" r=\"1.6\" fill=\"var(--on)\"/>\
<path d=\"M8 15.5q5 4.5 10 0\" fill=\"none\" stroke=\"var(--on)\" stroke-width=\"1.8\" stroke-linecap=\"round\"/></svg>";

/// Of the pages only that of the chosen language is seen, and its button is marked.
fn language_style() -> String {
    let rules = |lang: Lang| {
        let code = lang.code();
        format!(
            "#{code}:checked~main:not(.{code}){{display:none}}\
             #{code}:checked~nav label.{code}{{background:var(--soft);color:var(--accent);font-weight:550}}\
             #{code}:focus-visible~nav label.{code}{{outline:2px solid var(--accent)}}"
        )
    };
    Lang::ALL.map(rules).concat()
}

const STYLE: &str = "\
*{box-sizing:border-box}\
body{margin:0;background:var(--bg);color:var(--text);font:14px/1.5 Inter,'Segoe UI',system-ui,sans-serif;font-variant-numeric:tabular-nums}\
input[name=lang]{position:absolute;opacity:0}\
nav,main{max-width:1160px;margin:0 auto;padding:0 24px}\
nav{display:flex;align-items:center;gap:10px;padding-top:20px;font-size:15px}\
.languages{margin-left:auto;display:flex;background:var(--surface2);border:1px solid var(--stroke);border-radius:8px;padding:2px}\
.languages label{padding:4px 12px;border-radius:6px;color:var(--text2);font-size:13px;cursor:pointer}\
header{margin:28px 0 24px}\
.run{margin:0;color:var(--text3);font-size:13px}\
h1{margin:4px 0 2px;font-size:26px;line-height:1.25;font-weight:650;letter-spacing:-.01em}\
.sub{margin:0;color:var(--text2);max-width:none}.warn{margin:4px 0 0;color:var(--bad);max-width:none}\
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:14px;margin-bottom:14px}\
.card{background:var(--surface);border:1px solid var(--stroke);border-radius:12px;padding:18px 20px;min-width:0}\
main>.card{margin-bottom:14px}\
h2{margin:0 0 14px;font-size:15px;font-weight:650;display:flex;gap:12px;align-items:baseline}\
h2 span{margin-left:auto;color:var(--text3);font-size:12px;font-weight:400;text-align:right}\
h3{margin:18px 0 6px;font-size:13px;font-weight:650;color:var(--text2)}\
h2+h3{margin-top:0}\
p{margin:10px 0 0;color:var(--text2);max-width:72ch}\
.plot{display:block;width:100%;height:auto;max-width:620px}\
.narrow{max-width:430px;margin:0 auto}\
.scroll{overflow-x:auto;margin-top:12px}\
table{border-collapse:collapse;width:100%;font-size:13px}\
th,td{padding:6px 8px;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}\
th{font-weight:400}thead th{color:var(--text3);font-size:12px}\
th:first-child{text-align:left;padding-left:0}td:last-child,thead th:last-child{padding-right:0}\
tbody th{white-space:normal}.faint th,.faint td{color:var(--text3)}\
details+details{margin-top:8px}summary{cursor:pointer;font-weight:550;padding:2px 0}summary:hover{color:var(--accent)}\
.columns table,.columns tbody{display:block}.columns thead{display:none}.columns tbody{columns:2 380px;column-gap:36px}\
.columns tr{display:flex;break-inside:avoid;border-bottom:1px solid var(--grid)}.columns th{flex:1;border:0;color:var(--text2)}.columns td{border:0}\
.prose{columns:2 420px;column-gap:40px}.prose h2{column-span:all}.prose h3{break-after:avoid;color:var(--text)}.prose ul{margin:6px 0 0;padding-left:18px}\
.prose li{margin:4px 0;color:var(--text2)}.prose .scroll{break-inside:avoid-column}\
.wall{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:12px}\
figure{margin:0}.face{aspect-ratio:1;border-radius:8px;background-size:cover;background-color:var(--surface2)}\
figcaption{font-size:12px;color:var(--text3);line-height:1.4;margin-top:5px}figcaption b{color:var(--bad);font-weight:550}\
footer{padding:16px 0 40px;color:var(--text3);font-size:12px}footer p{color:inherit;margin:2px 0}\
@page{margin:14mm 12mm}\
@media print{nav{display:none}body{background:none;font-size:11px}header{margin:0 0 14px}main{padding:0;max-width:none}\
.grid{grid-template-columns:1fr 1fr;gap:8px;margin-bottom:8px}.card{break-inside:avoid;padding:10px 12px}main>.card{margin-bottom:8px}\
.prose,.wide{break-inside:auto}.prose{columns:2 200px}.columns tbody{columns:3 150px;column-gap:20px}.columns tr,tr{break-inside:avoid}\
table{font-size:9.5px}th,td{padding:2px 5px}h2,h3{break-after:avoid}.scroll{overflow:visible}.wall{grid-template-columns:repeat(8,1fr)}\
.face{print-color-adjust:exact;-webkit-print-color-adjust:exact}.plot{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";
