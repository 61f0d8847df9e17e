//! Ends training when the loss is no longer a number (Keras's `TerminateOnNaN`), with the advice that mends it.

use crate::{
    problem::{Kind, Problem},
    text::{Lang, LocalizedText, say},
};

/// The card to show if `loss`, seen in `epoch`, is not finite; the best weights so far are kept.
pub fn check(loss: f64, epoch: u32) -> Option<Problem> {
    if loss.is_finite() {
        return None;
    }
    let what = LocalizedText::by(|lang| match lang {
        Lang::En => format!("The loss is no longer a number, in epoch {epoch}: training ran away"),
        Lang::Fr => format!("La perte n’est plus un nombre, à l’époque {epoch} : l’entraînement a divergé"),
    });
    let remedy = say(
        "Lower the learning rate to a third or a tenth and start again from the best weights",
        "Baissez le taux d’apprentissage au tiers ou au dixième et repartez des meilleurs poids",
    );
    Some(Problem::new(Kind::Diverged, what, remedy).at("train.optimizer.learning_rate"))
}
