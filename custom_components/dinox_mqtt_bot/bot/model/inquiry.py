"""A question that somebody is asked for an automation or an agent, and the answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .rules import Priority


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer. Without a `label` its `id` is shown, of the bot's own the reader's word."""

    id: str
    label: str = ""


ANSWER = "answer"
"""Stands before the place of an option, the first at 0, in what a phone's button says."""
YES_OR_NO = Option("yes"), Option("no")
FOR_A_WHILE = Option("yes_for_10_minutes")
"""A yes that goes for the same thing for ten minutes."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked, and for how many seconds an answer is waited for.

    `to` are bare JIDs, rooms and targets; none: all who are told of something like that. What has the `tag`
    of an open one takes its place; without a tag, what asks the same people the same. That nobody answered
    is told only if somebody `waits`. `texts` is the text in the words of some who are asked. What an agent
    wants to do (`of_agent`) is answered by what a contact itself says in the chat, and is over with the run.
    """

    text: str
    options: tuple[Option, ...] = YES_OR_NO
    to: tuple[str, ...] = ()
    seconds: float = 600.0
    priority: Priority = Priority.NORMAL
    tag: str = ""
    waits: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)
    of_agent: bool = False

    def text_for(self, to: str) -> str:
        """Return the text as somebody is asked it."""
        return self.texts.get(to, self.text)

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
