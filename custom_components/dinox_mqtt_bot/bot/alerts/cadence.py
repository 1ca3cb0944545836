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
"""Median deviation, as a part of the median interval, above which a topic has no rhythm.

Events that come at random have 0.69, a sensor whose interval varies by half has 0.25.
"""

_SIGMA = 1.4826
"""Standard deviations in one median deviation, were they normally distributed."""


def learn(memory: Samples, interval: float, at: float = 0.0) -> Samples:
    """Return the memory with one more interval in seconds, which ended then; the newest 32 are kept.

    It has the shape of every alert's memory, (time, number), though only the intervals matter. One below zero, of a
    clock set back, says nothing.
    """
    if interval < 0:
        return memory
    return (*memory[-(MOST_REMEMBERED - 1) :], (at, interval))


def longest_silence(memory: Samples) -> float | None:
    """Return how many seconds of silence are still normal; None if there is nothing to tell it from.

    At least three median intervals, the median and six standard deviations (estimated from the median deviation, so
    that one long outage changes little), and half a minute.
    """
    intervals = [interval for _, interval in memory]
    if len(intervals) < FEWEST:
        return None
    middle = median(intervals)
    spread = median(abs(interval - middle) for interval in intervals)
    if spread > MOST_SPREAD * middle:
        return None
    return max(MEDIANS * middle, middle + SPREADS * _SIGMA * spread, LEAST_PATIENCE)
