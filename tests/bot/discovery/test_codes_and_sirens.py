"""Alarm panels and locks with their codes, sirens with what they are told besides, vacuums by features."""

import json

from fakes import ME, World
import pytest

from bot.commands.command import bind
from bot.commands.devices import Set
from bot.discovery.setting.codes import Code
from bot.discovery.setting.sirens import Extras
from bot.model.replies import Caller, Surface, Text
from bot.model.rules import Role, Subscription


def world_of(component: str, **config: object) -> World:
    world = World(Subscription("x/#"))
    every = {"name": "Thing", "cmd_t": "x/set", "stat_t": "x", **config}
    world.receive(f"homeassistant/{component}/x/config", json.dumps(every), retain=True)
    return world


async def told(world: World, said: str) -> str:
    """Set a thing and say yes to what is asked; return what was published, or the answer if nothing was."""
    world.broker.published.clear()
    answer = await world.ask(f"set thing {said}")
    if answer.startswith("⚠"):
        await world.ask("yes")
    return " ".join(payload.decode() for _, payload, *_ in world.broker.published) or answer


@pytest.mark.parametrize(
    "said", ["arm night", "arm vacation", "scharf Urlaub", "disarm home", "arm custom bypass"]
)
async def test_a_way_of_arming_is_never_taken_for_a_code(said: str) -> None:
    world = world_of("alarm_control_panel", code="REMOTE_CODE_TEXT", sup_feat=["arm_home", "arm_away"])
    assert (await told(world, said)).startswith(f"Thing cannot be set to “{said}”")
    assert await told(world, "arm zebra") == "ARM_AWAY"


@pytest.mark.parametrize(
    ("config", "said", "payload"),
    [
        ({}, "arm home", "ARM_HOME"),
        ({}, "armed away", "ARM_AWAY"),
        ({}, "scharf", "ARM_AWAY"),
        ({}, "night", "ARM_NIGHT"),
        ({}, "vacation", "ARM_VACATION"),
        ({}, "disarm", "DISARM"),
        ({}, "off", "DISARM"),
        ({}, "trigger", "TRIGGER"),
        ({"pl_arm_nite": "N"}, "arm night", "N"),
        ({"sup_feat": ["arm_home"]}, "disarm", "DISARM"),
        (
            {"cmd_tpl": '{"do": "{{ action }}", "pin": "{{ code }}"}'},
            "disarm 77",
            '{"do": "DISARM", "pin": "77"}',
        ),
        ({"cmd_tpl": "{{ action }}/{{ code }}/{{ value }}"}, "arm home", "ARM_HOME/None/None"),
        ({"code": 1234}, "disarm 1234", "DISARM"),
        ({"code": "1234"}, "disarm code 1234", "DISARM"),
        ({"code": "REMOTE_CODE"}, "disarm 99", "DISARM"),
        ({"code": "1234", "cod_dis_req": False}, "disarm", "DISARM"),
        ({"code": "1234", "cod_arm_req": False}, "arm away", "ARM_AWAY"),
        ({"code": "1234", "cod_trig_req": False}, "trigger", "TRIGGER"),
    ],
)
async def test_an_alarm_panel_is_told_after_a_yes(config: dict[str, object], said: str, payload: str) -> None:
    world = world_of("alarm_control_panel", **config)
    assert (await world.ask(f"set thing {said}")).startswith("⚠ Thing will be set to ")
    assert world.broker.published == []
    assert await told(world, said) == payload


@pytest.mark.parametrize(
    ("config", "said", "answer"),
    [
        ({"code": "1234"}, "disarm", "Thing wants a code. Say it last, such as: disarm 1234"),
        ({"code": "REMOTE_CODE_TEXT"}, "arm home", "Thing wants a code. Say it last, such as: arm home 1234"),
        ({"code": "1234"}, "disarm 4321", "That is not the code of Thing, so nothing was sent."),
        (
            {"sup_feat": ["arm_home"]},
            "arm away",
            "Thing cannot be set to “arm away”. Possible: disarm, arm_home",
        ),
        ({}, "disarm now", "Thing cannot be set to “disarm now”. Possible: disarm, arm_home, arm_away, "),
    ],
)
async def test_an_alarm_panel_is_not_told_without_its_code(
    config: dict[str, object], said: str, answer: str
) -> None:
    assert (await told(world_of("alarm_control_panel", **config), said)).startswith(answer)


