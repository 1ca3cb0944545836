"""What a text means: whole names before names alike, one hit or a question, several at once."""

import json
from typing import Any

from fakes import ME, World
import pytest

from bot.commands.command import bind
from bot.commands.devices import Set
from bot.model.replies import Caller, Surface, Text
from bot.model.rules import Role, Subscription
from bot.model.vocabulary import Vocabulary
from bot.reading.meant import Ambiguous

type Config = dict[str, object]


def world_of(*every: tuple[str, str, Config], **how: Any) -> World:
    """Return a bot that knows things: component, object id and configuration, `~` being the object id."""
    world = World(Subscription("#"), **how)
    for component, object_id, config in every:
        topic = f"homeassistant/{component}/{object_id}/config"
        known = {"cmd_t": f"{object_id}/set", "stat_t": object_id, **config}
        world.receive(topic, json.dumps(known), retain=True)
    return world


def thing(
    component: str, object_id: str, device: str, area: str = "", **config: object
) -> tuple[str, str, Config]:
    about: Config = {"name": device, "identifiers": [device + area], **({"sa": area} if area else {})}
    return component, object_id, {"name": None, "dev": about, **config}


async def published(world: World, line: str) -> list[tuple[str, str]]:
    world.broker.published.clear()
    await world.ask(f"set {line}")
    return [(topic, payload.decode()) for topic, payload, *_ in world.broker.published]


CEILING = (
    thing("fan", "fan", "Ceiling", pct_cmd_t="fan/speed"),
    thing("light", "lamp", "Ceiling", bri_cmd_t="lamp/bri"),
)


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("ceiling fan on", "fan/set"),
        ("ceiling light on", "lamp/set"),
        ("Lampe ceiling an", "lamp/set"),
        ("ceiling lamp 40 %", "lamp/bri"),
        ("ceiling speed 50", "fan/speed"),
        ("ceiling brightness 50", "lamp/bri"),
        ("ceiling red", None),
    ],
)
async def test_a_kind_tells_apart_what_has_one_name(line: str, topic: str | None) -> None:
    got = await published(world_of(*CEILING), line)
    assert (got[0][0] if got else None) == topic


async def test_the_question_names_the_kinds_that_would_help() -> None:
    world = world_of(*CEILING)
    assert await world.ask("set ceiling on") == (
        "Which “ceiling”?\n1 Ceiling (fan)\n2 Ceiling (lamp)\nAnswer with a number or a word: fan, lamp"
    )
    assert await world.ask("lamp") == "Ceiling: on (sent)"
    assert world.broker.published[-1][0] == "lamp/set"
    await world.ask("set ceiling 40 %")
    assert await world.ask("1") == "Ceiling: speed 40 % (sent)"


async def test_a_question_has_a_text_for_each_that_it_names() -> None:
    world = world_of(*CEILING, thing("light", "other", "Ceiling"), thing("light", "far", "Ceiling", "Attic"))
    with pytest.raises(Ambiguous) as asked:
        await world.bot.execute(
            bind(Set, {"name": "ceiling", "value": "on"}), Caller(Surface.ACTION, ME, Role.ADMIN)
        )
    labels = {option.name for option in asked.value.options}
    assert labels == {
        "Ceiling (fan)",
        "Ceiling (homeassistant/light/lamp/config)",
        "Ceiling (homeassistant/light/other/config)",
        "Ceiling (Attic)",
    }
    topics = [await published(world, f"{option.handle} on") for option in asked.value.options]
    assert {got[0][0] for got in topics} == {"fan/set", "lamp/set", "other/set", "far/set"}


