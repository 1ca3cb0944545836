"""What contacts are asked for automations: every way to answer, the first that counts, who hears of it."""

from dataclasses import replace
import logging
from typing import Any

from fakes import GUEST, ME, World
from hypothesis import given, strategies as st
import pytest

from bot.dialogue.choices import Choices
from bot.dialogue.inquiries import KEPT, MOST_OPEN
from bot.model.announcements import ChatReceived, InquiryClosed
from bot.model.inquiry import Answer, Inquiry, Option
from bot.model.notice import Notice, Reference
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import Contact, Ear, FreeText, Priority, Role
from bot.model.utterance import Reaction, Utterance

ROOM = "family@conference.example.org"
PHONE = "notify.mobile_app_phone"
ANN = "ann@example.org"
PEOPLE = (Contact(ME), Contact(ANN, name="Ann", role=Role.VIEWER, language="de"))
GARAGE = Inquiry("The garage is open. Shall I close it?")
MINUTES = Inquiry("How long?", tuple(Option(each) for each in ("5", "10", "15")))


class Asking(World):
    """A home that asks, and what came of it."""

    def __init__(self, *contacts: Contact, **how: Any) -> None:
        super().__init__(contacts=contacts or PEOPLE, **how)

    def start(self) -> None:
        super().start()
        self.closed: list[InquiryClosed] = []
        self.chatted: list[ChatReceived] = []
        self.bot.listen(lambda told: self.closed.append(told) if isinstance(told, InquiryClosed) else None)
        self.bot.listen(lambda told: self.chatted.append(told) if isinstance(told, ChatReceived) else None)

    def put(self, inquiry: Inquiry = GARAGE) -> dict[str, Notice]:
        """Ask; return what each was asked with."""
        before = len(self.outbox.notices)
        self.bot.dialogue.inquiries.ask(inquiry)
        return {notice.to: notice for notice in self.outbox.notices[before:]}

    async def say(self, text: str, who: str = ME, **how: Any) -> list[Notice]:
        """Say something; return what the bot says then."""
        before = len(self.outbox.notices)
        await self.bot.hear(Utterance(who, text, f"m{before}", self.clock.time, **how))
        return self.outbox.notices[before:]

    async def put_to(self, notice: Notice, *emojis: str, who: str = ME, room: str = "") -> list[Notice]:
        before = len(self.outbox.notices)
        await self.bot.react(Reaction(who, notice.id, emojis, self.clock.time, room))
        return self.outbox.notices[before:]

    @property
    def chosen(self) -> list[str | None]:
        return [each.answer and each.answer.id for each in self.closed]


def texts(notices: list[Notice]) -> dict[str, str]:
    return {notice.to: notice.text for notice in notices}


def test_each_is_asked_in_its_own_language() -> None:
    asked = Asking().put()
    assert asked[ME].text == "The garage is open. Shall I close it?\n1 Yes 👍\n2 No 👎"
    assert asked[ANN].text == "The garage is open. Shall I close it?\n1 Ja 👍\n2 Nein 👎"


@pytest.mark.parametrize("text", ["yes", "Yes!", "ja", "y", "1", "#1", " 1. ", "👍", "👍🏽", "1️⃣", "/mqtt 1"])
async def test_a_word_a_number_or_a_thumb_answers(text: str) -> None:
    world = Asking()
    world.put()
    told = await world.say(text)
    assert texts(told) == {
        ME: "Understood: Yes.",
        ANN: f"{ME} hat entschieden: Ja (The garage is open. Shall I close it?)",
    }
    assert world.closed[0].answer == Answer("yes", text.removeprefix("/mqtt ").strip(), ME, world.clock.time)
    assert world.chatted == [ChatReceived(ME, text, command=True, id="m2")]


@pytest.mark.parametrize("text", ["no", "nein", "2", "👎", "No thanks."])
async def test_a_no_is_an_answer_too(text: str) -> None:
    world = Asking()
    world.put()
    await world.say(text, ANN)
    assert world.chosen == ["no"]


@pytest.mark.parametrize(("emoji", "answer"), [("👍", "yes"), ("👍🏿", "yes"), ("👎", "no"), ("1️⃣", "yes")])
async def test_a_reaction_answers(emoji: str, answer: str) -> None:
    world = Asking()
    asked = world.put()
    told = await world.put_to(asked[ANN], emoji, who=ANN)
    assert texts(told)[ANN] == f"Verstanden: {'Ja' if answer == 'yes' else 'Nein'}."
    assert texts(told)[ME].startswith("Ann has decided: ")
    assert world.chosen == [answer]


