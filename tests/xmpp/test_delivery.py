"""What the bot says reaches the contact once, and the bot learns how far it came."""

import asyncio
import dataclasses

from people import ALICE, MALLORY, PASSWORDS, QUICK, World, until, world_of
import pytest

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from lab.servers import Lab, Server


async def test_a_notice_is_a_whole_message(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    notice = bot.say("Freezer: -18 °C")
    await until(lambda: alice.bodies)
    message = alice.messages[-1]
    assert message["type"] == "chat"
    assert message["body"] == "Freezer: -18 °C"
    assert message["id"] == message["origin_id"]["id"] == notice.id
    assert message["request_receipt"]
    assert message.get_plugin("markable", check=True) is not None
    assert message.get_plugin("delay", check=True) is None
    assert message.get_plugin("replace", check=True) is None


async def test_an_old_notice_tells_its_time(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    bot.say("old", at=1_790_000_000.0)
    await until(lambda: alice.bodies)
    assert alice.messages[-1]["delay"]["stamp"].timestamp() == 1_790_000_000.0


async def test_a_correction_names_what_it_replaces(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    first = bot.say("21 °C")
    bot.say("22 °C", replaces=first.id)
    await until(lambda: len(alice.bodies) == 2)
    assert alice.messages[-1]["replace"]["id"] == first.id


async def test_progress_comes_back(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    notice = bot.say("Washing machine: done")
    await until(lambda: alice.bodies)
    await until(lambda: bot.progress(notice) == [Delivery.SENT])
    sender = str(alice.messages[-1]["from"])
    alice.write(sender, receipt=notice.id)
    alice.write(sender, displayed={"id": notice.id})
    await until(lambda: bot.progress(notice) == [Delivery.SENT, Delivery.RECEIVED, Delivery.READ])


async def test_a_receipt_before_the_acknowledgement_means_sent_too(world: World) -> None:
    bot = await world.bot()
    saying = bot.link._talk.saying
    saying._in_flight["id"] = Notice("id", ALICE, "text", 0.0)
    saying.heard_of("id", Delivery.RECEIVED)
    await until(lambda: bot.deliveries == [("id", Delivery.SENT), ("id", Delivery.RECEIVED)])


async def test_progress_of_an_earlier_run_is_passed_on(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    bot.put["of-yesterday"] = Notice("of-yesterday", ALICE, "text", 0.0)
    alice.write("bot@home.test/ha", displayed={"id": "of-yesterday"})
    await until(lambda: bot.deliveries == [("of-yesterday", Delivery.READ)])


async def test_many_notices_keep_their_order(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    notices = [bot.say(f"{n}") for n in range(250)]
    await until(lambda: len(alice.bodies) == 250)
    await until(lambda: not bot.outbox)
    assert alice.bodies == [notice.text for notice in notices]
    assert [key for key, _ in bot.deliveries] == [notice.id for notice in notices]


async def test_what_waited_is_said_alerts_first_each_in_its_order_and_with_its_time(either: World) -> None:
    alice, mallory = await either.person("alice"), await either.person("mallory")
    bot = await either.bot((ALICE, MALLORY), wait=False)
    began = bot.clock.now() - 3_600
    for n in range(40):
        to = ALICE if n % 2 else MALLORY
        priority = (Priority.NORMAL, Priority.ALERT, Priority.CRITICAL)[n % 3]
        bot.say(f"{n}", to=to, at=began + n, priority=priority)
    await until(lambda: len(alice.bodies) == len(mallory.bodies) == 20)
    for person, odd in ((alice, 1), (mallory, 0)):
        mine = range(odd, 40, 2)
        expected = [n for n in mine if n % 3] + [n for n in mine if not n % 3]
        assert person.bodies == [f"{n}" for n in expected]
        stamps = [message["delay"]["stamp"].timestamp() for message in person.messages if message["body"]]
        assert stamps == pytest.approx([began + n for n in expected], abs=1)


async def test_an_alert_does_not_wait_for_what_is_less_urgent(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    for n in range(30):
        bot.say(f"{n}")
    for n in range(10):
        bot.say(f"alert {n}", priority=Priority.ALERT)
    await until(lambda: len(alice.bodies) == 40)
    assert alice.bodies == [*(f"alert {n}" for n in range(10)), *(f"{n}" for n in range(30))]


async def test_nothing_is_said_before_the_contacts_are_known(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot(())
    bot.link._gate.known = False
    notice = bot.say("early")
    await world.settled(bot)
    assert bot.progress(notice) == []
    bot.link.meet([Contact(ALICE)])
    await until(lambda: alice.bodies == ["early"])


async def test_nothing_is_said_after_the_end(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    bot.say("too late")
    bot.link._talk.saying.end()
    await world.settled(bot)
    await alice.synchronise()
    assert alice.bodies == []


async def test_everything_written_is_acknowledged_in_the_end(world: World) -> None:
    bot = await world.bot()
    session = bot.link._session
    assert session is not None
    await session.alive()
    while session.management.unacked_queue:
        assert await session.alive()


async def test_what_a_resumed_stream_did_not_carry_over_is_said_again_alerts_first(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    saying = bot.link._talk.saying
    for key, priority in (("first", Priority.NORMAL), ("second", Priority.ALERT)):
        saying._in_flight[key] = Notice(key, ALICE, key, bot.clock.now(), priority)
    assert bot.link._session is not None
    saying.begin(bot.link._session, resumed=True)
    await until(lambda: alice.bodies == ["second", "first"])


async def test_a_notice_said_twice_is_sent_once(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    notice = bot.say("once")
    bot.link.say(notice)
    await until(lambda: bot.progress(notice))
    bot.link.say(notice)
    last = bot.say("last")
    await until(lambda: bot.progress(last))
    await alice.synchronise()
    assert alice.bodies == ["once", "last"]


@pytest.mark.parametrize("to", [MALLORY, "no JID @@"])
async def test_nothing_is_said_to_strangers(world: World, to: str) -> None:
    mallory = await world.person("mallory")
    bot = await world.bot()
    notice = bot.say("secret", to=to)
    await until(lambda: bot.progress(notice) == [Delivery.FAILED])
    await world.settled(bot)
    await mallory.synchronise()
    assert mallory.bodies == []


async def test_an_error_is_a_failure_and_no_loop(either: World) -> None:
    bot = await either.bot((ALICE, "nobody@home.test"))
    notice = bot.say("is anybody there?", to="nobody@home.test")
    await until(lambda: Delivery.FAILED in bot.progress(notice))
    assert bot.progress(notice).count(Delivery.FAILED) == 1


async def test_what_cannot_be_passed_on_for_now_is_said_again(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot(timing=dataclasses.replace(QUICK, put_off=0.2))
    notice = bot.say("Freezer: open")
    await until(lambda: bot.progress(notice) == [Delivery.SENT] and alice.bodies)
    alice.refuse(alice.messages[-1], "wait", "remote-server-timeout")
    await until(lambda: len(alice.bodies) == 2)
    await until(lambda: bot.progress(notice) == [Delivery.SENT, Delivery.QUEUED, Delivery.SENT])
    assert {message["id"] for message in alice.messages} == {notice.id}


async def test_what_was_put_off_is_not_said_after_the_end(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot(timing=dataclasses.replace(QUICK, put_off=0.01))
    notice = bot.say("late")
    await until(lambda: bot.progress(notice) == [Delivery.SENT] and alice.bodies)
    alice.refuse(alice.messages[-1], "wait", "remote-server-timeout")
    await until(lambda: Delivery.QUEUED in bot.progress(notice))
    await bot.link.stop()
    sessions = bot.sessions
    bot.link._say_again()
    assert bot.sessions == sessions


async def test_what_is_refused_for_good_is_not_said_again(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot(timing=dataclasses.replace(QUICK, put_off=0.01))
    notice = bot.say("no thanks")
    await until(lambda: bot.progress(notice) == [Delivery.SENT] and alice.bodies)
    alice.refuse(alice.messages[-1], "cancel", "service-unavailable")
    await until(lambda: bot.progress(notice) == [Delivery.SENT, Delivery.FAILED])
    assert bot.link._reminder is None


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b\x0b\x1bc\ufffe",
        "lone \ud800 surrogate",
        "</body></message></stream:stream>",
        "]]>&amp;<!--",
        "x" * 250_000,
        "&" * 100_000,
        "👩\u200d👩\u200d👧" * 50_000,
        "",
    ],
    ids=["controls", "surrogate", "markup", "cdata", "long", "escaped", "emoji", "empty"],
)
async def test_no_text_breaks_the_stream(either: World, text: str) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    notice = bot.say(text)
    after = bot.say("still here")
    await until(lambda: len(alice.bodies) == 2)
    await until(lambda: bot.progress(notice) == bot.progress(after) == [Delivery.SENT])
    assert alice.bodies[0]
    assert alice.bodies[1] == "still here"
    assert bot.sessions == 1


async def test_a_name_and_a_status_break_nothing_either(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot(name="Ho\x00use \ud800")
    bot.link.show(bot.link._account._shown[0], "status \x1b" + "y" * 5_000)
    notice = bot.say("still here")
    await until(lambda: bot.progress(notice) == [Delivery.SENT])
    await until(lambda: alice.bodies == ["still here"])


async def test_without_acknowledgements_written_is_sent(lab: Lab) -> None:
    without = 'modules_disabled = { "s2s", "smacks", "carbons", "pep", "vcard_legacy", "vcard4" }'
    server = lab.prosody(users=PASSWORDS, extra_global=without)
    async with world_of(lab, server) as world:
        alice = await world.person("alice")
        bot = await world.bot()
        notice = bot.say("as far as known")
        await until(lambda: bot.progress(notice) == [Delivery.SENT])
        await until(lambda: alice.bodies == ["as far as known"])
    server.stop()


async def test_what_an_earlier_test_has_left_is_not_heard(lab: Lab, prosody: Server) -> None:
    async with world_of(lab, prosody) as before:
        mallory = await before.person("mallory")
        mallory.write(ALICE, "left over")
        await mallory.synchronise()
    # A server tells when it took something in whole seconds.
    await asyncio.sleep(1)
    async with world_of(lab, prosody) as world:
        bot = await world.bot()
        bot.say("of this one")
        alice = await world.person("alice")
        await until(lambda: alice.bodies)
        assert alice.bodies == ["of this one"]