async def test_one_of_several_entities_of_a_configuration_has_a_text_too() -> None:
    parts = {each: {"p": "switch", "name": None, "cmd_t": f"box/{each}"} for each in "ab"}
    world = world_of(("device", "box", {"dev": {"name": "Box"}, "cmps": parts}))
    with pytest.raises(Ambiguous) as asked:
        await world.bot.execute(
            bind(Set, {"name": "box", "value": "on"}), Caller(Surface.ACTION, ME, Role.ADMIN)
        )
    assert [await published(world, f"{option.handle} on") for option in asked.value.options] == [
        [("box/a", "ON")],
        [("box/b", "ON")],
    ]


async def test_an_area_tells_apart_what_has_one_name() -> None:
    world = world_of(thing("light", "a", "Lamp", "Attic"), thing("light", "k", "Lamp", "Kitchen"))
    assert "1 Lamp (Attic)\n2 Lamp (Kitchen)\n" in await world.ask("set lamp on")
    assert await world.ask("kitchen") == "Lamp (Kitchen): on (sent)"
    assert await published(world, "kitchen lamp on") == [("k/set", "ON")]
    assert await published(world, "attic light on") == [("a/set", "ON")]


async def test_what_is_called_so_as_a_whole_counts_before_a_part_of_something() -> None:
    world = world_of(
        thing("switch", "desk", "Desk"), ("switch", "other", {"name": "Desk", "dev": {"name": "Office"}})
    )
    assert await published(world, "desk on") == [("desk/set", "ON")]
    assert await published(world, "office desk on") == [("other/set", "ON")]


# Names alike.


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ("hall on", ["hall/set"]),
        ("hal on", ["hall/set"]),
        ("ha on", []),
        ("hall lamp on", ["hall/set"]),
        ("green on", []),
        ("3 on", []),
        ("lam on", ["hall/set"]),
    ],
)
async def test_names_alike_mean_main_things_only(line: str, topics: list[str]) -> None:
    world = world_of(
        thing("light", "hall", "Hall lamp"),
        thing("button", "reset", "Green reset"),
        thing("text", "text", "Hall note 3"),
        ("switch", "led", {"name": "LED", "ent_cat": "config", "dev": {"name": "Green box"}}),
    )
    assert [topic for topic, _ in await published(world, line)] == topics


async def test_whole_words_count_before_beginnings_of_words() -> None:
    world = world_of(thing("light", "a", "Tall lamp"), thing("light", "b", "Lampshade tall"))
    assert await published(world, "lamp tall on") == [("a/set", "ON")]


async def test_a_thermostat_has_its_word_also_where_it_is_named_only_alike() -> None:
    world = world_of(
        ("climate", "c", {"name": "Valve", "dev": {"name": "North radiator"}, "temp_cmd_t": "c/temp"}),
        ("number", "n", {"name": "Temperature limit", "max": 50, "dev": {"name": "North radiator"}}),
    )
    assert await published(world, "radiator temperature 21") == [("c/temp", "21")]


async def test_a_kind_may_stand_among_words_alike() -> None:
    world = world_of(thing("light", "a", "Reading corner"), thing("switch", "b", "Reading pump"))
    assert await published(world, "reading lampe on") == [("a/set", "ON")]


# What is only for its whole name.


TEXTS = (
    thing("text", "note", "Board"),
    ("text", "line", {"name": "Second line", "dev": {"name": "Board"}}),
    ("number", "level", {"name": "Contrast", "dev": {"name": "Board"}}),
    ("number", "volume", {"name": "Volume", "ent_cat": "config", "dev": {"name": "Board"}}),
)


@pytest.mark.parametrize(
    ("line", "every"),
    [
        ("board hello world", [("note/set", "hello world")]),
        ("board second line hello", [("line/set", "hello")]),
        ("board contrast 7", [("level/set", "7")]),
        ("board contrst 7", []),
        ("board volum 7", []),
        ("board contrast high", []),
        ("second line hello", [("line/set", "hello")]),
    ],
)
async def test_a_text_is_written_only_where_nothing_else_was_meant(
    line: str, every: list[tuple[str, str]]
) -> None:
    assert await published(world_of(*TEXTS), line) == every