async def test_a_code_is_not_shown_again() -> None:
    world = world_of("alarm_control_panel", cmd_tpl="{{ action }} {{ code }}", code="2468")
    reply = await world.bot.execute(
        bind(Set, {"name": "Thing", "value": "disarm 2468", "confirm": True}),
        Caller(Surface.ACTION, ME, Role.ADMIN),
    )
    assert isinstance(reply, Text)
    assert "2468" not in str(reply)
    assert reply.facts["published"] == [{"topic": "x/set", "payload": "DISARM •••"}]


@pytest.mark.parametrize(
    ("config", "said", "got"),
    [
        ({}, "lock", "LOCK"),
        ({}, "unlock", "UNLOCK"),
        ({}, "lock now", "Thing cannot be set to “now”. Possible: lock, unlock"),
        ({"cod_form": r"^\d{4}$"}, "unlock 1234", "UNLOCK"),
        ({"cod_form": r"^\d{4}$"}, "unlock 123", "That is not the code of Thing, so nothing was sent."),
        ({"cod_form": r"^\d{4}$"}, "unlock", "Thing wants a code. Say it last, such as: unlock 1234"),
        ({"cod_form": "(a+)+$"}, "unlock abc", "UNLOCK"),
        ({"cmd_tpl": "{{ value }}:{{ code }}"}, "unlock mit code 12", "UNLOCK:12"),
        ({"cmd_tpl": "{{ value }}:{{ code }}"}, "lock", "LOCK:None"),
    ],
)
async def test_a_lock_takes_a_code_where_it_wants_one(config: dict[str, object], said: str, got: str) -> None:
    assert await told(world_of("lock", **config), said) == got


@pytest.mark.parametrize(
    ("code", "word", "key", "refusal"),
    [
        (Code(), "lock", "", ""),
        (Code(pattern=".*"), "lock", "", ""),
        (Code(pattern=r"\d+"), "lock", "12", ""),
        (Code(pattern="[a-f]{2,3}"), "lock", "abcd", "code_wrong"),
        (Code("12"), "lock", "12", ""),
    ],
)
def test_a_code_is_compared_where_that_ends_soon(code: Code, word: str, key: str, refusal: str) -> None:
    assert code.refusal(word, key) == refusal


SIREN_TEMPLATE = (
    "{{ state }}{% if duration is defined %} d{{ duration }}{% endif %}"
    "{% if tone is defined %} t{{ tone }}{% endif %}"
    "{% if volume_level is defined %} v{{ volume_level }}{% endif %}"
)


@pytest.mark.parametrize(
    ("said", "payload"),
    [
        ("on", "ON"),
        ("off", "OFF"),
        ("on 30s", "ON d30"),
        ("on for 2 min", "ON d120"),
        ("on duration 20", "ON d20"),
        ("on 30s tone fire alarm volume 50", "ON d30 tFire alarm v0.5"),
        ("tone 7 volume 100 %", "ON t7 v1.0"),
        ("on volume 5 % for 10s", "ON d10 v0.05"),
    ],
)
async def test_a_siren_is_told_how_long_how_and_how_loud(said: str, payload: str) -> None:
    world = world_of("siren", cmd_tpl=SIREN_TEMPLATE, av_tones=["Fire alarm", 7])
    assert await told(world, said) == payload


@pytest.mark.parametrize(
    "said",
    [
        *(
            "on 30s tone 7 for 40s",
            "on tone unknown",
            "on volume 101",
            "on volume loud",
            "on for",
            "on volume",
            "off 30s",
        ),
        *("on 0s", "on tone", "blink 30s", "x " * 30),
    ],
)
async def test_what_a_siren_does_not_understand_is_not_sent(said: str) -> None:
    world = world_of("siren", cmd_tpl=SIREN_TEMPLATE, av_tones=["Fire alarm", 7])
    await told(world, said)
    assert world.broker.published == []


async def test_a_siren_without_a_template_gets_an_object() -> None:
    world = world_of("siren", av_tones={"1": "low"}, sup_vol=False)
    assert json.loads(await told(world, "on tone 1 for 5s")) == {"state": "ON", "tone": "1", "duration": 5}
    assert json.loads(await told(world, "off")) == {"state": "OFF"}
    assert "cannot be set" in await told(world, "on volume 50")


async def test_a_siren_has_a_template_for_off() -> None:
    world = world_of("siren", cmd_off_tpl="quiet", sup_dur=False)
    assert await told(world, "off") == "quiet"
    assert "cannot be set" in await told(world, "on 30s")


