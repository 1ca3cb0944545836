"""Following devices and areas by chat."""

import json

from fakes import GUEST, World
import pytest

from bot.commands.following import MOST_FOLLOWS
from bot.model.message import QoS
from bot.model.rules import Display, Follow, Priority, Role, Scope, Subscription
from bot.reading.listening import WAIT

STOVE = {"name": "Stove", "ids": ["s1"], "sa": "Kitchen"}
CONFIGS: dict[str, dict[str, object]] = {
    "sensor/heat": {"name": "Heat", "stat_t": "h/stove", "unit_of_meas": "°C", "dev": STOVE},
    "switch/hood": {"name": None, "stat_t": "h/hood", "dev": {"name": "Hood", "ids": "h1", "sa": "Kitchen"}},
    "switch/pump": {"name": "Pump", "stat_t": "h/pump", "dev": {"name": "Well", "ids": "w1"}},
}
KITCHEN, WELL = Follow(Scope.AREA, "kitchen", "Kitchen"), Follow(Scope.DEVICE, "w1", "Well")


def house(*follows: Follow, many: int = 0, subscribed: tuple[Subscription, ...] = ()) -> World:
    world = World(*subscribed, follows=follows)
    crowd = {
        f"sensor/c{number}": {"name": "X", "stat_t": f"c/{number}", "dev": {"name": "Crowd", "ids": "c"}}
        for number in range(many)
    }
    for topic, config in {**CONFIGS, **crowd}.items():
        world.receive(f"homeassistant/{topic}/config", json.dumps(config))
    world.later(0)
    world.later(WAIT)
    return world


async def test_an_area_is_followed_and_says_what_it_is() -> None:
    world = house()
    world.receive("h/stove", "81")
    said = await world.ask("follow kitchen")
    assert said.split("\n") == [
        "Following Kitchen (devices: 2, topics: 2). Changes are told.",
        "• Stove Heat — 81 °C",
        "",
        "No longer: unfollow Kitchen",
    ]
    assert world.bot.rules.follows == (KITCHEN,)
    world.receive("h/hood", "ON")
    world.receive("h/pump", "ON")
    world.later(5)
    assert world.said == ["*Hood* on"]


async def test_what_says_nothing_yet_is_followed_too() -> None:
    world = house()
    assert "nothing has come in so far" in await world.ask("follow well")
    assert "Followed already: Well" in await world.ask("follow well")
    assert world.bot.rules.follows == (WELL,)


async def test_a_reply_is_short_however_much_is_followed() -> None:
    world = house(many=40)
    for number in range(40):
        world.receive(f"c/{number}", "1")
    said = await world.ask("follow crowd")
    assert said.count("\n") < 12


async def test_much_is_followed_only_after_a_yes() -> None:
    world = house(many=80)
    asked = await world.ask("follow all")
    assert "This follows everything. Devices: 4, topics: 83." in asked
    assert world.bot.rules.follows == ()
    assert "Following everything" in await world.ask("yes")
    assert world.bot.rules.follows == (Follow(Scope.ALL),)
    assert "Following" in await house(many=80).ask("follow --confirm crowd")


async def test_everything_takes_the_place_of_what_was_followed_before() -> None:
    world = house(KITCHEN)
    await world.ask("follow everything")
    assert world.bot.rules.follows == (Follow(Scope.ALL),)
    assert "Followed already" in await world.ask("follow well")
    assert world.bot.rules.follows == (Follow(Scope.ALL),)


async def test_what_is_followed_is_listed() -> None:
    world = house(KITCHEN, WELL)
    said = await world.ask("follow")
    assert said.split("\n") == [
        "Followed: 2",
        "• Kitchen — devices: 2, topics: 2",
        "• Well — devices: 1, topics: 1",
    ]
    assert "• Kitchen — devices: 2, topics: 2 — changes" in await world.ask("topics")
    assert "No device is followed. Example: follow Kitchen." in await house().ask("follow")
    assert "Example: follow. All" in await World().ask("follow")


@pytest.mark.parametrize("name", ["kitchen", "KITCHEN", "area kitchen"])
async def test_one_of_them_is_left(name: str) -> None:
    world = house(KITCHEN, WELL)
    assert await world.ask(f"unfollow {name}") == "No longer followed: Kitchen."
    assert world.bot.rules.follows == (WELL,)


async def test_all_of_them_are_left() -> None:
    world = house(KITCHEN, WELL)
    assert await world.ask("unfollow all") == "No longer followed: Kitchen, Well."
    assert world.bot.rules.follows == ()
    world = house(Follow(Scope.ALL))
    assert await world.ask("unfollow everything") == "No longer followed: everything."


