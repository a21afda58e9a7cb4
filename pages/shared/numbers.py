"""How numbers are written on the pages."""


def thousands(number: int) -> str:
    """19904 as “19 904”, with a space that does not break."""
    return f"{number:,}".replace(",", "\u202f")