async def test_a_reply_answers_with_other_words_around() -> None:
    world = Asking()
    asked = world.put()
    assert texts(await world.say("Yes.", reply_to=asked[ME].id))[ME] == "Understood: Yes."


@pytest.mark.parametrize("text", ["maybe", "freezer", "status", "3", ""])
async def test_a_reply_that_is_no_answer_is_told_what_is_possible(text: str) -> None:
    world = Asking()
    asked = world.put()
    told = await world.say(text, reply_to=asked[ME].id)
    possible = "The garage is open. Shall I close it? Possible answers: 1 Yes 👍, 2 No 👎"
    assert texts(told) == {ME: possible}
    assert not world.closed
    assert texts(await world.say("1"))[ME] == "Understood: Yes."


async def test_a_reaction_that_is_no_answer_is_told_too_and_one_that_goes_is_nothing() -> None:
    world = Asking()
    asked = world.put()
    assert "Possible answers" in texts(await world.put_to(asked[ME], "❤"))[ME]
    assert "Possible answers" in texts(await world.put_to(asked[ME], "👍", "👎"))[ME]
    assert await world.put_to(asked[ME]) == []
    assert not world.closed


async def test_what_is_not_understood_is_told_what_is_possible_but_commands_are_done() -> None:
    world = Asking()
    world.put()
    assert "Possible answers" in texts(await world.say("well, let me see"))[ME]
    assert "Possible answers" not in texts(await world.say("status"))[ME]
    assert not world.closed


async def test_free_text_goes_where_it_goes_while_a_question_is_open() -> None:
    world = Asking(Contact(ME, user="u1"), free_text=FreeText(Ear.AGENT, agent="conversation.other"))
    world.put()
    assert "Possible answers" not in texts(await world.say("tell me a story"))[ME]


async def test_the_first_answer_counts_and_the_second_hears_who_was_first() -> None:
    world = Asking()
    asked = world.put()
    await world.say("yes", ANN)
    for told in (
        await world.say("no"),
        await world.put_to(asked[ME], "👎"),
        await world.say("2", reply_to=asked[ME].id),
    ):
        assert texts(told) == {ME: "Ann has decided: Yes (The garage is open. Shall I close it?)"}
    assert world.chosen == ["yes"]


async def test_what_has_nothing_to_do_with_a_closed_question_is_not_about_it() -> None:
    world = Asking()
    asked = world.put()
    await world.say("yes")
    for told in (
        *(await world.say("status"), await world.say("maybe", reply_to=asked[ME].id)),
        await world.say("status", reply_to="something else"),
    ):
        assert "has decided" not in texts(told)[ME]
    assert await world.put_to(asked[ME], "❤") == []
    world.clock.time += 601
    assert "has decided" not in texts(await world.say("no"))[ME]
    assert "has decided" in texts(await world.say("no", reply_to=asked[ME].id))[ME]


async def test_nobody_answers_in_time() -> None:
    world = Asking()
    asked = world.put(replace(GARAGE, seconds=60))
    assert world.clock.alarms[-1] == world.clock.time + 60
    world.later(59)
    assert not world.closed
    world.later(1)
    assert world.chosen == [None]
    over = {notice.to: notice for notice in world.outbox.notices[2:]}
    assert over[ME].text == "⏹ Nobody has answered in time: The garage is open. Shall I close it?"
    assert {to: notice.replaces for to, notice in over.items()} == {to: each.id for to, each in asked.items()}
    assert texts(await world.say("yes")) == {ME: over[ME].text}


def test_where_nobody_waits_that_it_is_over_is_not_told() -> None:
    world = Asking()
    world.put(replace(GARAGE, waits=False))
    world.later(600)
    assert world.chosen == [None]
    assert len(world.outbox.notices) == 2


def test_a_clock_that_was_set_back_ends_a_question() -> None:
    world = Asking()
    world.put()
    world.later(-3600)
    assert world.chosen == [None]


async def test_only_who_was_asked_answers() -> None:
    world = Asking()
    asked = world.put(replace(GARAGE, to=(ANN,)))
    assert set(asked) == {ANN}
    await world.say("yes")
    await world.put_to(asked[ANN], "👍")
    await world.say("yes", reply_to=asked[ANN].id)
    await world.say("yes", ROOM, room=ROOM)
    await world.put_to(asked[ANN], "👍", who="stranger@example.org")
    assert not world.closed
    await world.say("yes", ANN, automatic=True)
    assert not world.closed
    await world.say("yes", ANN)
    assert world.chosen == ["yes"]


