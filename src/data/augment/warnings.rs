//! Choices that hurt, said before training rather than after it.

use super::AugmentSettings;
use crate::text::{LocalizedText, Phrase, say};

/// One sentence for each choice that likely costs accuracy.
pub fn warnings(settings: &AugmentSettings) -> Vec<LocalizedText> {
    let s = settings;
    let cases: [(bool, Phrase); 12] = [
        (
            s.crop < 88,
            say(
                "A crop this small cuts off chin, ears and hair, also when the model is judged",
                "Un recadrage aussi petit coupe le menton, les oreilles et les cheveux, aussi lors de l’évaluation",
            ),
        ),
        (
            s.rotation.on && s.rotation.degrees > 90.0,
            say("Upside-down faces do not occur in this data", "Il n’y a pas de visage à l’envers dans ces données"),
        ),
        (
            s.rotation.on && s.rotation.degrees > 35.0 && s.rotation.degrees <= 90.0,
            say("Faces tilted this far do not occur in this data", "Il n’y a pas de visage aussi penché dans ces données"),
        ),
        (
            s.zoom.on && s.zoom.amount > 0.3,
            say(
                "A zoom this strong leaves faces half outside the picture or very small",
                "Un zoom aussi fort laisse des visages à moitié hors de l’image ou très petits",
            ),
        ),
        (
            s.shift.on && s.shift.amount > 0.15,
            say(
                "A shift this far moves parts of the face out of the picture",
                "Un décalage aussi grand sort une partie du visage de l’image",
            ),
        ),
        (
            s.brightness.on && s.brightness.amount > 0.6,
            say("Some pictures become nearly black or washed out", "Certaines images deviennent presque noires ou délavées"),
        ),
        (
            s.contrast.on && s.contrast.amount > 0.7,
            say("Some pictures become nearly flat gray", "Certaines images deviennent presque uniformément grises"),
        ),
        (
            s.erasing.on && s.erasing.area > 0.45,
            say("So much may be hidden that nobody could tell", "On peut en cacher tant que personne ne pourrait juger"),
        ),
        (
            s.grayscale.on && s.grayscale.share > 0.5,
            say(
                "Most training pictures are gray, while the model is judged on pictures in color",
                "La plupart des images d’entraînement sont grises, alors que le modèle est jugé sur des images en couleurs",
            ),
        ),
        (
            s.noise.on && s.noise.amount > 0.15,
            say(
                "The noise covers fine features such as brows and lips",
                "Le bruit couvre les traits fins comme les sourcils et les lèvres",
            ),
        ),
        (
            s.blur.on && s.blur.sigma > 2.0,
            say("A blur this strong wipes out fine features", "Un flou aussi fort efface les traits fins"),
        ),
        (
            s.test_time_flip && !s.flip,
            say(
                "Mirror images are judged that training never shows: switch flip on too",
                "Des miroirs sont évalués que l’entraînement ne montre jamais : activez aussi le miroir",
            ),
        ),
    ];
    cases.into_iter().filter(|(hurts, _)| *hurts).map(|(_, say)| say.into()).collect()
}
