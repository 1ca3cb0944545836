"""How often a topic says something, learned from when it did."""

from statistics import median

from .judge import Samples

MOST_REMEMBERED = 32
FEWEST = 8
"""With fewer intervals than these nothing is known yet."""

LEAST_PATIENCE = 30.0
MEDIANS = 3.0
SPREADS = 6.0
MOST_SPREAD = 0.5
"""Median deviation / median interval above which there is no rhythm: random events have 0.69."""

_SIGMA = 1.4826
"""Standard deviations in one median deviation, were they normally distributed."""


def learn(memory: Samples, interval: float, at: float = 0.0) -> Samples:
    """Return the memory with one more interval (seconds) and its end; the newest 32 stay.

    It has the shape of every alert's memory. An interval below zero, of a clock set back, says nothing.
    """
    if interval < 0:
        return memory
    return (*memory[-(MOST_REMEMBERED - 1) :], (at, interval))


def longest_silence(memory: Samples) -> float | None:
    """Return how many seconds of silence are still normal; None if that cannot be told.

    At least three medians, median + 6 σ (σ from the median deviation: an outage changes little), and 30 s.
    """
    intervals = [interval for _, interval in memory]
    if len(intervals) < FEWEST:
        return None
    middle = median(intervals)
    spread = median(abs(interval - middle) for interval in intervals)
    if spread > MOST_SPREAD * middle:
        return None
    return max(MEDIANS * middle, middle + SPREADS * _SIGMA * spread, LEAST_PATIENCE)