async def test_with_several_open_a_bare_word_is_asked_about_where_several_fit() -> None:
    world = Asking()
    world.put()
    lamp = world.put(Inquiry("Lamp off?"))
    world.put(MINUTES)
    assert texts(await world.say("yes")) == {ME: "Several questions are open. Reply to the one you mean."}
    await world.say("10")
    assert world.chosen == ["10"]
    await world.say("yes", reply_to=lamp[ME].id)
    assert world.closed[1].inquiry.text == "Lamp off?"
    await world.say("no")
    assert world.closed[2].inquiry == GARAGE


async def test_numbers_that_are_answers_are_no_places() -> None:
    world = Asking()
    assert world.put(MINUTES)[ME].text == "How long?\n• 5\n• 10\n• 15"
    assert "Possible answers: • 5" in texts(await world.say("1", reply_to=world.outbox.notices[0].id))[ME]
    await world.say("15")
    assert world.chosen == ["15"]


async def test_own_answers_have_thumbs_where_there_are_two() -> None:
    world = Asking()
    asked = world.put(Inquiry("Door?", (Option("front", "Front door"), Option("back", "Back door"))))
    assert asked[ME].text == "Door?\n1 Front door 👍\n2 Back door 👎"
    assert "Possible answers" in texts(await world.say("yes", reply_to=asked[ME].id))[ME]
    await world.say("front  DOOR")
    assert world.chosen == ["front"]
    assert world.closed[0].answer is not None
    assert world.closed[0].answer.text == "front  DOOR"


async def test_what_a_contact_has_just_asked_for_itself_goes_first() -> None:
    world = Asking()
    await world.say("subscribe a/b")
    world.put()
    assert "no" in texts(await world.say("purge"))[ME]
    assert "Understood" not in texts(await world.say("no"))[ME]
    assert not world.closed
    await world.say("purge")
    world.clock.time += 61
    assert texts(await world.say("no"))[ME] == "Understood: No."


def test_asked_anew_it_takes_the_place_of_the_open_one() -> None:
    world = Asking()
    world.put()
    world.put()
    assert world.chosen == [None]
    world.put(replace(GARAGE, tag="garage"))
    world.put(Inquiry("The garage is still open. Close it?", tag="garage"))
    assert world.chosen == [None, None]
    world.put(replace(GARAGE, to=(ANN,)))
    assert len(world.closed) == 2


def test_only_so_many_are_open() -> None:
    world = Asking()
    for number in range(MOST_OPEN):
        world.put(Inquiry(f"{number}?"))
    with pytest.raises(BotError) as raised:
        world.put(Inquiry("one more?"))
    assert raised.value.key == "ask_too_many"
    world.put(Inquiry("0?"))
    assert len(world.closed) == 1


@pytest.mark.parametrize(
    ("inquiry", "key"),
    [
        (replace(GARAGE, to=("nobody@example.org",)), "unknown_contact"),
        (Inquiry("?", (Option("a", "Go"), Option("b", "go!"))), "ask_twice"),
        (Inquiry("?", (Option("go"), Option("b", "GO"))), "ask_twice"),
        (Inquiry("?", (Option("..."),)), "ask_twice"),
    ],
)
def test_what_cannot_be_asked_is_said(inquiry: Inquiry, key: str) -> None:
    world = Asking()
    with pytest.raises(BotError) as raised:
        world.put(inquiry)
    assert raised.value.key == key
    assert not world.outbox.notices


def test_without_anybody_to_ask_that_is_said() -> None:
    with pytest.raises(BotError) as raised:
        Asking(Contact(ME, receives=False)).put()
    assert raised.value.key == "no_contact"


async def test_who_is_not_to_be_disturbed_is_not_asked_but_if_it_is_critical() -> None:
    world = Asking()
    world.bot.held.set_contact(ANN, True)
    assert set(world.put()) == {ME}
    world.bot.held.set_contact(ME, True)
    assert world.put(Inquiry("Lamp off?")) == {}
    assert not world.closed
    assert set(world.put(Inquiry("Fire?", priority=Priority.CRITICAL))) == {ME, ANN}


# In a room.


def room_home() -> Asking:
    room = Contact(ROOM, name="Family", room=True, role=Role.OPERATOR)
    return Asking(room, Contact(ME, name="Me", receives=False), Contact(ANN, name="Ann"))