@pytest.mark.parametrize("category", ["config", "diagnostic"])
@pytest.mark.parametrize(
    ("line", "every"),
    [
        ("shed 40", []),
        ("shed eco", []),
        ("shed on", []),
        ("shed switch on", []),
        ("yard switch on", []),
        ("shed interval 40", [("n/set", "40")]),
        ("interval 40", [("n/set", "40")]),
        ("shed keys eco", [("s/set", "eco")]),
        ("shed child lock on", [("c/set", "ON")]),
        ("yard child lock on", [("c/set", "ON")]),
    ],
)
async def test_what_sets_a_device_up_is_set_by_its_own_name_only(
    line: str, every: list[tuple[str, str]], category: str
) -> None:
    shed = {"ent_cat": category, "dev": {"name": "Shed", "sa": "Yard"}}
    world = world_of(
        ("sensor", "t", {"name": None, "cmd_t": None, "dev": shed["dev"]}),
        ("number", "n", {"name": "Interval", "max": 100, **shed}),
        ("select", "s", {"name": "Keys", "ops": ["eco"], **shed}),
        ("switch", "c", {"name": "Child lock", **shed}),
    )
    assert await published(world, line) == every


async def test_what_is_sent_pressed_or_installed_has_its_whole_name() -> None:
    world = world_of(
        thing("notify", "n", "Pager"),
        thing("scene", "s", "Evening"),
        thing("button", "b", "Bell", pl_prs=""),
        thing("update", "u", "Router", pl_inst="go"),
    )
    assert await published(world, "pager dinner is ready") == [("n/set", "dinner is ready")]
    assert await published(world, "evening") == [("s/set", "ON")]
    assert await published(world, "evening activate") == [("s/set", "ON")]
    assert await published(world, "bell") == [("b/set", "")]
    assert await published(world, "bell press") == [("b/set", "")]
    for words in ("page dinner", "even", "bel", "bel press", "rout install"):
        assert await published(world, words) == []
    assert (await world.ask("set router install")).startswith("⚠ Router will be set to install.")
    assert await world.ask("yes") == "Router: install (sent)"


async def test_firmware_is_installed_by_the_name_of_the_device_and_that_word() -> None:
    config = {"name": "Update", "pl_inst": "go", "ent_cat": "config", "dev": {"name": "Gateway"}}
    world = world_of(("update", "u", config), thing("switch", "s", "Gateway"))
    assert (await world.ask("set gateway firmware install")).startswith("⚠ Gateway Update")


# What nothing was done for.


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("shed", "What about Shed should be set? There is: Shed Fan, Shed Pump"),
        (
            "shed heater on",
            "Shed has nothing called “heater on” that can be set. There is: Shed Fan, Shed Pump",
        ),
        ("shed speed fast", "Shed Fan cannot be set to “speed fast”. Possible: speed 0 to 100 %"),
        ("shed pump fast", "Shed Pump cannot be set to “fast”. Possible: on, off"),
        ("shed pump", "What should Shed Pump be set to? Possible: on, off"),
        ("shed moisture 4", "Nothing can be set about Shed Moisture from here."),
        ("probe 4", "Nothing can be set about Probe from here."),
        ("prob 4", "Nothing can be set about Probe State from here."),
        ("lone up", "Lone cannot be set to “up”. Possible: on, off"),
        ("pumps", "I know no “pumps”. Nearest: Shed Pump"),
        (
            "twin up",
            "Which “twin”?\n1 Twin (North)\n2 Twin (South)\nAnswer with a number or a word: north, south",
        ),
        ("sout up", "Twin cannot be set to “up”. Possible: on, off"),
    ],
)
async def test_what_is_possible_is_said(line: str, answer: str) -> None:
    shed = {"name": "Shed"}
    world = world_of(
        ("fan", "f", {"name": "Fan", "dev": shed, "pct_cmd_t": "f/speed"}),
        ("switch", "p", {"name": "Pump", "dev": shed}),
        ("sensor", "m", {"name": "Moisture", "dev": shed, "cmd_t": None}),
        ("sensor", "probe", {"name": "State", "dev": {"name": "Probe"}, "cmd_t": None}),
        thing("switch", "lone", "Lone"),
        thing("switch", "n", "Twin", "North"),
        thing("switch", "s", "Twin", "South"),
    )
    world.broker.published.clear()
    assert await world.ask(f"set {line}") == answer
    assert world.broker.published == []


