"""Whether devices are there, as a message says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presence:
    """`devices` are the names of those that are `there`, or are not."""

    there: bool
    devices: tuple[str, ...]