async def test_in_a_room_only_what_is_meant_for_the_bot_answers() -> None:
    world = room_home()
    asked = world.put()
    assert asked[ROOM].text.endswith("2 No 👎\nAnswer with a reaction or a reply, or with mqtt 1.")
    for said in ("yes", "1", "well"):
        assert await world.say(said, room=ROOM) == []
    assert await world.say("hm", room=ROOM, reply_to=asked[ROOM].id) == []
    assert await world.put_to(asked[ROOM], "😀", room=ROOM) == []
    assert not world.closed
    told = await world.say("mqtt yes", room=ROOM)
    decided = "Me has decided: Yes (The garage is open. Shall I close it?)"
    assert texts(told) == {ROOM: decided, ANN: decided}
    assert all(notice.room == (notice.to == ROOM) for notice in told)
    assert world.chosen == ["yes"]


@pytest.mark.parametrize("how", ["reply", "reaction"])
async def test_a_reply_or_a_reaction_in_a_room_answers(how: str) -> None:
    world = room_home()
    asked = world.put(replace(GARAGE, to=(ROOM,)))
    if how == "reply":
        told = await world.say("no", room=ROOM, reply_to=asked[ROOM].id)
    else:
        told = await world.put_to(asked[ROOM], "👎", room=ROOM)
    assert texts(told) == {ROOM: "Me has decided: No (The garage is open. Shall I close it?)"}
    assert world.closed[0].answer is not None
    assert world.closed[0].answer.by == ME


def test_where_numbers_are_answers_the_example_in_a_room_is_one() -> None:
    assert room_home().put(MINUTES)[ROOM].text.endswith("or with mqtt 5.")


# On a phone.


def caller(who: str = "Ann's phone", role: Role = Role.OPERATOR) -> Caller:
    return Caller(Surface.PHONE, who, role, user="u1")


async def test_a_phone_is_asked_and_told_in_the_place_of_the_question() -> None:
    world = Asking(targets=(PHONE,))
    asked = world.put(replace(GARAGE, priority=Priority.ALERT))
    push = asked[PHONE].push
    assert push is not None
    assert (push.choices, push.sound, asked[PHONE].text) == (("Yes", "No"), True, GARAGE.text)
    await world.bot.press(asked[PHONE].id, "answer1", caller())
    told = world.outbox.notices[3:]
    decided = "Ann's phone has decided: No (The garage is open. Shall I close it?)"
    assert {notice.to: notice.text for notice in told if notice.to != ANN} == {ME: decided, PHONE: decided}
    (after,) = [notice.push for notice in told if notice.push]
    assert (after.tag, after.choices, after.sound) == (push.tag, (), False)
    assert world.closed[0].answer == Answer("no", "No", "Ann's phone", world.clock.time)
    await world.bot.press(asked[PHONE].id, "answer0", caller())
    assert world.said[-1] == decided


async def test_a_phone_alone_is_asked_where_it_is_named() -> None:
    world = Asking()
    asked = world.put(replace(GARAGE, to=(PHONE,)))
    assert set(asked) == {PHONE}
    await world.bot.press(asked[PHONE].id, "answer0", caller(ANN, Role.VIEWER))
    assert world.closed[0].answer is not None
    assert world.closed[0].answer.by == ANN


@pytest.mark.parametrize(
    ("said", "who", "told"),
    [
        ("answer0", caller(role=Role.VIEWER), "needs the role"),
        ("answer2", caller(), "not open any more"),
        ("answer", caller(), "not open any more"),
        ("answer999", caller(), "not open any more"),
        ("status", caller(), "Waiting for data"),
    ],
)
async def test_what_a_phone_may_not_choose_is_said_there(said: str, who: Caller, told: str) -> None:
    world = Asking()
    asked = world.put(replace(GARAGE, to=(PHONE,)))
    await world.bot.press(asked[PHONE].id, said, who)
    assert told in world.said[-1]
    assert world.outbox.notices[-1].to == PHONE
    assert not world.closed


async def test_a_phone_whose_question_is_not_known_any_more_is_told_so() -> None:
    world = Asking()
    asked = world.put(replace(GARAGE, to=(PHONE,)))
    world.memory.set(KEPT, "")
    world.restart()
    await world.bot.press(asked[PHONE].id, "answer0", caller())
    assert world.said[-1] == "This question is not open any more."


def test_a_phone_does_not_ring_while_it_is_quiet() -> None:
    world = Asking()
    world.bot.do_not_disturb.set_quiet(world.clock.time + 60)
    push = world.put(replace(GARAGE, to=(PHONE,)))[PHONE].push
    assert push is not None
    assert not push.sound


def test_a_phone_is_told_when_nobody_has_answered() -> None:
    world = Asking()
    asked = world.put(replace(GARAGE, to=(PHONE,)))
    world.later(600)
    last = world.outbox.notices[-1]
    assert last.text.startswith("⏹")
    assert (last.replaces, last.push and last.push.tag) == ("", asked[PHONE].push and asked[PHONE].push.tag)


