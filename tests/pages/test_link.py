"""What a page does with a parameter of its link that cannot be read: it says so once and forgets it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]

BROKEN = [
    ("pooling", "lab", "Bark,gwrp,gwrp,1.5,0.1,1"),
    ("training", "toy", "gmp,gap,gwrp,9,0.5,0.94,0"),
    ("training", "share", "1.2"),
    ("training", "share", "half"),
    ("snr", "snr_at", "99"),
    ("snr", "snr_at", "loud"),
    ("lesson", "step", "8"),
    ("lesson", "answers", "a b"),
    ("explore", "high", "2"),
    ("events", "low", "x"),
]


@pytest.mark.parametrize(("page", "name", "text"), BROKEN)
def test_what_a_link_asks_in_vain_is_said_once_and_leaves_the_link(
    page: str, name: str, text: str
) -> None:
    test = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=120)
    test.query_params[name] = text
    test.run()
    assert not test.exception
    assert [toast.value for toast in test.toast] == [
        f"Left out of the link, because it cannot be read: {name}."
    ]
    assert name not in test.query_params
    test.run()
    assert not test.toast