def test_nothing_is_read_in_nothing() -> None:
    assert Extras().take("") is None
    assert Extras(duration=False).take("30s") is None


@pytest.mark.parametrize(
    ("config", "said", "payload"),
    [
        ({}, "start", "start"),
        ({}, "home", "return_to_base"),
        ({}, "clean spot", "clean_spot"),
        ({}, "pause", None),
        ({"sup_feat": ["start", "pause"]}, "pause", "pause"),
        ({"sup_feat": ["start", "pause"]}, "return", None),
        ({"sup_feat": "start"}, "start", "start"),
        ({"sup_feat": ["send_command"], "send_cmd_t": "x/raw"}, "command zap 5", "zap 5"),
        ({"sup_feat": ["fan_speed"], "set_fan_spd_t": "x/s", "fanspd_lst": ["max"]}, "fan speed max", "max"),
    ],
)
async def test_a_vacuum_does_what_it_says_it_can(
    config: dict[str, object], said: str, payload: str | None
) -> None:
    got = await told(world_of("vacuum", **config), said)
    assert got == payload if payload else got.startswith("Thing cannot be set to")


@pytest.mark.parametrize(
    ("component", "config", "said", "payload"),
    [
        ("valve", {"pos": True, "cmd_tpl": "{{ position }}%"}, "position 30", "30%"),
        ("valve", {"pos": True, "pos_clsd": 10, "pos_open": 60}, "half", "35"),
        ("cover", {"cmd_t": None, "set_pos_t": "x/p"}, "open", "100"),
        ("cover", {"tilt_cmd_t": "x/t", "tilt_max": 180}, "tilt open", "100"),
        ("cover", {"tilt_cmd_t": "x/t", "tilt_max": 180}, "tilt 50 %", "90"),
        ("climate", {"mode_cmd_t": "x/m", "modes": ["off", "cool"]}, "on", "cool"),
        ("climate", {"mode_cmd_t": "x/m", "pow_cmd_t": "x/p"}, "on", "ON"),
        ("water_heater", {"temp_cmd_t": "x/t", "mode_cmd_t": "x/m"}, "mode eco", "eco"),
        ("humidifier", {"hum_cmd_t": "x/h"}, "target humidity 45", "45"),
        ("lawn_mower", {"strt_mw_cmd_t": "x/s"}, "mow", "start_mowing"),
        ("number", {"min": 0, "max": 50, "cmd_tpl": "{{ value + 1 }}"}, "4", "5"),
        ("number", {"min": 0, "max": 50, "cmd_tpl": "{{ name }}={{ value }}"}, "4.5", "Thing=4.5"),
        ("select", {"ops": ["A", "B"], "cmd_tpl": "{{ value | lower }}"}, "b", "b"),
        ("switch", {"pl_off": ""}, "off", ""),
    ],
)
async def test_other_things_are_told_in_their_way(
    component: str, config: dict[str, object], said: str, payload: str
) -> None:
    world = world_of(component, **config)
    await told(world, said)
    assert [each[1].decode() for each in world.broker.published] == [payload]


@pytest.mark.parametrize(
    ("component", "said", "payload"),
    [
        ("date", "2027-02-03", "2027-02-03"),
        ("date", "3.2.2027", "2027-02-03"),
        ("date", "32.1.2027", None),
        ("date", "tomorrow", None),
        ("time", "7:45", "07:45:00"),
        ("time", "07:45:10", "07:45:10"),
        ("time", "7:45 Uhr", "07:45:00"),
        ("time", "25:00", None),
        ("time", "noon", None),
        ("datetime", "2027-02-03T08:45+01:00", "2027-02-03T07:45:00+00:00"),
        ("datetime", "2027-02-03T08:45", None),
        ("datetime", "0001-01-01T00:00+14:00", None),
    ],
)
async def test_dates_and_times_are_set(component: str, said: str, payload: str | None) -> None:
    got = await told(world_of(component), said)
    assert got == payload if payload else got.startswith("Thing cannot be set to")


async def test_what_is_said_in_another_unit_need_not_be_on_a_step() -> None:
    world = world_of("climate", temp_cmd_t="x/t", temp_unit="F", temp_step=1, min_temp=50, max_temp=86)
    assert await told(world, "22 °C") == "71.6"
    assert "cannot be set" in await told(world, "71.6")
