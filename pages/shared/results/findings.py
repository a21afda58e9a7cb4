"""What a table says beside the paper's, in words: who is best, and how the three poolings stand.

Made from the figures themselves, so that it never says what another training run has changed.
"""

from collections.abc import Sequence

from pages.shared.numbers import fixed
from pages.shared.results.tables import Mean
from pages.shared.views import title
from sedtf_core.models import MASK_SYSTEMS

LOWER_IS_BETTER = "(lower is better)"


def findings_in_words(means: Sequence[Mean]) -> list[str]:
    """Return a line of Markdown a measure that the paper has, too; ``means`` are of one SNR."""
    known = [mean for mean in means if mean.beside is not None]
    headings = dict.fromkeys(mean.heading for mean in known)
    return [_finding([mean for mean in known if mean.heading == heading]) for heading in headings]


def _finding(means: Sequence[Mean]) -> str:
    """One measure: the best system here and in the paper, and the order of the poolings in both."""
    ours, papers = _best_first(means, is_ours=True), _best_first(means, is_ours=False)
    heading = means[0].heading.removesuffix(LOWER_IS_BETTER).strip()
    return f"**{heading}.** {_best(ours, papers)} {_poolings(ours, papers)}".rstrip()


def _best_first(means: Sequence[Mean], *, is_ours: bool) -> list[Mean]:
    """The systems by our figure or by the paper's; of equal ones the first stays first."""
    sign = 1 if means[0].heading.endswith(LOWER_IS_BETTER) else -1
    return sorted(means, key=lambda mean: sign * _value(mean, is_ours=is_ours))


def _value(mean: Mean, *, is_ours: bool) -> float:
    """Our figure, or the paper's."""
    if is_ours:
        return mean.ours
    assert mean.beside is not None
    return mean.beside


def _best(ours: Sequence[Mean], papers: Sequence[Mean]) -> str:
    """Who leads, and who lies within the leader's interval."""
    best, papers_best = ours[0], papers[0]
    close = [
        title(mean.system)
        for mean in ours[1:]
        if best.low is not None and best.high is not None and best.low <= mean.ours <= best.high
    ]
    near = f"; {' and '.join(close)} within its interval" if close else ""
    here = f"{title(best.system)} is best here ({fixed(best.ours, best.digits)}{near})"
    if best.system == papers_best.system:
        return f"{here}, as in the paper."
    there = fixed(_value(papers_best, is_ours=False), best.digits)
    return f"{here}, {title(papers_best.system)} in the paper ({there})."


def _poolings(ours: Sequence[Mean], papers: Sequence[Mean]) -> str:
    """The order of the systems that differ in their pooling; nothing where there is only one of them."""
    here, there = (
        [title(mean.system) for mean in order if mean.system in MASK_SYSTEMS]
        for order in (ours, papers)
    )
    if len(here) < 2:
        return ""
    if here == there:
        return f"{' over '.join(here)}, as in the paper."
    return f"{' over '.join(here)}; in the paper {' over '.join(there)}."
