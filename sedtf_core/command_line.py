"""Types of command-line arguments that refuse what no script here can use, in argparse's own words."""

import argparse
import math


def finite(text: str) -> float:
    """Read a number; neither nan nor an infinity."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"must be a finite number, got {text}")
    return value


def not_negative(text: str) -> float:
    """Read a finite number of at least 0."""
    value = finite(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, got {text}")
    return value
