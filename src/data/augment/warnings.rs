//! Choices that hurt, said before training rather than after it.

use super::AugmentSettings;
use crate::text::{LocalizedText, say};

/// One sentence for each choice that likely costs accuracy.
pub fn warnings(settings: &AugmentSettings) -> Vec<LocalizedText> {
    let crop = say(
        "A crop this small cuts off chin, ears and hair, also when the model is evaluated",
        "Un recadrage aussi petit coupe le menton, les oreilles et les cheveux, aussi lors de l’évaluation",
    );
    let mirrors = say(
        "Mirror images are evaluated that training never shows: switch flip on too",
        "Des miroirs sont évalués que l’entraînement ne montre jamais : activez aussi le miroir",
    );
    let crop = (settings.crop_of_128() < 88).then_some(crop);
    let mirrors = (settings.test_time_flip && !settings.flip).then_some(mirrors);
    crop.into_iter().chain(settings.each_warning()).chain(mirrors).map(LocalizedText::from).collect()
}
