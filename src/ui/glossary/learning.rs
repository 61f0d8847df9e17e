//! Words about the network and its training.

use super::Term;
use crate::text::say;

pub(super) const TERMS: &[Term] = &[
    Term {
        name: say("neural network", "réseau de neurones"),
        forms: say("network|networks", "réseau|réseaux"),
        meaning: say(
            "Layers of simple sums. Each layer passes on what it found to the next; training finds the numbers in the sums",
            "Des couches de sommes simples. Chaque couche transmet ce qu’elle a trouvé à la suivante ; l’entraînement trouve les nombres de ces sommes",
        ),
    },
    Term {
        name: say("weights", "poids"),
        forms: say("weight|parameter|parameters", "paramètre|paramètres"),
        meaning: say(
            "The numbers inside the network, also called parameters. Training changes them a little after each batch",
            "Les nombres à l’intérieur du réseau, aussi appelés paramètres. L’entraînement les change un peu après chaque lot",
        ),
    },
    Term {
        name: say("convolution", "convolution"),
        forms: say("convolutions|conv", "convolutions|conv"),
        meaning: say(
            "A layer that slides small filters over the picture and notes where each one fits",
            "Une couche qui fait glisser de petits filtres sur l’image et note où chacun correspond",
        ),
    },
    Term {
        name: say("filter", "filtre"),
        forms: say("filters", "filtres"),
        meaning: say(
            "A small pattern that a convolution looks for: at first edges and colors, deeper in the network eyes or hair",
            "Un petit motif que cherche une convolution : d’abord des bords et des couleurs, plus loin des yeux ou des cheveux",
        ),
    },
    Term {
        name: say("kernel", "noyau"),
        forms: say("", ""),
        meaning: say(
            "The little square of pixels that a filter covers at once, usually 3 by 3",
            "Le petit carré de pixels qu’un filtre couvre à la fois, en général 3 sur 3",
        ),
    },
    Term {
        name: say("max-pooling", "max-pooling"),
        forms: say("max-pool|pooling", "max-pool|pooling"),
        meaning: say(
            "Halves the picture by keeping the strongest value of every 2 by 2 pixels",
            "Divise l’image par deux en gardant la plus forte valeur de chaque carré de 2 sur 2 pixels",
        ),
    },
    Term {
        name: say("dense layer", "couche dense"),
        forms: say("dense layers|dense|dense units", "couches denses|dense|unités denses"),
        meaning: say(
            "A layer in which every unit looks at everything that the layer before it found",
            "Une couche dont chaque unité regarde tout ce que la couche précédente a trouvé",
        ),
    },
    Term {
        name: say("activation", "activation"),
        forms: say("ReLU|leaky ReLU|GELU", "ReLU|leaky ReLU|GELU"),
        meaning: say(
            "What a unit does with its sum before passing it on. ReLU, the usual one, turns everything below zero into zero",
            "Ce qu’une unité fait de sa somme avant de la transmettre. ReLU, la plus courante, remplace par zéro tout ce qui est négatif",
        ),
    },
    Term {
        name: say("sigmoid", "sigmoïde"),
        forms: say("", ""),
        meaning: say(
            "Turns the network’s last number into a probability between 0 and 1",
            "Transforme le dernier nombre du réseau en une probabilité entre 0 et 1",
        ),
    },
    Term {
        name: say("epoch", "époque"),
        forms: say("epochs", "époques"),
        meaning: say(
            "One pass through all the training pictures, or several where there are few",
            "Un passage sur toutes les images d’entraînement, ou plusieurs s’il y en a peu",
        ),
    },
    Term {
        name: say("batch", "lot"),
        forms: say("batches|batch size", "lots|taille des lots"),
        meaning: say(
            "The pictures looked at together before each small correction",
            "Les images regardées ensemble avant chaque petite correction",
        ),
    },
    Term {
        name: say("step", "pas d’entraînement"),
        forms: say("steps", ""),
        meaning: say("One correction of the weights, after one batch", "Une correction des poids, après un lot"),
    },
    Term {
        name: say("loss", "perte"),
        forms: say("cross-entropy", "entropie croisée"),
        meaning: say(
            "How wrong the model is, counting how sure it was: being wrong and sure costs most. Training makes it small",
            "À quel point le modèle se trompe, compte tenu de sa confiance : se tromper en étant sûr coûte le plus. L’entraînement la fait baisser",
        ),
    },
    Term {
        name: say("focal loss", "focal loss"),
        forms: say("", ""),
        meaning: say(
            "A loss in which pictures that are already right count less, so that the hard ones decide",
            "Une perte où les images déjà bien classées comptent moins : les difficiles décident",
        ),
    },
    Term {
        name: say("label smoothing", "lissage des étiquettes"),
        forms: say("", ""),
        meaning: say(
            "Asks the model for 95% instead of 100%, since some recorded labels are wrong",
            "Demande au modèle 95\u{a0}% au lieu de 100\u{a0}%, puisque certaines étiquettes notées sont fausses",
        ),
    },
    Term {
        name: say("class weights", "pondération des classes"),
        forms: say("", ""),
        meaning: say(
            "How much a picture of each class counts; they make up for a class that has fewer pictures",
            "Combien compte une image de chaque classe ; compense une classe qui a moins d’images",
        ),
    },
    Term {
        name: say("gradient", "gradient"),
        forms: say("gradients", "gradients"),
        meaning: say(
            "For each weight, which way and how strongly the loss would change. The correction goes against it",
            "Pour chaque poids, dans quel sens et de combien la perte changerait. La correction va à l’inverse",
        ),
    },
    Term {
        name: say("optimizer", "optimiseur"),
        forms: say("Adam|AdamW|SGD|RMSprop|Nadam", "Adam|AdamW|SGD|RMSprop|Nadam"),
        meaning: say(
            "The rule that turns gradients into corrections. Adam gives each weight steps of its own size; SGD gives all the same",
            "La règle qui transforme les gradients en corrections. Adam donne à chaque poids des pas à sa mesure ; SGD donne les mêmes à tous",
        ),
    },
    Term {
        name: say("momentum", "inertie"),
        forms: say("", ""),
        meaning: say(
            "Part of the last correction is repeated, as a rolling ball keeps its direction",
            "Une part de la dernière correction est refaite, comme une bille qui roule garde sa direction",
        ),
    },
    Term {
        name: say("learning rate", "taux d’apprentissage"),
        forms: say("rate|rates", "taux"),
        meaning: say(
            "How large each correction is. Too high and the loss jumps, too low and nothing moves",
            "La taille de chaque correction. Trop haut, la perte saute ; trop bas, rien ne bouge",
        ),
    },
    Term {
        name: say("schedule", "calendrier"),
        forms: say("", ""),
        meaning: say(
            "How the learning rate changes during training: high at first to learn quickly, low at the end to learn finely",
            "La façon dont le taux d’apprentissage change pendant l’entraînement : haut au début pour apprendre vite, bas à la fin pour apprendre finement",
        ),
    },
    Term {
        name: say("cosine", "cosinus"),
        forms: say("", ""),
        meaning: say(
            "A schedule that stays high for long, then falls smoothly to almost nothing, like the half wave of a cosine",
            "Un calendrier qui reste haut longtemps, puis tombe en douceur presque à rien, comme la demi-onde d’un cosinus",
        ),
    },
    Term {
        name: say("warm-up", "échauffement"),
        forms: say("", ""),
        meaning: say(
            "The first epochs, in which the learning rate rises from almost zero, because the first weights are random",
            "Les premières époques, où le taux d’apprentissage monte depuis presque zéro, car les premiers poids sont tirés au hasard",
        ),
    },
    Term {
        name: say("plateau", "plateau"),
        forms: say("", "stagnation"),
        meaning: say(
            "A stretch of epochs in which nothing gets better; then a lower learning rate often helps",
            "Une suite d’époques où rien ne s’améliore ; un taux d’apprentissage plus bas aide alors souvent",
        ),
    },
    Term {
        name: say("patience", "patience"),
        forms: say("", ""),
        meaning: say(
            "How many epochs without progress are waited out before something is done",
            "Combien d’époques sans progrès on attend avant d’agir",
        ),
    },
    Term {
        name: say("early stopping", "arrêt anticipé"),
        forms: say("", ""),
        meaning: say(
            "Ends training once validation has not got better for some epochs, and keeps the best",
            "Met fin à l’entraînement quand la validation ne s’améliore plus depuis quelques époques, et garde la meilleure",
        ),
    },
    Term {
        name: say("overfitting", "surapprentissage"),
        forms: say("by heart", "par cœur"),
        meaning: say(
            "Learning the training pictures by heart: better and better on them, no better on new ones",
            "Apprendre par cœur les images d’entraînement : de mieux en mieux sur elles, pas mieux sur les nouvelles",
        ),
    },
    Term {
        name: say("dropout", "dropout"),
        forms: say("", ""),
        meaning: say(
            "Units are switched off at random while training, so that no single one is relied on. Against overfitting",
            "Des unités sont éteintes au hasard pendant l’entraînement, pour ne dépendre d’aucune. Contre le surapprentissage",
        ),
    },
    Term {
        name: say("L2", "L2"),
        forms: say("", ""),
        meaning: say(
            "Pulls every weight a little towards zero, so that none grows large for the sake of a few pictures",
            "Tire chaque poids un peu vers zéro, pour qu’aucun ne grandisse à cause de quelques images",
        ),
    },
    Term {
        name: say("weight decay", "décroissance des poids"),
        forms: say("", ""),
        meaning: say(
            "As L2, but applied to the weights directly, beside the correction. Made for AdamW",
            "Comme L2, mais appliquée directement aux poids, à côté de la correction. Faite pour AdamW",
        ),
    },
    Term {
        name: say("batch norm", "batch norm"),
        forms: say("batch normalization", "normalisation par lots"),
        meaning: say(
            "Brings the numbers between two layers into a steady range, batch by batch; training gets faster and steadier",
            "Ramène les nombres entre deux couches dans une plage stable, lot par lot ; l’entraînement devient plus rapide et plus régulier",
        ),
    },
    Term {
        name: say("augmentation", "augmentation"),
        forms: say("augmented", "augmentée"),
        meaning: say(
            "Small random changes of the training pictures: crop, flip, brightness. The model then learns about faces, not these pictures by heart",
            "De petits changements aléatoires des images d’entraînement\u{a0}: recadrage, miroir, luminosité. Le modèle apprend alors à voir des visages, et non ces images par cœur",
        ),
    },
    Term {
        name: say("seed", "graine"),
        forms: say("", ""),
        meaning: say(
            "The number from which all chance is drawn: the same seed gives the same run again",
            "Le nombre d’où sort tout le hasard : la même graine redonne le même essai",
        ),
    },
    Term {
        name: say("NaN", "NaN"),
        forms: say("", ""),
        meaning: say(
            "“Not a number”: what a computation gives that has run away. Lower the learning rate",
            "« Pas un nombre » : ce que donne un calcul qui s’est emballé. Baissez le taux d’apprentissage",
        ),
    },
    Term {
        name: say("transfer learning", "apprentissage par transfert"),
        forms: say("fine-tuning|start from", "réglage fin|partir de"),
        meaning: say(
            "Beginning with what another network has learned in place of random weights. What its first blocks see is of use for other questions, too, so fewer pictures are enough",
            "Partir de ce qu’un autre réseau a appris au lieu de poids tirés au hasard. Ce que voient ses premiers blocs sert aussi à d’autres questions : il faut alors moins d’images",
        ),
    },
    Term {
        name: say("frozen", "figé"),
        forms: say("freeze", "figés|figer"),
        meaning: say(
            "Kept as it is: training changes nothing of it, and batch norm goes by what it stored",
            "Gardé tel quel : l’entraînement n’y change rien, et la batch norm suit ce qu’elle a mémorisé",
        ),
    },
];
