"""Whither a number goes."""

UP, DOWN, STEADY = "↗", "↘", "→"
_STEPS = {"°C": 0.3, "°F": 0.5, "%": 1.0, "hPa": 1.0, "ppm": 25.0}
"""By how much a value of a unit has to differ to have risen or fallen."""
_PART = 0.02


def arrow(before: float, now: float, unit: str) -> str:
    """Return an arrow for how a value has changed, of which small changes say nothing."""
    step = _STEPS.get(unit, abs(before) * _PART)
    return UP if now - before > step else DOWN if before - now > step else STEADY