async def test_names_alike_of_several_are_asked_about() -> None:
    world = world_of(*(thing("switch", f"s{n}", f"Garden post {n}") for n in range(10)))
    answer = await world.ask("set garden up")
    assert answer.startswith("Which “garden”?\n1 Garden post 0\n2 Garden post 1\n")
    assert "8 Garden post 7\n…\n" in answer


# Several at once.

ROOMS = (
    thing("light", "k1", "Counter", "Kitchen"),
    thing("light", "k2", "Table", "Kitchen", bri_cmd_t="k2/bri"),
    thing("switch", "k3", "Kettle", "Kitchen"),
    thing("cover", "k4", "Window", "Kitchen", set_pos_t="k4/pos"),
    thing("lock", "k5", "Back door", "Kitchen"),
    thing("button", "k6", "Identify", "Kitchen"),
    ("switch", "k7", {"name": "LED", "ent_cat": "config", "dev": {"name": "Kettle", "sa": "Kitchen"}}),
    thing("light", "b1", "Mirror", "Bath"),
    thing("cover", "b2", "Skylight", "Bath"),
)


@pytest.mark.parametrize(
    ("line", "topics"),
    [
        ("kitchen off", ["k1/set", "k3/set", "k2/set"]),
        ("kitchen on", ["k1/set", "k2/set"]),
        ("kitchen lamps off", ["k1/set", "k2/set"]),
        ("lampen kitchen aus", ["k1/set", "k2/set"]),
        ("all lights in the kitchen off", ["k1/set", "k2/set"]),
        ("all lamps on", ["k1/set", "b1/set", "k2/set"]),
        ("lamps on", ["k1/set", "b1/set", "k2/set"]),
        ("all light on", ["k1/set", "b1/set", "k2/set"]),
        ("alle rollos runter", ["b2/set", "k4/set"]),
        ("all blinds position 30", ["k4/pos"]),
        ("kitchen down", ["k4/set"]),
        ("kitchen 40 %", ["k2/bri", "k2/set"]),
        ("kitchen brightness 40", ["k2/bri", "k2/set"]),
        ("bath light off", ["b1/set"]),
        ("all locks lock", ["k5/set"]),
        ("all on", []),
        ("all button press", []),
        ("all kitchen", []),
        ("all fans on", []),
        ("kitchen purple", []),
    ],
)
async def test_several_things_are_set_at_once(line: str, topics: list[str]) -> None:
    got = await published(world_of(*ROOMS), line)
    assert [topic for topic, _ in got if topic != "k1/bri"] == topics


async def test_more_than_three_are_asked_about() -> None:
    world = world_of(*ROOMS, thing("light", "h", "Hall"))
    asked = await world.ask("set all lamps off")
    assert asked.startswith("⚠ 4 things will be set to off: Counter, Hall, Mirror, Table.")
    assert world.broker.published == []
    assert await world.ask("yes") == "4 set to off: Counter, Hall, Mirror, Table"
    assert len(world.broker.published) == 4
    assert (await world.ask("set all off")).startswith("⚠ 5 things will be set to off:")


