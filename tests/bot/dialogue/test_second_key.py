"""What agents want to do: asked of contacts, done after their own yes, and never before."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
import json
from typing import Any

from fakes import GUEST, ME, World
import pytest

from bot.dialogue.grants import HOUR, MOST_ASKED, WHILE
from bot.dialogue.second_key import LONGEST_DEED, Outcome, SecondKey
from bot.model.announcements import InquiryClosed
from bot.model.inquiry import Answer, Inquiry
from bot.model.replies import Caller, Surface
from bot.model.rules import Contact, Display, Ear, FreeText, Preset, Role, Subscription
from bot.model.utterance import Reaction, Utterance

ANN = "ann@example.org"
ROOM = "family@conference.example.org"
PEOPLE = (
    Contact(ME, role=Role.OPERATOR),
    Contact(ANN, name="Ann", language="de"),
    Contact(GUEST, role=Role.VIEWER),
    Contact(ROOM, room=True),
)
UNLOCK = "set front door unlock"
LAMP_ON = "set hall lamp on"


def announced(name: str, kind: str, at: str) -> tuple[str, str]:
    config = {"name": None, "device": {"name": name, "identifiers": [at]}, "unique_id": at}
    config |= {"state_topic": f"z/{at}", "command_topic": f"z/{at}/set"}
    return f"homeassistant/{kind}/{at}/config", json.dumps(config)


class House(World):
    """A lamp, a lock, presets, and an agent in the hands of Ben, who is an operator."""

    def __init__(self, *contacts: Contact, **how: Any) -> None:
        presets = (
            Preset("Movie", "z/scene", "movie", number=1),
            Preset("Long", "z/long", "x" * LONGEST_DEED + "{value}", number=3),
            Preset("Siren", "z/siren", "{value}", number=2, role=Role.ADMIN),
        )
        super().__init__(
            Subscription("#", display=Display.SILENT), contacts=contacts or PEOPLE, presets=presets, **how
        )
        for name, kind, at in (("Hall lamp", "switch", "lamp"), ("Front door", "lock", "door")):
            self.receive(*announced(name, kind, at), retain=True)
        self.receive("z/lamp", "OFF")
        self.receive("z/door", "LOCKED")
        self.answer: Callable[[], Awaitable[None]] | None = None
        self.asked: list[Inquiry] = []
        self.key = SecondKey(self.bot, partial(self.bot.execute, confirmed=True), self._ask)

    async def _ask(self, inquiry: Inquiry) -> Answer | None:
        """Ask, let the answer come that is due, or none."""
        self.asked.append(inquiry)
        closed: list[InquiryClosed] = []
        silence = self.bot.listen(lambda told: closed.append(told) if isinstance(told, InquiryClosed) else 0)
        self.bot.dialogue.inquiries.ask(inquiry)
        if self.answer is not None:
            await self.answer()
        if not closed:
            self.later(inquiry.seconds)
        silence()
        return closed[0].answer

    def says(self, text: str, who: str = ME) -> None:
        """Have somebody answer what is asked from now on."""
        self.answer = partial(self.hears, text, who)

    async def hears(self, text: str, who: str = ME, **how: Any) -> None:
        await self.bot.hear(Utterance(who, text, f"m{len(self.outbox.notices)}", self.clock.time, **how))

    async def act(
        self, text: str, role: Role = Role.OPERATOR, user: str = "ben", agent: str = "ai"
    ) -> Outcome:
        caller = Caller(Surface.AGENT, "Ben", role, user=user)
        return await self.key.act(text, caller, agent)

    @property
    def published(self) -> list[tuple[str, str]]:
        return [(each[0], each[1].decode()) for each in self.broker.published]

    def told(self, to: str) -> list[str]:
        return [each.text for each in self.outbox.notices if each.to == to]


async def test_it_is_done_after_the_yes_of_a_contact_who_is_told_of_it() -> None:
    house = House()
    house.says("ja", ANN)
    assert await house.act(UNLOCK) == Outcome("Front door: unlock", "Ann")
    assert house.published == [("z/door/set", "UNLOCK")]
    asked, *_ = house.told(ME)
    assert asked == (
        "🤖 An agent (ai, for Ben) wants this: Front door will be set to unlock.\n"
        "It is done only if you agree here.\n1 Yes 👍\n2 No 👎"
    )
    first, *_, last = house.told(ANN)
    assert first.startswith("🤖 Ein Agent (ai, für Ben) möchte das tun: Front door: ")
    assert last.startswith("🤖 Für den Agenten (ai): Front door: ")
    assert house.told(GUEST) + house.told(ROOM) == []
    assert f"agent:{ANN}" in house.history.publishes[-1]


@pytest.mark.parametrize(("said", "error"), [("no", "agent_declined"), ("perhaps", "agent_unanswered")])
async def test_without_a_yes_nothing_is_done(said: str, error: str) -> None:
    house = House()
    house.says(said)
    assert (await house.act(UNLOCK)).error == error
    assert house.published == []


async def test_the_agents_user_and_who_agrees_need_the_right() -> None:
    house = House()
    house.says("yes")
    assert (await house.act(UNLOCK, Role.VIEWER)).error == "not_allowed"
    assert (await house.act("preset siren loud")).error == "not_allowed"
    assert house.asked == []
    house.says("1", ANN)
    done = await house.act("preset siren loud", Role.ADMIN)
    assert (done.who, house.asked[-1].to) == ("Ann", (ANN,))
    assert house.told(ANN)[0].startswith("🤖 Ein Agent (ai, für Ben) möchte das tun: Die Vorlage „Siren“")
    assert house.published == [("z/siren", "loud")]


@pytest.mark.parametrize(
    ("deed", "stake"),
    [
        ("publish z/door/set UNLOCK", "“UNLOCK” will be published to z/door/set."),
        (
            "publish -r z/door/set UNLOCK",
            "“UNLOCK” will be published to z/door/set, and the broker keeps it.",
        ),
        ('publish z/door/set ""', "An empty message will be published to z/door/set."),
        ('publish -r z/door/set ""', "What the broker keeps for z/door/set will be cleared."),
        ("movie", "The preset “Movie” publishes to z/scene: movie"),
        ("turn on the hall lamp", "Hall lamp will be set to on."),
    ],
)
async def test_the_question_says_what_is_done(deed: str, stake: str) -> None:
    house = House()
    house.says("yes")
    assert (await house.act(deed)).error == ""
    assert stake in house.told(ME)[0]
    assert len(house.published) == 1


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        ("status", "no_deed"),
        ("rmalert 1", "no_deed"),
        ("set gone on", "no_deed"),
        ("preset list", "no_deed"),
        ("mute freezer door", "no_deed"),
        ("quiet until 7am", "no_deed"),
        ("publish z/lamp/set " + "x" * LONGEST_DEED, "text_too_long"),
        ("preset long unlock", "text_too_long"),
    ],
)
async def test_what_is_no_deed_is_not_asked_about(deed: str, error: str) -> None:
    house = House()
    outcome = await house.act(deed, Role.ADMIN)
    assert outcome.error
    assert house.asked == []
    assert house.published == []
    if error != "no_deed":
        assert outcome.error == error


@pytest.mark.parametrize("deed", ["preset add Door z/door/set UNLOCK", "preset remove 1"])
async def test_no_agent_makes_or_removes_a_preset(deed: str) -> None:
    house = House()
    house.says("yes", ANN)
    assert (await house.act(deed)).error == "not_allowed"
    assert (await house.act(deed, Role.ADMIN)).error == "no_deed"
    assert house.asked == []


async def test_nobody_may_allow_it() -> None:
    house = House(Contact(GUEST, role=Role.VIEWER), Contact(ROOM, room=True))
    assert (await house.act(LAMP_ON)).error == "agent_nobody"


async def test_who_may_no_more_does_not_let_it_through() -> None:
    house = House()

    async def leave() -> None:
        await house.hears("yes", ANN)
        house.bot.apply(replace(house.bot.rules, contacts=(Contact(ME, role=Role.OPERATOR),)))

    house.answer = leave
    assert (await house.act(LAMP_ON)).error == "agent_nobody"
    assert house.published == []


async def test_what_has_changed_meanwhile_is_not_done() -> None:
    house = House()

    async def change() -> None:
        topic, config = announced("Gate hall lamp", "switch", "lamp")
        house.receive(topic, config, retain=True)
        await house.hears("yes")

    house.answer = change
    assert (await house.act(LAMP_ON)).error == "agent_changed"
    assert house.published == []


async def test_what_fails_is_told_to_who_agreed() -> None:
    house = House()
    house.says("yes")
    topic, config = announced("Hall lamp", "switch", "lamp")
    config = json.dumps({**json.loads(config), "availability_topic": "z/there"})
    house.receive(topic, config, retain=True)
    house.receive("z/there", "offline")
    outcome = await house.act(LAMP_ON)
    assert outcome.error == "device_offline"
    assert house.told(ME)[-1] == f"🤖 For the agent (ai): {outcome.text}"
    assert house.published == []


@pytest.mark.parametrize("said", ["3", "Yes for 10 minutes", "for 10 minutes", "Ja für 10 Minuten"])
async def test_for_ten_minutes_the_same_thing_is_let_through(said: str) -> None:
    house = House()
    house.says(said)
    await house.act(LAMP_ON)
    assert "3 Yes for 10 minutes" in house.told(ME)[0]
    house.says("no")
    assert (await house.act("set hall lamp off")).who == ME
    assert len(house.asked) == 1
    assert house.told(ME)[-1] == "🤖 For the agent (ai): Hall lamp: off"
    for other in ({"agent": "other"}, {"user": "carl"}, {"text": UNLOCK}, {"text": "publish z/lamp/set ON"}):
        assert (await house.act(**{"text": LAMP_ON, **other})).error == "agent_declined"  # type: ignore[arg-type]
    house.clock.time += WHILE
    assert (await house.act(LAMP_ON)).error == "agent_declined"


async def test_a_message_is_let_through_only_as_it_was() -> None:
    house = House()
    house.says("3")
    await house.act("publish z/door/set LOCK")
    house.says("no")
    assert (await house.act("publish z/door/set LOCK")).error == ""
    assert (await house.act("publish z/door/set UNLOCK")).error == "agent_declined"
    assert house.published == [("z/door/set", "LOCK")] * 2


async def test_what_the_bot_asks_about_itself_is_asked_each_time() -> None:
    house = House()
    house.says("3")
    await house.act("set front door lock")
    house.says("for 10 minutes")
    assert (await house.act(UNLOCK)).error == "agent_unanswered"
    assert "3 Yes" not in house.told(ME)[-2]
    assert house.published == [("z/door/set", "LOCK")]


async def test_who_gave_ten_minutes_must_still_be_there() -> None:
    house = House()
    house.says("3", ANN)
    await house.act(LAMP_ON)
    house.bot.apply(replace(house.bot.rules, contacts=(Contact(ME, role=Role.OPERATOR),)))
    house.says("no")
    assert (await house.act(LAMP_ON)).error == "agent_declined"


async def test_a_no_is_asked_about_no_more_for_a_while() -> None:
    house = House()
    house.says("no")
    for _ in range(3):
        assert (await house.act(LAMP_ON)).error == "agent_declined"
    assert len(house.asked) == 1
    house.clock.time += WHILE
    house.says("yes")
    assert (await house.act(LAMP_ON)).error == ""


async def test_one_question_is_open_and_few_are_asked_in_an_hour() -> None:
    house = House()

    async def again() -> None:
        assert (await house.act(LAMP_ON)).error == "agent_waits"

    house.answer = again
    assert (await house.act(UNLOCK)).error == "agent_unanswered"
    house.answer = None
    for _ in range(MOST_ASKED - 1):
        assert (await house.act(UNLOCK)).error == "agent_unanswered"
    assert (await house.act(UNLOCK)).error == "agent_too_often"
    house.clock.time += HOUR
    assert (await house.act(UNLOCK)).error == "agent_unanswered"


# What answers it.


@pytest.mark.parametrize("emoji", ["👍", "👎"])
async def test_a_thumb_on_the_question_answers(emoji: str) -> None:
    house = House()

    async def react() -> None:
        notice = next(each for each in house.outbox.notices if each.to == ME)
        await house.bot.react(Reaction(ME, notice.id, (emoji,), house.clock.time))

    house.answer = react
    assert (await house.act(UNLOCK)).error == ("" if emoji == "👍" else "agent_declined")


async def test_nothing_but_what_a_contact_says_in_the_chat_answers() -> None:
    house = House()

    async def try_all() -> None:
        notice = next(each for each in house.outbox.notices if each.to == ME)
        for surface in Surface:
            caller = Caller(surface, ME, Role.ADMIN, user="ben")
            for text in ("yes", "1", "👍"):
                await house.bot.ask(text, caller)
                await house.bot.dialogue.known(text, caller)
                await house.bot.dialogue.look("value", text, caller)
            await house.bot.press(notice.id, "answer0", caller)
        await house.hears("yes", automatic=True)
        for who, room in ((GUEST, ""), ("eve@example.org", ""), (ME, ROOM)):
            await house.hears("yes", who, room=room)
            await house.bot.react(Reaction(who, notice.id, ("👍",), house.clock.time, room))

    house.answer = try_all
    assert (await house.act(UNLOCK)).error == "agent_unanswered"
    assert house.published == []


async def test_a_bare_yes_in_the_agents_own_talk_is_none() -> None:
    house = House(free_text=FreeText(ear=Ear.AGENT))
    house.bot.apply(replace(house.bot.rules, contacts=(Contact(ME, role=Role.OPERATOR, user="ben"),)))

    async def talk() -> None:
        house.bot.outgoing.answer(ME, "Shall I tell you a joke?")
        for text in ("yes", "1", "for 10 minutes"):
            await house.hears(text)

    house.answer = talk
    assert (await house.act(LAMP_ON)).error == "agent_unanswered"
    assert [each[0] for each in house.agent.asked] == ["yes", "1", "for 10 minutes"]
    house.says("yes")
    assert (await house.act(LAMP_ON)).error == ""

    async def reply() -> None:
        house.bot.outgoing.answer(ME, "Shall I tell you a joke?")
        asked = [each for each in house.outbox.notices if "wants this" in each.text][-1]
        await house.hears("yes", reply_to=asked.id)

    house.answer = reply
    assert (await house.act("set hall lamp off")).error == ""


def test_nothing_is_done_for_an_agent_of_before_a_restart() -> None:
    house = House()
    house.bot.dialogue.inquiries.ask(Inquiry("Unlock?", to=(ME,), of_agent=True))
    house.restart()
    closed: list[InquiryClosed] = []
    house.bot.listen(lambda told: closed.append(told) if isinstance(told, InquiryClosed) else None)
    house.later(0)
    assert [each.answer for each in closed] == [None]
    assert house.said[-1] == "⏹ Nobody has answered in time: Unlock?"


def test_what_nobody_waits_for_any_more_is_over() -> None:
    house = House()
    asked = house.bot.dialogue.inquiries.ask(Inquiry("Unlock?", to=(ME,), of_agent=True))
    house.bot.dialogue.inquiries.withdraw(asked.id)
    house.bot.dialogue.inquiries.withdraw(asked.id)
    assert house.said[-1] == "⏹ Nobody has answered in time: Unlock?"
    assert house.outbox.notices[-1].replaces in asked.told


# Looking.


@pytest.mark.parametrize(
    ("node", "rest", "answer"),
    [
        ("value", "hall lamp", "Hall lamp off"),
        ("alerts", "", "rule"),
        ("value", "turn on the hall lamp", "value <name>"),
        ("devices", "hall\nset hall lamp on", "set hall lamp on"),
        ("history", "x" * 100_000, "characters"),
    ],
)
async def test_a_look_changes_nothing(node: str, rest: str, answer: str) -> None:
    house = House()
    told = await house.bot.dialogue.look(node, rest, Caller(Surface.AGENT, "Ben", Role.ADMIN, user="ben"))
    assert answer in told
    assert house.published == []
