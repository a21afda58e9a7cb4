"""How numbers are written on the pages."""

MINUS = "\u2212"


def thousands(number: int) -> str:
    """19904 as “19 904”, with a space that does not break."""
    return f"{number:,}".replace(",", "\u202f")


def signed_db(value: float) -> str:
    """A gain in dB with its sign and one digit: “+3.9 dB”, “−13.2 dB”."""
    return f"{value:+.1f} dB".replace("-", MINUS)