async def test_what_is_offline_is_left_out_of_several() -> None:
    away = thing("light", "away", "Cellar", avty_t="away/there")
    world = world_of(*ROOMS[:2], away)
    world.receive("away/there", "offline")
    assert await world.ask("set all lamps on") == "2 set to on: Counter, Table. Offline, so left out: Cellar"
    assert [each[0] for each in world.broker.published] == ["k1/set", "k2/set"]
    assert (await world.ask("set all lamps on --force")).startswith("3 set to on:")
    world = world_of(away)
    world.receive("away/there", "offline")
    assert (await world.ask("set lamps on")).startswith("Cellar is offline, so nothing was sent.")


async def test_an_action_learns_what_was_published_to_several() -> None:
    world = world_of(*ROOMS[:2])
    reply = await world.bot.execute(
        bind(Set, {"name": "lamps", "value": "on"}), Caller(Surface.ACTION, ME, Role.ADMIN)
    )
    assert isinstance(reply, Text)
    assert reply.facts["offline"] == []
    assert reply.facts["set"] == [
        {"name": name, "value": "on", "published": [{"topic": f"{at}/set", "payload": "ON"}]}
        for name, at in (("Counter", "k1"), ("Table", "k2"))
    ]


async def test_without_rooms_the_names_tell_what_belongs_together() -> None:
    world = world_of(thing("light", "a", "Garage wall"), thing("light", "b", "Garage door"), ROOMS[0])
    assert [topic for topic, _ in await published(world, "all garage lamps off")] == ["b/set", "a/set"]
    assert await published(world, "- lamps off") != []
    assert await published(world, "-") == []


async def test_too_many_at_once_are_refused() -> None:
    world = world_of(*(thing("light", f"l{n}", f"Lamp {n}") for n in range(51)))
    assert await world.ask("set all lamps on") == "That would be more than 50 things at once."


async def test_a_group_that_is_an_entity_is_that_entity() -> None:
    world = world_of(*ROOMS[:2], thing("light", "g", "All lamps"))
    assert await published(world, "all lamps on") == [("g/set", "ON")]


async def test_words_of_another_language_are_understood() -> None:
    words = Vocabulary({"rouge": "red"}, {"blanc chaud": 2700}, {"allumé": frozenset({"on", "open"})})
    world = world_of(thing("light", "l", "Salon", rgb_cmd_t="l/rgb", clr_temp_cmd_t="l/ct"), vocabulary=words)
    assert await published(world, "salon allumé") == [("l/set", "ON")]
    assert (await published(world, "salon rouge"))[0] == ("l/rgb", "255,0,0")
    assert (await published(world, "salon blanc chaud"))[0] == ("l/ct", "370")


async def test_what_is_called_so_counts_before_a_kind_in_a_room() -> None:
    world = world_of(
        thing("climate", "c", "Corner radiator", "Hallway", temp_cmd_t="c/t"),
        ("sensor", "s", {"name": "Humidity", "cmd_t": None, "dev": {"name": "Hallway climate"}}),
        ("switch", "p", {"name": "Pump", "dev": {"name": "Boiler"}}),
        ("climate", "b", {"name": "Flow", "dev": {"name": "Boiler"}, "temp_cmd_t": "b/t"}),
        ("number", "n", {"name": "Heating temperature", "max": 90, "dev": {"name": "Boiler"}}),
    )
    assert await published(world, "hallway climate temperature 21") == []
    assert await published(world, "hallway thermostat temperature 21") == [("c/t", "21")]
    assert await published(world, "boiler heating temperature 54") == [("n/set", "54")]
    assert await published(world, "boiler temperature 30") == [("b/t", "30")]


