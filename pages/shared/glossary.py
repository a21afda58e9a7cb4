"""The field's words as this application uses them: definition, and where it comes from.

``show_terms`` puts the words of a page below it, each with its definition on hover, focus or touch.
"""

from dataclasses import dataclass

import streamlit as st

KONG = "Kong et al. 2019"


@dataclass(frozen=True)
class Term:
    """A definition in Markdown, and its source."""

    definition: str
    source: str


TERMS = {
    "attention": Term(
        "A pooling whose weights a second output of the network learns, instead of a rule over rank.",
        "Q. Kong et al., Audio Set classification with attention model, ICASSP 2018",
    ),
    "auto-pool": Term(
        "A pooling whose weights are a softmax of the mask times a learnt sharpness: 0 is the mean, infinity "
        "the maximum.",
        "McFee, Salamon, Bello, Adaptive pooling operators for weakly labeled sound event detection, 2018",
    ),
    "AUC": Term(
        "Area under the curve of hits over false alarms as a threshold moves: the probability that a clip "
        "with the class scores above one without. 0.5 is chance.",
        "Fawcett, An introduction to ROC analysis, 2006",
    ),
    "bag": Term(
        "A set of instances with one label for the set: here a clip, its instances the units of time and "
        "frequency. The label is 1 if at least one instance is positive.",
        "Dietterich, Lathrop, Lozano-Pérez, Solving the multiple instance problem, 1997",
    ),
    "clip probability": Term(
        "The pooled mask: one number a class for the whole clip, compared with the weak label in training.",
        KONG + ", §III",
    ),
    "decay": Term(
        "$r$ of GWRP. About the first $1/(1-r)$ units in rank count; $r = 0.9998$ in the paper.",
        KONG + ", §III-C",
    ),
    "error rate": Term(
        "Missed events and false alarms, divided by the number of true events: 0 is perfect, and it may "
        "exceed 1.",
        "Mesaros, Heittola, Virtanen, Metrics for polyphonic sound event detection, 2016",
    ),
    "event": Term(
        "One occurrence of a class, from an onset to an offset.",
        "Mesaros, Heittola, Virtanen, Metrics for polyphonic sound event detection, 2016",
    ),
    "F1": Term(
        "Harmonic mean of precision (how much of what was found is right) and recall (how much of what is "
        "there was found).",
        "van Rijsbergen, Information Retrieval, 1979",
    ),
    "frame": Term(
        "2048 samples (64 ms) of sound that one column of the spectrogram is computed from; the next "
        "begins 1024 samples (32 ms) later.",
        KONG + ", §IV",
    ),
    "frame score": Term(
        "Mean of a class's mask over the mel bands of one frame; thresholds make events of it.",
        KONG + ", eq. 2",
    ),
    "GAP": Term(
        "Global average pooling: the mean of all units. All are taught alike, so masks spread.",
        KONG + ", §III-B",
    ),
    "GMP": Term(
        "Global max pooling: the largest unit. Only that one is taught, so masks shrink.",
        KONG + ", §III-A",
    ),
    "gradient": Term(
        "How the clip probability changes when a unit of the mask changes a little: all that the label "
        "tells a unit in training.",
        "Rumelhart, Hinton, Williams, Learning representations by back-propagating errors, 1986",
    ),
    "GWRP": Term(
        "Global weighted rank pooling: the units sorted from high to low, weighted by $r^{j-1}$.",
        "Kolesnikov and Lampert, Seed, expand and constrain, 2016; " + KONG + ", §III-C",
    ),
    "ideal binary mask": Term(
        "1 where the source's mel magnitude is above that of the scene less 5 dB while the event sounds, "
        "else 0. Masks are evaluated against it.",
        KONG + ", §IV; Wang, On ideal binary mask, 2005",
    ),
    "ideal ratio mask": Term(
        "For each unit the source's magnitude over the sum of the magnitudes of all sources and the scene. "
        "It needs the true sources.",
        KONG + ", §IV; Wang, Narayanan, Wang, On training targets, 2014",
    ),
    "IoU": Term(
        "Intersection over union: units that two areas share over units that either has. 1 if they are one.",
        "Jaccard, The distribution of the flora in the alpine zone, 1912",
    ),
    "linear softmax": Term(
        "A pooling that weighs each unit by itself: $\\sum y^2 / \\sum y$.",
        "Wang, Li, Metze, A comparison of five multiple instance learning pooling functions, 2019",
    ),
    "log mel": Term(
        "Natural logarithm of the spectrum's magnitude in 64 mel bands, spaced as the ear hears pitch; "
        "shown in dB.",
        "Davis and Mermelstein, 1980; " + KONG + ", §IV",
    ),
    "loss": Term(
        "What training makes small: here binary cross-entropy between clip probabilities and weak labels.",
        KONG + ", §III",
    ),
    "mAP": Term(
        "Mean over the classes of average precision: precision averaged over the ranks of the positives. "
        "Chance is the share of positives.",
        "Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008",
    ),
    "mask": Term(
        "A value from 0 to 1 a class, frame and mel band: how much of this unit belongs to the class.",
        KONG + ", §III",
    ),
    "mixture": Term("Sources and scene added up.", KONG + ", §IV"),
    "onset": Term(
        "When an event begins, in seconds; its offset is when it ends.",
        "Mesaros, Heittola, Virtanen, 2016",
    ),
    "operating point": Term(
        "The thresholds at which scores become decisions; another point trades misses for false alarms.",
        "Ebbers, Haeb-Umbach, Serizel, Threshold independent evaluation of sound event detection, 2022",
    ),
    "power pooling": Term(
        "A pooling that weighs each unit by its own power $n$: 0 is the mean, 1 linear softmax.",
        "Liu et al., Power pooling: an adaptive pooling function, 2021",
    ),
    "PSDS": Term(
        "Polyphonic sound detection score: area under the curve of detections over false alarms an hour, "
        "over all thresholds.",
        "Bilen et al., A framework for the robust evaluation of sound event detection, 2020",
    ),
    "scene": Term(
        "The background in which events happen: rain, a street, a room.",
        "Mesaros, Heittola, Virtanen, A multi-device dataset for urban acoustic scenes, 2018",
    ),
    "separation": Term(
        "Getting a source out of a mixture: here the mask times the mixture's spectrum, transformed back.",
        KONG + ", §III-E",
    ),
    "SI-SDR": Term(
        "Scale-invariant signal-to-distortion ratio in dB: energy of the best-scaled true source over the "
        "energy of what differs from it.",
        "Le Roux et al., SDR – half-baked or well done?, 2019",
    ),
    "SNR": Term(
        "Signal-to-noise ratio in dB: level of each event over the level of the scene.",
        KONG + ", §IV",
    ),
    "source": Term("One event's own sound, before it was mixed.", KONG + ", §IV"),
    "strong label": Term(
        "A label with onset and offset: what is needed to evaluate, never used to train here.",
        "Mesaros, Heittola, Virtanen, 2016",
    ),
    "T-F F1": Term(
        "F1 over units of time and frequency: the mask above 0.1 against the ideal binary mask.",
        KONG + ", §V",
    ),
    "top-k": Term(
        "A pooling by the mean of the $k$ largest units.",
        "Pinheiro and Collobert, From image-level to pixel-level labeling, 2015",
    ),
    "unit": Term(
        "One cell of the plane: one frame and one mel band. Ten seconds have 311 × 64 = 19\u202f904.",
        KONG + ", §III",
    ),
    "weak label": Term(
        "A label that says that a class occurs in a clip, not when or at which frequencies.",
        "Kumar and Raj, Audio event detection using weakly labeled data, 2016",
    ),
}


def show_terms(*names: str) -> None:
    """The words of a page, each with its definition."""
    with st.container(horizontal=True, gap="medium"):
        st.caption("Words:", width="content")
        for name in names:
            term = TERMS[name]
            st.caption(name, help=f"{term.definition}\n\n*{term.source}*", width="content")


def show_glossary() -> None:
    """All words with definition and source."""
    for name in sorted(TERMS, key=str.casefold):
        term = TERMS[name]
        st.markdown(f"**{name}**: {term.definition}  \n:small[{term.source}]")
