"""A question that somebody is asked for an automation, and the answer to it."""

from dataclasses import dataclass

from .rules import Priority


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer. Without a `label` its `id` is shown, of yes and no the reader's word."""

    id: str
    label: str = ""


ANSWER = "answer"
"""Stands before the place of an option, the first at 0, in what a phone's button says."""
YES_OR_NO = Option("yes"), Option("no")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked, and for how many seconds an answer is waited for.

    `to` are bare JIDs, rooms and targets; none: all who are told of something like that. What has the `tag`
    of an open one takes its place; without a tag, what asks the same people the same. That nobody answered
    is told only if somebody `waits`.
    """

    text: str
    options: tuple[Option, ...] = YES_OR_NO
    to: tuple[str, ...] = ()
    seconds: float = 600.0
    priority: Priority = Priority.NORMAL
    tag: str = ""
    waits: bool = True

    @property
    def key(self) -> str:
        """What only one open question has."""
        return self.tag or "\n".join([self.text, *self.to])


@dataclass(frozen=True, slots=True)
class Answer:
    """The option that was chosen, in which words, by whom, and when (Unix time)."""

    id: str
    text: str
    by: str
    at: float