@pytest.mark.parametrize(
    ("line", "every"),
    [
        ("nook mode heat", [("c/mode", "heat")]),
        ("nook mode boost", [("s/set", "boost")]),
        ("nook boost", []),
        ("nook temp 21", [("c/t", "21")]),
        ("nook 99", []),
        ("nook delay 99", [("n/set", "99")]),
        ("gate open", []),
        ("gate close", [("g/set", "CLOSE")]),
        ("lantern 153 mireds", [("l/ct", "153"), ("l/set", "ON")]),
        ("lantern 9000 K", []),
        ("lantern 700", []),
    ],
)
async def test_a_value_that_is_refused_goes_nowhere_else(line: str, every: list[tuple[str, str]]) -> None:
    nook, gate, lantern = ({"name": name} for name in ("Nook", "Gate", "Lantern"))
    modes = {"mode_cmd_t": "c/mode", "modes": ["off", "heat"], "temp_cmd_t": "c/t"}
    world = world_of(
        thing("climate", "c", "Nook", **modes),
        ("select", "s", {"name": "Mode", "ops": ["heat", "boost"], "dev": nook}),
        ("number", "n", {"name": "Delay", "max": 100, "dev": nook}),
        thing("cover", "g", "Gate", dev_cla="gate"),
        ("button", "b", {"name": "Open", "dev": gate}),
        thing("light", "l", "Lantern", clr_temp_cmd_t="l/ct"),
        ("number", "start", {"name": "Startup", "max": 10_000, "dev": lantern}),
    )
    assert await published(world, line) == every


async def test_what_has_to_be_named_as_a_whole_is_suggested() -> None:
    world = world_of(thing("scene", "s", "Movie night"))
    assert await world.ask("set movie") == "I know no “movie”. Nearest: Movie night"


async def test_what_is_said_anew_is_no_answer() -> None:
    world = world_of(*(thing("switch", f"s{n}", f"Socket {n}") for n in range(3, 6)))
    assert (await world.ask("set socket on")).startswith("Which “socket”?")
    assert (await world.ask("set socket on")).startswith("Which “socket”?")
    assert await world.ask("socket 4") == "Socket 4: on (sent)"
    assert [each[0] for each in world.broker.published] == ["s4/set"]


async def test_what_very_many_have_in_common_names_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.setting.set_targets._MOST_ALIKE", 2)
    world = world_of(*(thing("light", f"l{n}", f"Spot {n}") for n in range(3)))
    assert await published(world, "spot on") == []
    assert await published(world, "spo on") == []
    assert await published(world, "lamp spot on") == []
    assert await published(world, "spot 2 on") == [("l2/set", "ON")]


@pytest.mark.parametrize("said", ["mode breeze", "Modus breeze", "preset mode breeze", "breeze"])
async def test_the_mode_of_a_fan_is_its_preset(said: str) -> None:
    fan = thing("fan", "f", "Attic fan", pr_mode_cmd_t="f/mode", pr_modes=["breeze", "gale"])
    other = thing("select", "s", "Attic fan", ops=["breeze"], ent_cat="config")
    assert await published(world_of(fan, other), f"attic fan {said}") == [("f/mode", "breeze")]


@pytest.mark.parametrize(
    ("said", "place"), [("open", "100"), ("auf", "100"), ("hoch", "100"), ("zu", "0"), ("auf 30 %", "30")]
)
async def test_a_cover_that_takes_positions_only_is_opened_and_shut(said: str, place: str) -> None:
    awning = thing("cover", "a", "Awning", cmd_t="", set_pos_t="a/to")
    assert await published(world_of(awning), f"awning {said}") == [("a/to", place)]


async def test_a_step_is_no_share_of_a_hundred() -> None:
    fan = thing("fan", "f", "Attic fan", pct_cmd_t="f/speed", spd_rng_max=4)
    robot = thing(
        "vacuum", "r", "Rob", sup_feat=["fan_speed", "return_home"], set_fan_spd_t="r/fan", fanspd_lst=["2"]
    )
    world = world_of(fan, robot)
    assert await published(world, "attic fan stufe 2") == []
    assert await published(world, "attic fan geschwindigkeit 50") == [("f/speed", "2")]
    assert await published(world, "rob stufe 2") == [("r/fan", "2")]
    assert await published(world, "rob nach hause") == [("r/set", "return_to_base")]
