"""The seven questions: predicted first, then checked against what is measured.

A question's right answer follows from the facts wherever it is about data; the explanation says why.
"""

from dataclasses import dataclass

from pages.shared.areas import claim_in_words
from pages.shared.lesson.facts import LessonFacts
from pages.shared.numbers import lit_text, signed_db, thousands
from pages.shared.views import TITLES
from sedtf_core.config import DetectionConfig
from sedtf_core.labels import display_name


@dataclass(frozen=True)
class Question:
    """A question with its choices; ``right`` is an index, ``why`` the explanation in Markdown."""

    text: str
    choices: tuple[str, ...]
    right: int
    why: str


def questions(facts: LessonFacts) -> tuple[Question, ...]:
    """One question a step, in order."""
    return (
        _about_labels(facts),
        _about_masks(),
        _about_gmp(facts),
        _about_gap(facts),
        _about_gwrp(facts),
        _about_events(facts),
        _about_sound(facts),
    )


def _about_labels(facts: LessonFacts) -> Question:
    return Question(
        f"One label of the clip is “{facts.name}”. For how many of the {thousands(facts.units)} units of "
        f"time and frequency does that label say whether they are {facts.name}?",
        ("For none of them", "For the loud ones", "For all of them"),
        0,
        f"The clip is a *bag* of units, and the label is the bag's: 1 says that at least one unit is "
        f"{facts.name}, 0 that none is. Which ones is what the network has to find out by itself, by "
        f"comparing many clips with and without {facts.name}.",
    )


def _about_masks() -> Question:
    return Question(
        "A mask that is 1 everywhere is multiplied with the mixture's spectrum. What comes out?",
        ("Silence", "The loudest source", "The mixture, unchanged"),
        2,
        "A mask says what share of each unit to let through. All ones let everything through, all zeros "
        "nothing. The ideal ratio mask lets through the source's share of each unit's magnitude. Choose "
        "the four masks one by one and listen.",
    )


def _about_gmp(facts: LessonFacts) -> Question:
    gmp = facts.systems["gmp"]
    return Question(
        f"The label says “{facts.name}” and the pooled probability is too low. To how many units of the "
        "mask does GMP pass the gradient?",
        ("To one", "To a quarter of them", "To all of them"),
        0,
        "The maximum depends on a single unit, so only that one is told to rise; once it is high, nothing "
        f"asks for the rest. What the trained network shows: {_units_lit(gmp.lit)} of this {facts.name}, "
        f"where the ideal mask has {thousands(facts.ideal.lit)}: "
        f"{_held(gmp.lit < facts.ideal.lit, 'GMP', 'underestimates')}.",
    )


def _about_gap(facts: LessonFacts) -> Question:
    gap, mean = facts.systems["gap"], facts.ideal_mean()
    return Question(
        f"The ideal mask of this {facts.name} lights {thousands(facts.ideal.lit)} of the "
        f"{thousands(facts.units)} units. What clip probability does GAP make of this perfect answer?",
        (f"{mean:.2f}", "0.50", "1.00"),
        0,
        f"GAP is the mean. The loss wants 1 and sees {mean:.2f}, so it punishes a perfect mask and pushes "
        "every unit up alike: the mask spreads. The trained network lights "
        f"{lit_text(gap.lit, facts.units)}, the ideal mask {lit_text(facts.ideal.lit, facts.units)}: "
        f"{_held(gap.lit > facts.ideal.lit, 'GAP', 'overestimates')}.",
    )


def _about_gwrp(facts: LessonFacts) -> Question:
    pooled, mean = facts.ideal_rank_pooled(), facts.ideal_mean()
    lit = {name: facts.systems[name].lit for name in ("gmp", "gwrp", "gap")}
    between = "Here it lies" if lit["gmp"] < lit["gwrp"] < lit["gap"] else "Here it does not lie"
    return Question(
        f"GWRP sorts the units and weighs them with $r^{{j-1}}$. With $r = 0.9998$, what does it make of the "
        f"same ideal mask, whose mean is {mean:.2f} and whose maximum is {facts.ideal.mask.max():.2f}?",
        (f"{mean:.2f}", f"{pooled:.2f}", f"{facts.ideal.mask.max():.2f}"),
        1,
        f"Between the two. About the first $1 / (1 - r) = 5\\,000$ units count, a quarter of them all, so a "
        "good mask of a short event still scores low and is pushed to grow, less than under GAP. The trained "
        f"network lights {thousands(lit['gwrp'])} units; the ideal mask has {thousands(facts.ideal.lit)}, "
        f"GMP {thousands(lit['gmp'])}, GAP {thousands(lit['gap'])}. {between} between GMP and GAP, as the "
        f"paper has it. Of the {len(facts.areas)} events of the examples: {claim_in_words(facts.areas)}",
    )


def _about_events(facts: LessonFacts) -> Question:
    ideal = float(facts.ideal_scores[facts.event.label].max())
    others = " and ".join(
        f"that of {display_name(label).lower()} reaches {scores.max():.2f}"
        for label, scores in facts.ideal_scores.items()
        if label != facts.event.label
    )
    learnt = float(facts.analyses["gwrp"].frame_scores[facts.row].max())
    paper = DetectionConfig()
    return Question(
        "A frame score is the mean of a frame's 64 mask values. How high does it rise for the *ideal* mask "
        f"of this {facts.name}?",
        ("0.00", f"{ideal:.2f}", "1.00"),
        1,
        f"To {ideal:.2f}, and under GWRP to {learnt:.2f}. In the same clip {others}: a "
        "frame score cannot exceed the share of the bands that a sound fills, however sure the network is. "
        "One pair of thresholds serves all classes, so it must be low: an event begins at "
        f"{paper.high_threshold:g} and extends at {paper.low_threshold:g} in the paper.",
    )


def _about_sound(facts: LessonFacts) -> Question:
    names = tuple(facts.systems)
    worst = min(names, key=lambda name: facts.systems[name].si_sdr_improvement_db)
    gained = ", ".join(
        f"{TITLES[name]} {signed_db(mask.si_sdr_improvement_db)}"
        for name, mask in facts.systems.items()
    )
    return Question(
        f"Each mask is multiplied with the mixture's spectrum. Whose sound is furthest from the true "
        f"{facts.name}, by SI-SDR?",
        tuple(TITLES[name] for name in names),
        names.index(worst),
        f"Gained over the mixture here: {gained}. An ideal ratio mask would gain "
        f"{signed_db(facts.ideal.si_sdr_improvement_db)}. A mask too small cuts the source away, a mask too "
        "wide lets the scene through; SI-SDR punishes both. It is one clip and three short training runs: "
        "the Results page has the means over many.",
    )


def _units_lit(number: int) -> str:
    return "1 unit above one half" if number == 1 else f"{thousands(number)} units above one half"


def _held(is_so: bool, name: str, verb: str) -> str:
    """Whether the paper's claim about the area of a system's masks shows on this event."""
    return (
        f"{name} {verb} the area"
        if is_so
        else f"on this event {name} does not, as the paper has it"
    )
