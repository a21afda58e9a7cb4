"""What the Results page says of the figures: it must follow from them alone."""

import pytest

from pages.shared.results.findings import findings_in_words
from pages.shared.results.tables import Mean

PAPERS = {"dnn": 0.4, "attention": 0.9, "gmp": 0.1, "gap": 0.5, "gwrp": 0.6}


def means(heading: str = "F1", **ours: float) -> list[Mean]:
    return [
        Mean(0.0, system, heading, value, value - 0.02, value + 0.02, PAPERS[system])
        for system, value in ours.items()
    ]


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (
            {"dnn": 0.4, "attention": 0.9, "gmp": 0.0, "gap": 0.2, "gwrp": 0.3},
            [
                "Attention is best here (0.900), as in the paper.",
                "GWRP over GAP over GMP, as in the paper.",
            ],
        ),
        (
            {"dnn": 0.9, "attention": 0.885, "gmp": 0.4, "gap": 0.2, "gwrp": 0.3},
            [
                "DNN is best here (0.900; Attention within its interval), Attention in the paper (0.900).",
                "GMP over GWRP over GAP; in the paper GWRP over GAP over GMP.",
            ],
        ),
        ({"gwrp": 0.3}, ["GWRP is best here (0.300), as in the paper."]),
    ],
)
def test_the_best_and_the_poolings_are_named_with_the_papers(
    ours: dict[str, float], said: list[str]
) -> None:
    assert findings_in_words(means(**ours)) == [" ".join(["**F1.**", *said])]


def test_of_errors_the_fewest_are_best() -> None:
    (said,) = findings_in_words(means("Error rate (lower is better)", dnn=2.0, attention=1.0))
    assert said == "**Error rate.** Attention is best here (1.000), DNN in the paper (0.400)."


def test_each_measure_has_its_line_and_what_the_paper_lacks_none() -> None:
    own = [Mean(0.0, "gwrp", "PSDS", 0.5, None, None, None)]
    lines = findings_in_words([*means("F1", gap=0.1, gwrp=0.2), *own, *means("AUC", gap=0.9)])
    assert [line.split(".")[0] for line in lines] == ["**F1", "**AUC"]
    assert findings_in_words(own) == []