# Over a restart.


async def test_an_open_question_outlasts_a_restart() -> None:
    world = Asking()
    own = Inquiry("Door?", (Option("a", "Öffnen"), Option("b")), (ME, ANN), 3600, Priority.ALERT, "door")
    asked = world.put(own)
    world.restart()
    told = await world.put_to(asked[ANN], "👍", who=ANN)
    assert [(each.inquiry, each.answer and each.answer.by) for each in world.closed] == [(own, ANN)]
    assert texts(told)[ME] == "Ann has decided: Öffnen (Door?)"
    assert world.memory.get(KEPT) == ""


def test_one_whose_time_ran_out_meanwhile_is_closed_after_a_restart() -> None:
    world = Asking()
    world.put()
    world.clock.time += 3600
    world.restart()
    world.later(1)
    assert world.chosen == [None]


@pytest.mark.parametrize("kept", ["{", "[1]", '[{"inquiry": {}}]', '[{"inquiry": 5}]', '{"a": 1}', "7"])
def test_what_cannot_be_read_any_more_is_left(kept: str, caplog: pytest.LogCaptureFixture) -> None:
    world = Asking()
    world.memory.set(KEPT, kept)
    with caplog.at_level(logging.WARNING):
        world.restart()
    assert "cannot be read" in caplog.text
    assert world.put()


def test_a_long_question_is_cut_where_it_is_told_of() -> None:
    world = Asking()
    world.put(Inquiry("word " * 100))
    world.later(600)
    assert len(world.said[-1]) < 200


# Choices.


@given(st.lists(st.text(max_size=30), min_size=1, max_size=10), st.text(max_size=40))
def test_whatever_is_said_means_one_answer_or_none(labels: list[str], said: str) -> None:
    choices = Choices([Option(str(at), label) for at, label in enumerate(labels)])
    chosen = choices.chosen([said])
    assert chosen is None or chosen in choices.options


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=12), min_size=1, max_size=10))
def test_each_answer_is_chosen_by_its_label_and_by_its_number(labels: list[str]) -> None:
    choices = Choices([Option(label) for label in labels])
    if not choices.twice:
        assert [choices.chosen([label]) for label in labels] == list(choices.options)
        numbers = [str(at) for at in range(1, len(labels) + 1)]
        assert [choices.chosen([number]) for number in numbers] == list(choices.options)


@pytest.mark.parametrize(
    ("ids", "marks"),
    [
        (("yes", "no"), ["👍", "👎"]),
        (("no", "yes"), ["👎", "👍"]),
        (("no", "later"), ["👎", ""]),
        (("yes", "ok", "ja"), ["👍", "", ""]),
        (("ok",), ["👍"]),
        (("a", "b", "c"), ["", "", ""]),
    ],
)
def test_thumbs_stand_where_they_say_something(ids: tuple[str, ...], marks: list[str]) -> None:
    lines = Choices([Option(each, each) for each in ids]).lines(Asking().bot.ports.phrases)
    assert lines == [
        f"{at} {each} {mark}".strip() for at, (each, mark) in enumerate(zip(ids, marks, strict=True), 1)
    ]


def test_a_text_without_end_is_no_answer() -> None:
    assert Choices([Option("yes")]).chosen([" " * 100_000 + "yes"]) is None


def test_a_guest_who_is_not_told_anything_is_asked_when_named() -> None:
    world = Asking(Contact(ME), Contact(GUEST, receives=False))
    assert set(world.put(replace(GARAGE, to=(GUEST, GUEST)))) == {GUEST}


async def test_a_question_is_taken_back_from_one_then_from_all() -> None:
    world = Asking()
    asked = world.put(MINUTES)
    world.bot.dialogue.inquiries.take_back("another")
    world.bot.dialogue.inquiries.take_back(asked[ME].id)
    assert world.closed == []
    assert await world.say("5", reply_to=asked[ME].id)
    assert world.closed == []
    world.bot.dialogue.inquiries.take_back(asked[ANN].id)
    assert world.chosen == [None]
    (said,) = await world.say("5", who=ANN, reply_to=asked[ANN].id)
    assert said.text == "⏹ Diese Frage wurde zurückgenommen: How long?"


def test_a_question_may_answer_something() -> None:
    world = Asking()
    about = Reference("m7", own=False)
    world.bot.dialogue.inquiries.ask(replace(GARAGE, to=(ME,)), about)
    assert [notice.refers for notice in world.outbox.notices] == [about]
