"""The lesson's handout: one A4 page as PDF with the figures, the formulas and seven exercises, no answers.

The fonts are those that matplotlib ships, so that every sign of the text is in them.
"""

import io
import re
from pathlib import Path

import matplotlib
from fpdf import FPDF
from matplotlib.figure import Figure

from pages.shared.lesson.facts import LessonFacts
from pages.shared.lesson.pictures import draw_mask, mark_largest
from pages.shared.lesson.questions import Question, questions
from pages.shared.numbers import lit_text, thousands
from pages.shared.views import IDEAL, TITLES
from sedtf_core.plotting import figure_to_png

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
MARGIN_MM = 15
SYMBOLS = {"$r^{j-1}$": "r^(j−1)", "$r = 0.9998$": "r = 0.9998"}

PENCIL = (
    (
        "A mask is 1 on a share a of the units and 0 elsewhere. Write the clip probability as a function "
        "of a under GMP, GAP and GWRP (for GWRP, N is large and N · (1 − r) = 4). For which a is p = 0.5?"
    ),
    (
        "Linear softmax pools with p = Σ y² / Σ y. Differentiate by one unit. Below which value is a unit "
        "pushed down although the class is present? What does that do to the mask?"
    ),
    (
        "Draw the ideal mask of a whistle that rises for two seconds, and of a hi-hat. Sketch both frame "
        "scores. Which of the two would a threshold of 0.2 find?"
    ),
)


def handout_pdf(facts: LessonFacts) -> bytes:
    """The page; the same facts give the same text."""
    page = FPDF(format="A4", unit="mm")
    page.add_font("sans", "", FONTS / "DejaVuSans.ttf")
    page.add_font("sans", "B", FONTS / "DejaVuSans-Bold.ttf")
    page.set_margins(MARGIN_MM, 12)
    page.set_auto_page_break(False)
    page.set_title("What a weak label can teach")
    page.set_lang("en")
    page.add_page()
    _paragraph(page, "What a weak label can teach", size=15, style="B")
    _paragraph(
        page,
        "A network is told only that a class sounds somewhere in a clip. The layer before the global "
        "pooling becomes a mask over time and frequency, and the pooling decides what that mask looks like.",
    )
    page.image(_masks(facts), w=page.epw, alt_text="Masks of one event under three poolings")
    _paragraph(page, _caption(facts), size=7.5)
    _paragraph(page, "Clip probability p from the N units y of a mask, y(1) the largest", style="B")
    page.image(_formulas(), w=page.epw, alt_text="GMP, GAP and GWRP as formulas")
    _paragraph(page, "Exercises: predict, then check in the application's lesson", style="B")
    for number, question in enumerate(questions(facts), 1):
        _exercise(page, number, question)
    _paragraph(page, "With a pencil", style="B")
    for number, task in enumerate(PENCIL, 1):
        _paragraph(page, f"{chr(96 + number)}) {task}", size=8.5)
    return bytes(page.output())


def _paragraph(page: FPDF, text: str, *, size: float = 9, style: str = "") -> None:
    page.set_font("sans", style, size)
    page.multi_cell(page.epw, size * 0.48, text, align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(1.5)


def _exercise(page: FPDF, number: int, question: Question) -> None:
    choices = "   ".join(f"\u2610 {choice}" for choice in question.choices)
    _paragraph(page, f"{number}. {_plain(question.text)}\n{choices}", size=8.5)


def _plain(text: str) -> str:
    """A question without the marks of formulas."""
    for formula, words in SYMBOLS.items():
        text = text.replace(formula, words)
    text = text.replace("*", "")
    if re.search(r"\$|\\", text):
        raise ValueError(f"the handout cannot print the formula in: {text}")
    return text


def _caption(facts: LessonFacts) -> str:
    lit = "; ".join(
        f"{TITLES[name]} {lit_text(mask.lit, facts.units)}, clip probability {mask.clip_prob:.2f}"
        for name, mask in facts.systems.items()
    )
    return (
        f"Masks of one {facts.name} in rain over the mixture's log mel. Units above one half, of "
        f"{thousands(facts.units)}: ideal ratio mask {lit_text(facts.ideal.lit, facts.units)}; {lit}. "
        "The ring marks the largest unit of GMP's mask. Networks as shipped, after short training."
    )


def _masks(facts: LessonFacts) -> io.BytesIO:
    masks = {IDEAL: facts.ideal.mask}
    masks |= {TITLES[name]: mask.mask for name, mask in facts.systems.items()}
    figure = Figure(figsize=(7.5, 3.0), layout="constrained")
    for ax, (title, mask) in zip(
        figure.subplots(1, len(masks), sharey=True), masks.items(), strict=True
    ):
        draw_mask(facts, mask, title, ax, "light")
        ax.label_outer()
        if title == TITLES["gmp"]:
            mark_largest(facts, mask, ax, "light")
    return io.BytesIO(figure_to_png(figure, dpi=220))


def _formulas() -> io.BytesIO:
    figure = Figure(figsize=(9, 0.55))
    formulas = (
        r"GMP:  $p = \max_j\, y_j$",
        r"GAP:  $p = \frac{1}{N} \sum_j\, y_j$",
        r"GWRP:  $p = \frac{1}{Z} \sum_j\, r^{\,j-1}\, y_{(j)},\quad Z = \sum_j\, r^{\,j-1}$",
    )
    for x, formula in zip((0.02, 0.27, 0.52), formulas, strict=True):
        figure.text(x, 0.45, formula, fontsize=13, va="center")
    return io.BytesIO(figure_to_png(figure, dpi=220))
