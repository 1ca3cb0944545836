"""The bot in the user's own account: the conversation is the account's self-chat."""

from people import ALICE, PATIENCE, Person, Probed, World, full, until, world_of
import pytest
from slixmpp import JID

from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Delivery
from custom_components.dinox_mqtt_bot.xmpp.roster import fetched
from lab.servers import Lab, Server

OWN = "shared@home.test"


async def self_chat(world: World, *contacts: str) -> tuple[Person, Probed]:
    bot = await world.bot((OWN, *contacts), user="shared")
    # Carbons are on when the phone's presence, sent later, has gone round.
    await until(lambda: not bot.link._account._untended.is_set())
    await world.settled(bot)
    phone = await world.person("shared", "phone")
    await phone.xmpp.plugin["xep_0280"].enable(timeout=PATIENCE)
    return phone, bot


@pytest.mark.parametrize("to", [OWN, f"{OWN}/ha"])
async def test_the_user_is_heard_once(either: World, to: str) -> None:
    phone, bot = await self_chat(either)
    phone.write(to, "/mqtt status")
    phone.write(OWN, "last")
    await until(lambda: "last" in bot.said)
    await either.settled(bot)
    assert bot.said == ["/mqtt status", "last"]
    assert {(said.jid, said.resource) for said in bot.texts} == {(OWN, "phone")}


async def test_messages_without_ids_are_heard_once(either: World) -> None:
    phone, bot = await self_chat(either)
    phone.write(OWN, "first", id="")
    phone.write(OWN, "last", id="")
    await until(lambda: "last" in bot.said)
    await either.settled(bot)
    assert bot.said == ["first", "last"]


async def test_the_bot_does_not_hear_itself(either: World) -> None:
    phone, bot = await self_chat(either)
    notices = [bot.say(f"/mqtt status {n}", to=OWN) for n in range(3)]
    await until(lambda: {notice.text for notice in notices} <= set(phone.bodies))
    await until(lambda: all(bot.progress(notice) == [Delivery.SENT] for notice in notices))
    phone.write(OWN, "last")
    await until(lambda: bot.said)
    assert bot.said == ["last"]


async def test_what_the_user_writes_to_others_is_not_heard(either: World) -> None:
    phone, bot = await self_chat(either, ALICE)
    alice = await either.person("alice")
    phone.write(ALICE, "private")
    alice.write(str(full("shared", "phone")), "/mqtt status")
    await until(lambda: "/mqtt status" in phone.bodies)
    phone.write(OWN, "last")
    await until(lambda: "last" in bot.said)
    assert "private" not in bot.said


async def test_markers_of_the_users_clients_count(either: World) -> None:
    phone, bot = await self_chat(either)
    notice = bot.say("read me", to=OWN)
    await until(lambda: "read me" in phone.bodies)
    await until(lambda: bot.progress(notice) == [Delivery.SENT])
    phone.write(OWN, displayed={"id": notice.id})
    await until(lambda: Delivery.READ in bot.progress(notice))


async def test_a_notice_waits_for_the_users_client(either: World) -> None:
    bot = await either.bot((OWN,), user="shared")
    notice = bot.say("while the phone was off", to=OWN)
    await until(lambda: bot.progress(notice) == [Delivery.SENT])
    phone = await either.person("shared", "phone")
    await until(lambda: "while the phone was off" in phone.bodies)


async def test_the_users_roster_and_profile_are_left_alone(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        phone, bot = await self_chat(world, ALICE)
        alice = await world.person("alice")
        bot.link.show(BotState.WAITING, "Waiting")
        await until(lambda: ("available", "Waiting") in phone.statuses)
        await alice.synchronise(phone)
        assert await fetched(phone.xmpp, PATIENCE) == {}
        assert alice.statuses == []
        card = await phone.xmpp.plugin["xep_0054"].get_vcard(jid=JID(OWN), timeout=PATIENCE)
        assert card["vcard_temp"]["FN"] == ""
