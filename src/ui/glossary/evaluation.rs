//! Words about the data, results and predictions.

use super::Term;
use crate::text::say;

pub(super) const TERMS: &[Term] = &[
    Term {
        name: say("training part", "partie entraînement"),
        forms: say("", ""),
        meaning: say("The pictures that the model learns from", "Les images dont le modèle apprend"),
    },
    Term {
        name: say("validation", "validation"),
        forms: say("validation part", "partie validation"),
        meaning: say(
            "Pictures set apart from training that decide when to stop and which epoch is kept",
            "Des images mises à part de l’entraînement, qui décident quand s’arrêter et quelle époque garder",
        ),
    },
    Term {
        name: say("test part", "partie test"),
        forms: say("", ""),
        meaning: say(
            "Pictures looked at once, at the end. Nothing was decided by them, so theirs is the honest number",
            "Des images regardées une seule fois, à la fin. Rien n’a été décidé d’après elles : leur chiffre est le chiffre honnête",
        ),
    },
    Term {
        name: say("committee (ensemble)", "comité (ensemble)"),
        forms: say("committee|committees", "comité|comités"),
        meaning: say(
            "Several runs that answer together, by the mean of what each says: mostly a little better than the best of them alone",
            "Plusieurs essais qui répondent ensemble, par la moyenne de ce que chacun dit : le plus souvent un peu mieux que le meilleur seul",
        ),
    },
    Term {
        name: say("leak", "fuite"),
        forms: say("leaks", "fuites"),
        meaning: say(
            "A picture, or a copy of it, that is both in training and in the test: the result looks better than it is",
            "Une image, ou sa copie, présente à la fois à l’entraînement et au test : le résultat paraît meilleur qu’il n’est",
        ),
    },
    Term {
        name: say("class", "classe"),
        forms: say("classes", "classes"),
        meaning: say("One of the answers that the model can give", "L’une des réponses que le modèle peut donner"),
    },
    Term {
        name: say("label", "étiquette"),
        forms: say("labels", "étiquettes"),
        meaning: say(
            "The answer recorded with a picture. In UTKFace it was estimated by a program and checked by a person",
            "La réponse notée avec une image. Dans UTKFace, elle a été estimée par un programme et vérifiée par une personne",
        ),
    },
    Term {
        name: say("probability", "probabilité"),
        forms: say("", ""),
        meaning: say(
            "How strongly the model leans to the second class, from 0 to 1",
            "À quel point le modèle penche vers la deuxième classe, de 0 à 1",
        ),
    },
    Term {
        name: say("threshold", "seuil"),
        forms: say("", ""),
        meaning: say(
            "The probability from which on the second class is predicted; 0.50 unless you move it",
            "La probabilité à partir de laquelle la deuxième classe est prédite ; 0,50 tant qu’on n’y touche pas",
        ),
    },
    Term {
        name: say("accuracy", "exactitude"),
        forms: say("", ""),
        meaning: say(
            "The share of pictures predicted correctly. Compare it with always giving the larger class’s answer",
            "La part d’images bien classées. À comparer avec le score de qui répondrait toujours la classe majoritaire",
        ),
    },
    Term {
        name: say("confusion matrix", "matrice de confusion"),
        forms: say("matrix", "matrice"),
        meaning: say(
            "How many pictures of each label got each prediction: the diagonal is right, the rest are mistakes",
            "Combien d’images de chaque étiquette ont reçu chaque réponse\u{a0}: la diagonale est juste, le reste sont des erreurs",
        ),
    },
    Term {
        name: say("precision", "précision"),
        forms: say("", ""),
        meaning: say(
            "Of the pictures predicted as a class, the share that belongs to it",
            "Parmi les images prédites dans une classe, la part qui en est",
        ),
    },
    Term {
        name: say("recall", "rappel"),
        forms: say("", ""),
        meaning: say(
            "Of the pictures of a class, the share that is predicted as it",
            "Parmi les images d’une classe, la part que le modèle y reconnaît",
        ),
    },
    Term {
        name: say("F1", "F1"),
        forms: say("", ""),
        meaning: say(
            "One number between precision and recall, high only when both are. Macro F1 is the mean over all classes",
            "Un nombre entre la précision et le rappel, élevé seulement si les deux le sont. Le F1 macro est la moyenne sur toutes les classes",
        ),
    },
    Term {
        name: say("ROC", "ROC"),
        forms: say("ROC curve|false alarms", "courbe ROC|fausses alertes"),
        meaning: say(
            "A curve over every threshold: how many are found, against how many false alarms. The closer to the upper left corner, the better",
            "Une courbe sur tous les seuils : combien sont trouvés, contre combien de fausses alertes. Plus elle approche du coin en haut à gauche, mieux c’est",
        ),
    },
    Term {
        name: say("AUC", "AUC"),
        forms: say("area", "aire"),
        meaning: say(
            "The area under the ROC curve: how often a picture of the second class gets a higher probability than one of the first. 0.5 is guessing, 1 is perfect",
            "L’aire sous la courbe ROC : combien de fois une image de la deuxième classe reçoit une probabilité plus haute qu’une de la première. 0,5 c’est deviner, 1 c’est parfait",
        ),
    },
    Term {
        name: say("average precision", "précision moyenne"),
        forms: say("", ""),
        meaning: say(
            "The area under the curve of precision against recall",
            "L’aire sous la courbe de la précision selon le rappel",
        ),
    },
    Term {
        name: say("calibration", "calibration"),
        forms: say("calibrated", "calibré"),
        meaning: say(
            "Whether the probabilities can be trusted: of all answers at 80%, eight in ten should be right",
            "Si une probabilité dit vrai : parmi toutes les réponses à 80\u{a0}%, huit sur dix devraient être justes",
        ),
    },
    Term {
        name: say("calibration error (ECE)", "erreur de calibration (ECE)"),
        forms: say("ECE|calibration error", "ECE|erreur de calibration"),
        meaning: say(
            "The mean gap between the probability that the model gives and how often it is right, in percentage points",
            "L’écart moyen entre la probabilité donnée par le modèle et la part de réponses justes, en points de pourcentage",
        ),
    },
    Term {
        name: say("temperature", "température"),
        forms: say("", ""),
        meaning: say(
            "One number that divides the model’s logits so that its confidence matches how often it is right (temperature scaling); no answer changes",
            "Un nombre qui divise les logits du modèle pour que sa confiance corresponde à la part de réponses justes\u{a0}; aucune réponse ne change",
        ),
    },
    Term {
        name: say("95% range", "intervalle à 95\u{a0}%"),
        forms: say("", ""),
        meaning: say(
            "Where the true figure probably lies: with other pictures of the same kind it would fall in there 19 times of 20",
            "Où se trouve sans doute le vrai chiffre : avec d’autres images du même genre, il y tomberait 19 fois sur 20",
        ),
    },
    Term {
        name: say("baseline", "niveau de référence"),
        forms: say("", ""),
        meaning: say(
            "What one would score without looking, by always giving the more frequent answer",
            "Ce qu’on obtiendrait sans regarder, en donnant toujours la réponse la plus fréquente",
        ),
    },
    Term {
        name: say("Grad-CAM", "Grad-CAM"),
        forms: say("", ""),
        meaning: say(
            "A map of where the last convolutions found what supports the answer. Quick and coarse; a hint, not a proof",
            "Une carte des endroits où les dernières convolutions ont trouvé ce qui plaide pour la réponse. Rapide et grossière ; un indice, pas une preuve",
        ),
    },
    Term {
        name: say("occlusion", "occlusion"),
        forms: say("", ""),
        meaning: say(
            "Covers one area of the picture after the other and watches how the answer changes. Slow, but nearer to the truth",
            "Couvre une zone de l’image après l’autre et observe comment la réponse change. Lent, mais plus près de la vérité",
        ),
    },
    Term {
        name: say("results by group", "résultats par groupe"),
        forms: say("", ""),
        meaning: say(
            "Looking at each age, race label and gender apart, because a good average can hide a group for whom it is bad",
            "Regarder chaque âge, «\u{a0}race\u{a0}» notée et genre à part, car une bonne moyenne peut cacher un groupe pour qui elle est mauvaise",
        ),
    },
    Term {
        name: say("run", "essai"),
        forms: say("", ""),
        meaning: say(
            "One training with its settings, curves, weights and results, kept in a folder of its own",
            "Un entraînement avec ses réglages, ses courbes, ses poids et ses résultats, gardé dans son propre dossier",
        ),
    },
    Term {
        name: say("p-value", "valeur p"),
        forms: say("McNemar", "McNemar"),
        meaning: say(
            "How likely chance alone makes a difference as large as the one that was seen; below 0.05 it is hardly luck",
            "La probabilité que le hasard seul fasse une différence aussi grande que celle qui a été vue\u{a0}; au-dessous de 0,05, ce n’est guère un hasard",
        ),
    },
    Term {
        name: say("ONNX", "ONNX"),
        forms: say("", ""),
        meaning: say(
            "A file format for trained networks that other programs and websites can use",
            "Un format de fichier pour réseaux entraînés, que d’autres programmes et sites savent utiliser",
        ),
    },
    Term {
        name: say("model card", "fiche du modèle"),
        forms: say("", ""),
        meaning: say(
            "A page that says what a model is for, on what it was trained, how good it is for whom, and what it must not be used for",
            "Une page qui dit à quoi sert un modèle, sur quoi il a été entraîné, ce qu’il vaut et pour qui, et ce à quoi il ne doit pas servir",
        ),
    },
    Term {
        name: say("TensorBoard", "TensorBoard"),
        forms: say("", ""),
        meaning: say(
            "A viewer for training curves that many researchers use",
            "Un visualiseur de courbes d’entraînement que beaucoup de chercheurs utilisent",
        ),
    },
];
