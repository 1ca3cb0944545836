"""Commands as real clients show them, in a terminal and in a browser: plain, wrong, and asking first."""

import os
from pathlib import Path
from typing import Any

from house import ACCOUNTS, BOT, MARKS, YOU, House, until
import pytest

from lab import converse, terminal
from lab.converse import Converse
from lab.terminal import Terminal

# Where pictures of the page are put, if anywhere.
PICTURES = os.environ.get("CLIENT_PICTURES")


def needs(missing: str) -> None:
    """Skip where a client cannot be installed; where everything has to be tried, that is a failure."""
    if missing and not os.environ.get("CI"):
        pytest.skip(missing)
    assert not missing


@pytest.fixture
async def bot(house: House) -> str:
    """The full address of the bot, which knows two topics."""
    for topic in ("e2e/forms/a", "e2e/forms/b"):
        await house.publish(topic, "21.5")

    async def knows_both() -> bool:
        return bool(house.rows("e2e/forms/a")) and bool(house.rows("e2e/forms/b"))

    await until(knows_both, "the history has no topics")
    (resource,) = house.you.client.client_roster[BOT].resources
    return f"{BOT}/{resource}"


async def gone(house: House, topic: str) -> None:
    async def is_gone() -> bool:
        return not house.rows(topic)

    await until(is_gone, f"the history of {topic} is still there")


async def test_profanity(house: House, bot: str) -> None:
    needs(terminal.missing())
    async with Terminal(YOU, ACCOUNTS["you"], house.xmpp.ports["c2s"]) as you:
        await you.type(f"/cmd list {bot}")
        shown = await you.shows(r"!   why\b")
        assert all(f"!   {node}" in shown for node in ("ack", "status", "publish"))

        # Where the full address is found; a table is not drawn, but all of it is in the note.
        await you.type(f"/info {BOT}")
        await you.shows(bot.rpartition("/")[2])
        await you.type(f"/cmd exec status {bot}")
        await you.shows("Configuration for room")
        await you.type("/win 1")
        await you.shows("MQTT Bot: Online")

        await you.type(f"/cmd exec value {bot}")
        await you.shows(r"\[field1\] Name \(required\):")
        await you.type("/field1 e2e/forms/a")
        await you.shows("Field updated")
        await you.type("/form submit")
        await you.shows(r"e2e/forms/a:? .*21.5")

        await you.type(f"/cmd exec try {bot}")
        await you.shows(r"\[field2\] Days: 7")
        await you.type('/field1 "e2e/forms/a > 3"')
        await you.shows(r"Rule \(required\): e2e/forms/a > 3")
        await you.type("/field2 400")
        await you.shows(r"Days: 400")
        await you.type("/form submit")
        wrong = await you.shows("“400” does not fit “days”")
        assert "Rule (required): e2e/forms/a > 3" in wrong
        await you.type("/field2 3")
        await you.shows(r"Days: 3\b")
        await you.type("/form submit")
        await you.shows("it would have fired")

        await you.type(f"/cmd exec clear {bot}")
        await you.shows(r"\[e2e/forms/a\] e2e/forms/a")
        await you.type("/field1 e2e/forms/a")
        await you.shows("Field updated")
        await you.type("/form submit")
        await you.shows("history of e2e/forms/a: .* This cannot be undone.")
        assert house.rows("e2e/forms/a")
        await you.type("/field1 on")
        await you.shows("Yes, do it: TRUE")
        await you.type("/form submit")
        await gone(house, "e2e/forms/a")
        await you.shows("deleted")


async def test_converse(house: House, bot: str) -> None:
    needs(converse.missing())
    pictures = Path(PICTURES) if PICTURES else None
    async with Converse(YOU, ACCOUNTS["you"], house.xmpp.ports["http"], pictures=pictures) as you:
        await you.list(bot)
        await you.open("status")
        await you.commands.get_by_role("alert").get_by_text("Online").wait_for()
        assert "Broker" in await you.commands.locator("table").inner_text()
        await you.picture("status")

        form = await you.open("try")
        await form.locator("input[name=rule]").fill("e2e/forms/b > 3")
        await form.locator("input[name=days]").fill("400")
        await you.press("complete")
        await you.commands.get_by_text("“400” does not fit “days”").wait_for()
        await you.picture("try-wrong")
        assert await form.locator("input[name=rule]").input_value() == "e2e/forms/b > 3"
        await form.locator("input[name=days]").fill("3")
        await you.press("complete")
        await you.commands.get_by_text("it would have fired").wait_for()
        await you.picture("try-done")

        form = await you.open("clear")
        await form.locator("select[name=filter]").select_option("e2e/forms/b")
        await you.press("complete")
        await you.commands.get_by_text("This cannot be undone.").wait_for()
        await you.picture("clear-asks")
        await you.press("prev")
        assert await form.locator("select[name=filter]").input_value() == "e2e/forms/b"
        await you.press("complete")
        await form.locator("input[name=yes]").check()
        assert house.rows("e2e/forms/b")
        await you.press("complete")
        await gone(house, "e2e/forms/b")
        await you.commands.get_by_text("deleted").wait_for()
        await you.picture("clear-done")


async def test_the_button_of_an_alert_sees_to_it(house: House, bot: str) -> None:
    you, stanzas = house.you.client, list[Any]()
    you.add_event_handler("message", stanzas.append)
    async with house.rule("e2e/forms/hot", "> 30") as rule:
        await house.publish("e2e/forms/hot", "35")
        told = await house.you.next("35", sender=BOT)
        while told.text[0] not in MARKS:
            told = await house.you.next("35", sender=BOT)
        (alert,) = await house.firing(rule)
        stanza = next(each for each in stanzas if each["id"] == told.id)
        node = f"ack#{alert['number']}"
        says = [each.get("value") for each in stanza.xml.iterfind("{urn:xmpp:tmp:quick-response}response")]
        assert says == [f"ack {alert['number']}", f"snooze {alert['number']}"]
        items = stanza.xml.find("{http://jabber.org/protocol/disco#items}query")
        assert (items[0].get("jid"), items[0].get("node")) == (bot, node)
        done = await you.plugin["xep_0050"].send_command(bot, node)
        assert done["command"]["status"] == "completed"
        assert f"#{alert['number']}" in done["command"]["notes"][0][1]
        (after,) = await house.firing(rule)
        assert after["acknowledged_by"] == YOU
    you.del_event_handler("message", stanzas.append)
