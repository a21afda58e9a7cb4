"""The seven steps of the lesson: title, idea, what to try, speaker notes, where to go on."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.shared.lesson import demos
from pages.shared.lesson.facts import LessonFacts


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    idea
        Markdown, read before anything is tried.
    show
        Draws what can be tried.
    notes
        For whoever lectures: what to ask, and what the room usually says.
    terms
        Glossary entries shown below.
    further
        Page file and words of a link to the page that goes deeper.
    reveal
        Draws what an answer uncovers, where it does more than explain.
    """

    title: str
    idea: str
    show: Callable[[LessonFacts], None]
    notes: str
    terms: tuple[str, ...]
    further: tuple[str, str]
    reveal: Callable[[LessonFacts], None] | None = None


STEPS = (
    Step(
        "Weak labels and bags",
        "A **weak label** says *that* a class sounds somewhere in a clip, never when or at which "
        "frequencies. It costs a second to give, where onsets and offsets cost minutes. Listen, and look "
        "for the bark yourself.",
        demos.show_bag,
        "Play the clip before showing anything. Ask what was heard, then where. Let the room point at the "
        "log mel. Only then switch on what the label does not say.",
        ("weak label", "strong label", "bag", "log mel"),
        ("pages/explore.py", "See and hear the whole clip on Explore"),
    ),
    Step(
        "What a mask is",
        "A **segmentation mask** has a value from 0 to 1 for each frame and mel band: how much of this unit "
        "belongs to the class. The **ideal ratio mask** is known here because the clip was mixed here. "
        "Choose a mask and hear what it lets through.",
        demos.show_masks,
        "Start with the box. Ask what is in it besides the bark: the rain in the same place. Then the ideal "
        "mask, which still keeps the mixture's phase.",
        ("mask", "ideal ratio mask", "source", "scene"),
        ("pages/paint.py", "Paint a mask of your own"),
    ),
    Step(
        "Global max pooling",
        "During training the mask is squeezed to one number, the **clip probability**, and only that is "
        "compared with the label: $p = \\max_j y_j$ under **GMP**. The mask is never shown the truth. "
        "What does it learn?",
        demos.show_gmp,
        "Let the room vote before revealing. The surprise is that GMP may tag very well with a mask of "
        "hardly any area: tagging and locating are different tasks.",
        ("clip probability", "GMP", "gradient"),
        ("pages/training.py", "Watch the masks while they are learnt"),
        demos.reveal_gmp,
    ),
    Step(
        "Global average pooling",
        "**GAP** takes the mean over all $N$ units: $p = \\frac{1}{N} \\sum_j y_j$. Every unit is "
        "taught, and all alike. Move the slider: how many of the units must be lit for a clip "
        "probability of one half?",
        demos.show_gap,
        "Ask for the clip probability of a perfect mask. Most say 1. The mean of a short sound's ideal mask "
        "is a few per cent, and that is the whole trouble.",
        ("GAP", "clip probability"),
        ("pages/pooling.py", "Open the pooling lab"),
        demos.reveal_gap,
    ),
    Step(
        "Global weighted rank pooling",
        "**GWRP** sorts the units from high to low and weighs them by rank: "
        "$p = \\frac{1}{Z} \\sum_j r^{\\,j-1} y_{(j)}$ with $Z = \\sum_j r^{\\,j-1}$. With $r = 0$ it is the "
        "maximum, with $r = 1$ the mean. Slide from one to the other.",
        demos.show_gwrp,
        "Move r from left to right slowly. Then say aloud that this is not training with that r: the masks "
        "below come from networks that were trained with their own pooling from the first step.",
        ("GWRP", "decay"),
        ("pages/pooling.py", "Open the pooling lab"),
        demos.reveal_gwrp,
    ),
    Step(
        "From masks to events",
        "Averaged over its mel bands, each frame of the mask becomes a **frame score**. Where the score "
        "passes a threshold an **event** begins; it goes on while the score stays above a lower one. How low "
        "must the threshold go until each of the three sounds is found?",
        demos.show_events,
        "Move down from 0.8 and let the room call out when a sound appears. Ask why none appears at 0.8: a "
        "frame score is a mean over all bands, and no sound fills them all. Answered, the dotted lines are "
        "the scores of the ideal masks.",
        ("frame score", "event", "onset", "operating point"),
        ("pages/events.py", "Move the operating point on Events"),
        demos.reveal_events,
    ),
    Step(
        "From masks to sound",
        "The mask, spread from mel bands to the bins of the spectrum, is multiplied with the mixture's "
        "spectrum, and the inverse transform makes it a sound: **separation**, learnt from weak labels "
        "alone. Listen to each mask before you answer.",
        demos.show_sound,
        "Play GMP first, almost silence, then GAP and GWRP, then the ideal mask, then the true source. Ask "
        "what is still wrong with the ideal mask: it has the mixture's phase. Solutions of the pencil "
        "exercises: a) 1 for any area, a, and (1 − e^(−4a)) / (1 − e^(−4)); p = 0.5 at a = 0.5 and 0.17. b) "
        "Below p / 2; weak units fall to 0 and what is left hardens. c) The hi-hat, which fills many bands "
        "at once; the whistle fills one or two of 64, so its frame score stays near 0.03.",
        ("separation", "SI-SDR", "mixture"),
        ("pages/snr.py", "Turn the SNR down until it breaks"),
        demos.reveal_sound,
    ),
)
