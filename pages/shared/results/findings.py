"""What a table says beside the paper's, in words: who is best, and how the three poolings stand.

Made from the figures themselves, so that it never says what another training run has changed.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from pages.shared.numbers import fixed
from pages.shared.results.tables import Mean
from pages.shared.views import title
from sedtf_core.models import MASK_SYSTEMS

LOWER_IS_BETTER = "(lower is better)"
Ranking: TypeAlias = Sequence[tuple[str, float]]  # systems with their figures, the best first


def findings_in_words(means: Sequence[Mean]) -> list[str]:
    """Return a line of Markdown a measure that the paper has, too; ``means`` are of one SNR."""
    known = [mean for mean in means if mean.beside is not None]
    headings = dict.fromkeys(mean.heading for mean in known)
    return [_finding([mean for mean in known if mean.heading == heading]) for heading in headings]


def _finding(means: Sequence[Mean]) -> str:
    """One measure: the best system here and in the paper, and the order of the poolings in both."""
    heading = means[0].heading
    lowest_first = heading.endswith(LOWER_IS_BETTER)
    here = _ranking(((m.system, m.ours) for m in means), lowest_first=lowest_first)
    there = _ranking(
        ((m.system, m.beside) for m in means if m.beside is not None), lowest_first=lowest_first
    )
    best = next(mean for mean in means if mean.system == here[0][0])
    name = heading.removesuffix(LOWER_IS_BETTER).strip()
    return f"**{name}.** {_best_in_words(best, here, there)} {_poolings(here, there)}".rstrip()


def _ranking(figures: Iterable[tuple[str, float]], *, lowest_first: bool) -> Ranking:
    """The best first; equal ones stay in their order."""
    sign = 1 if lowest_first else -1
    return sorted(figures, key=lambda figure: sign * figure[1])


def _best_in_words(best: Mean, here: Ranking, there: Ranking) -> str:
    """Who leads, who lies within the leader's interval, and who leads in the paper."""
    low, high = best.low, best.high
    near = ""
    if low is not None and high is not None:
        close = [title(system) for system, figure in here[1:] if low <= figure <= high]
        near = f"; {' and '.join(close)} within its interval" if close else ""
    ours = f"{title(best.system)} is best here ({fixed(best.ours, best.digits)}{near})"
    system, papers = there[0]
    if system == best.system:
        return f"{ours}, as in the paper."
    return f"{ours}, {title(system)} in the paper ({fixed(papers, best.digits)})."


def _poolings(here: Ranking, there: Ranking) -> str:
    """The order of the systems that differ in their pooling; nothing where there is only one of them."""
    ours, papers = (
        " over ".join(title(system) for system, _ in ranking if system in MASK_SYSTEMS)
        for ranking in (here, there)
    )
    if " over " not in ours:
        return ""
    return f"{ours}, as in the paper." if ours == papers else f"{ours}; in the paper {papers}."