async def test_what_is_gone_can_still_be_left() -> None:
    world = house(Follow(Scope.DEVICE, "gone", "Old boiler"))
    assert await world.ask("unfollow old boiler") == "No longer followed: Old boiler."


@pytest.mark.parametrize(
    ("follows", "name", "said"),
    [
        ((), "kitchen", "Nothing is followed."),
        ((WELL,), "kitchen", "“kitchen” is not followed. Followed: Well."),
        ((KITCHEN,), "stove", "“stove” is followed as part of Kitchen. Unfollow that"),
        ((Follow(Scope.ALL),), "stove", "“stove” is followed as part of everything. Unfollow that"),
        ((WELL,), "attic", "No device, entity or area is called “attic”."),
    ],
)
async def test_what_is_not_followed_cannot_be_left(follows: tuple[Follow, ...], name: str, said: str) -> None:
    assert said in await house(*follows).ask(f"unfollow {name}")


@pytest.mark.parametrize("word", ["follow", "follow --confirm"])
async def test_a_name_that_nobody_has_is_no_question(word: str) -> None:
    assert "No device, entity or area is called “attic”." in await house().ask(f"{word} attic")


async def test_there_is_an_end_to_what_is_followed_one_by_one() -> None:
    many = tuple(Follow(Scope.DEVICE, str(number), str(number)) for number in range(MOST_FOLLOWS))
    assert f"No more than {MOST_FOLLOWS}" in await house(*many).ask("follow well")


async def test_only_admins_decide_what_is_told() -> None:
    for text in ("follow well", "unfollow well"):
        assert "admin" in await house().ask(text, GUEST, Role.VIEWER)


async def test_a_new_subscription_with_wildcards_tells_changes() -> None:
    world = World()
    await world.ask("subscribe home/#")
    await world.ask("subscribe home/door")
    assert [each.display.value for each in world.bot.rules.subscriptions] == ["changes", "each"]


async def test_a_reply_tells_only_what_still_holds_and_what_each_thing_is() -> None:
    world = house()
    lantern = {"name": "Lantern", "ids": ["l1"]}
    for component, more in (("light", {}), ("switch", {}), ("sensor", {"exp_aft": 60})):
        config = {"name": None, "stat_t": f"l/{component}", "cmd_t": "l/set", "dev": lantern, **more}
        world.receive(f"homeassistant/{component}/l/config", json.dumps(config))
        world.receive(f"l/{component}", "ON")
    world.later(61)
    said = (await world.ask("follow lantern")).split("\n")
    assert said[1:4] == ["• Lantern (lamp) — on", "• Lantern (switch) — on", ""]
    rows = (await world.ask("devices lantern")).split("\n")
    assert [row.split(" — ")[0] for row in rows[1:]] == [
        "• Lantern (lamp)",
        "• Lantern (sensor)",
        "• Lantern (switch)",
    ]


async def test_what_is_followed_gets_a_display_a_priority_and_an_alias_of_its_own() -> None:
    world = house(KITCHEN)
    world.receive("h/stove", "81")
    assert "h/stove" in await world.ask("display stove heat")
    assert world.bot.rules.subscriptions == ()
    assert "changes" in await world.ask("display stove")
    assert "alert" in await world.ask("priority stove alert")
    kept = world.bot.rules.subscriptions[0]
    assert (kept.filter, kept.display, kept.priority) == ("h/stove", Display.CHANGES, Priority.ALERT)
    await world.ask("display stove each")
    await world.ask("qos stove 2")
    await world.ask("alias stove Oven")
    kept = world.bot.rules.subscriptions[0]
    assert (kept.alias, kept.display, kept.qos) == ("Oven", Display.EACH, QoS.EXACTLY_ONCE)
    await world.ask("unsubscribe oven")
    assert world.bot.rules.subscriptions == ()
    assert "changes" in await world.ask("display stove")


async def test_a_setting_of_what_is_followed_beside_a_wildcard_is_its_own() -> None:
    world = house(KITCHEN, subscribed=(Subscription("h/#", display=Display.DIGEST),))
    await world.ask("priority hood alert")
    assert world.bot.rules.subscriptions[-1] == Subscription(
        "h/hood", priority=Priority.ALERT, display=Display.CHANGES
    )
    world = house(KITCHEN, subscribed=(Subscription("h/#", priority=Priority.ALERT),))
    await world.ask("display hood live")
    assert world.bot.rules.subscriptions[-1].priority is Priority.ALERT


async def test_what_is_neither_followed_nor_subscribed_has_no_settings() -> None:
    world = house(KITCHEN)
    assert "not subscribed" in await world.ask("display well live")
    assert "not subscribed" in await world.ask("display well")
