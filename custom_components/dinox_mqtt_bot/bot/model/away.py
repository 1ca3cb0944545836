"""Devices that are away."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Away:
    """Devices as one is told of them: what they are called together, and how many they are.

    `held`: so many alerts of theirs wait, and are told only if they are still so when the devices are back.
    """

    name: str
    devices: int
    held: int = 0
