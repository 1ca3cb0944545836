"""Templates of strangers: what devices really send is run, what could stop Home Assistant is not."""

import json

from homeassistant.core import HomeAssistant
from jinja2 import Environment
import pytest
from random_templates import LENGTH, Shapes, payloads

from custom_components.dinox_mqtt_bot.bot.payload.fields import parse_json
from custom_components.dinox_mqtt_bot.hass.template_costs import Costs
from custom_components.dinox_mqtt_bot.hass.template_safety import LONGEST_PAYLOADS, longest_payload
from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates

# As zigbee2mqtt, Tasmota, ESPHome, WLED, Shelly and others write them.
USUAL = [
    "{{ value_json.linkquality }}",
    "{{ value_json['update']['state'] == 'available' }}",
    "{{ value_json.ENERGY.Power | float / 1000 }}",
    "{{value_json['AM2301'].Temperature}}",
    "{{ (value_json.brightness * 100 / 255) | round(0) }}",
    "{{ value_json.temperature * 1.8 + 32 }}",
    "{{ value_json.power * 1000 }}",
    "{{ value | float * 3600 }}",
    "{{ (value | int) % 60 }}",
    "{% if value_json.state == 'ON' %}on{% elif value_json.state is defined %}off{% else %}?{% endif %}",
    "{% set ns = namespace(x='') %}{% set ns.x = value_json.a %}{{ ns.x }}",
    "{{ {'cool': 'cooling', 'heat': 'heating', 'off': 'idle'}[value_json.mode] | default('idle') }}",
    "{{ 'home' if value_json.presence in ['yes', 'here'] else 'not_home' }}",
    "{{ iif(value_json.occupancy, 'ON', 'OFF') }}",
    "{{ value_json.color.r }},{{ value_json.color.g }},{{ value_json.color.b }}",
    "{{ value.split(',')[1] | trim }}",
    "{{ value_json.name | replace('_', ' ') | title }}",
    '{"installed_version":"{{ value_json.version }}","in_progress":{{ value_json.busy | tojson }}}',
    "{{ value_json.uptime - 5 }}",
    "{{ [value_json.a, value_json.b] | max }}",
    "{{ not value_json.closed and -value_json.x[1:] > 0 or +1 // 2 }}",
    "{{ value_json.temperature | round(1) }}",
    "{{ value_json.power | float(0) * value_json.factor | float(1) }}",
    "{{ (value_json.a | int) * (value_json.b | int(-1)) / 1000 }}",
    "{{ ((value_json.POWER1 == 'ON') or (value_json.POWER2 == 'ON')) | iif('ON', 'OFF') }}",
    "{{ value_json.Data | int(0, 16) }}",
    "{{ value_json.time | as_datetime | as_local }}",
    "{{ (value_json.end | as_datetime - value_json.start | as_datetime).total }}",
    "{% set a, b = value.split(',') %}{{ a | float + b | float }}",
    "{% set ns = namespace(a=1) %}{% set ns.a = ns.a + value_json.x %}{{ ns.a }}",
    "{{ value_json.list | join(', ') }}",
    "{{ value_json.name.split(' ')[0] | upper }}",
    "{{ value_json | to_json }}",
    "{{ value_json.values() | list | first }}",
    "{{ value_json.items | length }}",
    "{{ (value | int) is even }}",
    "{% do value %}{{ value_json.get('progress', 'null') }}",
    "{{ value_json.voltage ~ ' V, ' ~ value_json.current ~ ' A' }}",
    "{{ value_json.update.state == 'available' and value_json.flag is sameas true }}",
    # Tasmota, as its rules and sensors are announced by hand.
    "{{ value_json.StatusSNS.ENERGY.Total[0] | round(3) }}",
    "{{ value_json['Wifi'].RSSI | int * 2 - 100 }}",
    "{{ value_json.voltage * value_json.current }}",
    "{{ (value_json.volts | float) * value_json.amps / 1000 }}",
    # OpenMQTTGateway.
    "{{ value_json.hum | is_defined }}",
    "{{ value_json.tempf | is_defined | round(1) }}",
    "{{ value_json.uptime | int }}",
    "{{ value_json.tempc | is_number }}",
    '{"latest_version":"{{ value_json.latest_version }}","title":"{{ value_json.title }}"}',
    # zigbee2mqtt.
    "{% set pos = {'left': 'l', 'right': 'r'} %}{{ pos[value_json.action_side] | default('') }}",
    "{{ value_json.action | replace('button_', '') | replace('_', ' ') }}",
    "{{ value_json['code'] | default('', True) | string | truncate(254, True, '', 0) }}",
    "{{ value_json.note | truncate(length=20) }}",
    # What is written or read as a constant says.
    "{{ value_json.at | timestamp_custom('%d.%m.%Y %H:%M') }}",
    "{{ value_json.at | int | timestamp_custom('%-d. %B', true, '?') }}",
    "{{ value_json.at | timestamp_local }}",
    "{{ strptime(value, '%Y-%m-%dT%H:%M:%S%z') }}",
    "{{ strptime(value_json.at, '%d.%m.%y', '') }}",
    "{{ strptime(value, '%d.%m.%Y').strftime('%Y-%m-%d') }}",
    "{{ '%.2f' | format(value_json.p | float) }}",
    "{{ '%02d:%02d' | format(value_json.h, value_json.m) }}",
    "{{ '{:.1f} / {}'.format(value_json.a | float, value_json.b) }}",
    # rtl_433.
    "{{ float(value|int) * 0.01 }}",
    "{{ ((value_json.temperature_F | float - 32) * 5 / 9) | round(1) }}",
    "{{ (value_json.wind_avg_m_s | float * 3.6) | round(2) }}",
]

# Each of these stops the event loop for a second or for ever, or takes a gigabyte.
DANGEROUS = [
    "{% for a in range(12000) %}{% for b in range(12000) %}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% filter upper %}{{ value }}{% endfilter %}",
    "{% include 'x' %}",
    "{{ range(99999) | list }}",
    "{{ lipsum(n=100000) }}",
    "{{ value | regex_findall('(a+)+$') }}",
    "{{ value is match('(a+)+$') }}",
    "{{ 'x' * 1000000000 }}",
    "{{ value * 1000000000 }}",
    "{{ 1000000000 * value }}",
    "{{ value | float('x') * 1000000000 }}",
    "{{ value * 1000 * 1000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ value % 1 }}",
    "{{ '%999999999d' | format(1) }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ value.ljust(1000000000) }}",
    "{{ value | center(1000000000) }}",
    "{{ 1 | timestamp_custom('%999999999d') }}",
    "{{ 1 | timestamp_custom(value) }}",
    "{{ 1 | timestamp_custom(format='%999999999d') }}",
    "{{ 1 | timestamp_custom('%d' * 90000) }}",
    "{{ strptime(value, value) }}",
    "{{ (value | as_datetime).strftime(value) }}",
    "{{ (value | as_datetime).strftime('%999999999d') }}",
    "{{ (value | as_datetime).strftime() }}",
    "{{ strptime(value) }}",
    "{{ strptime(value, '" + "%d%H" * 30 + "') }}",
    "{{ '%*d' | format(999999999, 1) }}",
    "{{ '%.999999999f' | format(1) }}",
    "{{ '%(a)s' | format(a=1) }}",
    "{{ '%s' | format(*value) }}",
    "{{ value | format(1) }}",
    "{{ value.format(1) }}",
    "{{ '{:{}}'.format(1, 999999999) }}",
    "{{ '{0.__class__}'.format(value) }}",
    "{{ '{a}'.format(a=1) }}",
    "{{ ('%s' ~ value) | format(1) }}",
    "{{ value | truncate(value_json.n) }}",
    "{{ value | truncate(9, true, value) }}",
    "{{ value | is_defined(1) }}",
    "{{ [value] * value_json.b }}",
    "{{ value_json.a * value }}",
    "{{ value | replace('', value) }}",
    "{{ value | replace(old='', new=value) }}",
    "{{ value | map('regex_findall', '(a+)+$') | list }}",
    "{{ value | replace(*[value, value]) }}",
    "{{ namespace(*[value]) }}",
    "{{ namespace()() }}",
    "{% set x = value %}" + "{% set x = x ~ x %}" * 13 + "{{ x }}",
    "{% set x = value %}" + "{% set x = x + x %}" * 13 + "{{ x }}",
    "{% set x = value %}" + "{% set x = [x, x] %}" * 13 + "{{ x }}",
    "{% set x = value %}" + "{% set x = x | tojson %}" * 13 + "{{ x }}",
    "{{ value }}" * 500,
    "{{ " + "(" * 1500 + "value" + ")" * 1500 + " }}",
    "{{ broken",
    # What is quick, again and again on what it made.
    "{{ value | replace('a', '" + "b" * 1_500 + "') }}",
    "{{ value | list | join('" + "b" * 1_500 + "') }}",
    "{{ value | title }}" * 100,
    "{{ value | max }}" * 100,
    "{% set x = value_json ~ '' %}" + "{% set x = x | tojson %}" * 3 + "{{ x }}",
    "{% set x = (value | int) * (value | int) %}"
    + "{% set x = (x | int) * (x | int) %}" * 16
    + "{{ x > 1 }}",
    "{% set x = (value | abs) * (value | abs) %}"
    + "{% set x = (x | abs) * (x | abs) %}" * 16
    + "{{ x > 1 }}",
    "{% set n = '" + "a" * 1_500 + "' %}" + "{% set n = n ~ n %}" * 12,
    "{% set ns = namespace(a=value) %}" + "{% set ns.a = ns.a ~ ns.a %}" * 10 + "{{ ns.a }}",
    "{% set a, b = value, value %}" + "{% set a, b = a ~ b, b ~ a %}" * 10 + "{{ a }}",
    "{{ value_json | tojson(indent=999999999) }}",
    "{{ value_json | tojson(999999999) }}",
    "{{ value_json | to_json(pretty_print=true) }}",
    "{{ 5 | round(999999999) }}",
    "{{ 5 | round(precision=999999999) }}",
    "{{ 5 | round(value_json.n) }}",
    "{{ value | int(0, value_json.base) }}",
    "{{ value is even }}",
    "{{ value_json.x is odd }}",
    "{{ value is divisibleby 3 }}",
    "{{ value.lstrip(value) }}",
    "{{ value.split('" + "a" * 200 + "') }}",
    "{{ value.encode() }}",
    "{{ value | upper(1) }}",
    "{{ value | sort }}",
    "{{ states('x') }}",
    "{{ iif() }}",
    "{{ value.x()() }}",
    "{% set ns = namespace(a=value) %}{{ ns }}",
    "{% set ns = namespace(*[value]) %}{{ ns.a }}",
    "{% set ns = namespace() %}{% set ns = 1 %}{{ ns }}",
    "{% set x %}{{ value }}{% endset %}",
]


@pytest.mark.parametrize("template", USUAL)
def test_what_devices_send_is_run(template: str) -> None:
    assert longest_payload(template)


@pytest.mark.parametrize("template", DANGEROUS)
def test_what_could_take_long_is_not_run(template: str) -> None:
    assert not longest_payload(template)


@pytest.mark.parametrize("template", USUAL)
def test_what_devices_send_is_run_on_payloads_as_long_as_they_send(template: str) -> None:
    assert longest_payload(template) >= 4_096


@pytest.mark.parametrize(
    ("template", "length"),
    [
        ("{{ value | upper }}", 16_384),
        ("{{ value | title }}", 16_384),
        ("{{ value | max }}", 16_384),
        ("{{ value | max }}{{ value | max }}", 4_096),
        ("{{ value | replace('a', 'bbbbbbbbbbbbbbbbbbbbbbbb') }}", 4_096),
        ("{{ value | for }}", 0),
    ],
)
def test_what_is_costly_is_run_on_shorter_payloads(template: str, length: int) -> None:
    assert longest_payload(template) == length


async def test_arithmetic_takes_no_text_and_no_number_longer_than_numbers_are(hass: HomeAssistant) -> None:
    templates = SandboxedTemplates(hass)

    def render(template: str, **json: object) -> str | None:
        return templates.render(template, "x", json)

    assert render("{{ value_json.a * 1000 }}", a=2) == "2000"
    assert render("{{ value_json.a * 1000 }}", a="2") is None
    assert render("{{ value_json.a * 1000 }}", a=[2]) is None
    assert render("{{ (value_json.a | int) * (value_json.a | int) }}", a=10**300) == str(10**600)
    assert render("{{ (value_json.a | int) * (value_json.a | int) }}", a=10**400) is None
    assert render("{{ (value_json.a | int) - 1 }}", a="9" * 4_000) is None
    assert render("{{ (value_json.a | int) % 7 }}", a=10) == "3"
    assert render("{{ value_json.a + 'b' }}", a="a") == "ab"
    assert render("{{ value_json.a + [1] }}", a=[0]) == "[0, 1]"
    assert render("{{ value_json.a + 1 }}", a="9") is None
    assert render("{{ (value_json.a | as_datetime) - (value_json.b | as_datetime) }}", a=60, b=0) == "0:01:00"
    assert render("{{ value_json.a.keys() - [] }}", a={"b": 1}) is None


async def test_what_devices_ask_for_comes_out_as_in_home_assistant(hass: HomeAssistant) -> None:
    templates = SandboxedTemplates(hass)
    await hass.config.async_set_time_zone("Europe/Berlin")

    def render(template: str, **json: object) -> str | None:
        return templates.render(template, "2026-03-01", json)

    code = "{{ value_json['code'] | default('', True) | string | truncate(6, True, '', 0) }}"
    assert render(code, code=4711) == "4711"
    assert render(code, code="x" * 300) == "xxxxxx"
    assert render(code) == ""
    assert render("{{ value_json.hum | is_defined }}", hum=41) == "41"
    assert render("{{ value_json.hum | is_defined }}", temp=7) is None
    assert render("{{ value_json.u * value_json.i }}", u=230, i=0.5) == "115.0"
    assert render("{{ value_json.u * value_json.i }}", u="ab", i=1_000_000_000) is None
    assert render("{{ value_json.u * value_json.i }}", u=[1], i=1_000_000_000) is None
    assert render("{{ value_json.at | timestamp_custom('%d.%m.%Y %H:%M') }}", at=0) == "01.01.1970 01:00"
    assert render("{{ value_json.at | timestamp_custom('%H', true, '?') }}", at="x") == "?"
    assert render("{{ value_json.at | timestamp_local }}", at=0) == "1970-01-01T01:00:00+01:00"
    assert render("{{ strptime(value, '%Y-%m-%d').isoformat() }}") == "2026-03-01T00:00:00"
    assert render("{{ strptime(value, '%Y-%m-%d').strftime('%d.%m.') }}") == "01.03."
    assert render("{{ '%02d:%04.1f' | format(value_json.h, value_json.m) }}", h=7, m=3.14) == "07:03.1"
    assert render("{{ '{:.1f} of {}'.format(value_json.a, value_json.b) }}", a=2.55, b="x") == "2.5 of x"
    assert render("{{ value_json.x.format }}", x="a") is not None


@pytest.mark.parametrize(
    "template",
    ["{{ " + "[" * 250 + "1" + "]" * 250 + " }}", "{{ " + "not " * 400 + "1 }}", "{{ 1[0] }}", "{{ x"],
)
async def test_what_cannot_be_made_ready_is_not_run(hass: HomeAssistant, template: str) -> None:
    templates = SandboxedTemplates(hass)
    assert templates.runs(template) in {True, False}
    assert templates.render(template, "x", None) in {None, "", "False", "True"}


@pytest.mark.parametrize("seed", range(8))
async def test_a_template_writes_no_more_than_was_reckoned(hass: HomeAssistant, seed: int) -> None:
    """Templates made at random, on payloads that are bad for one thing or another."""
    shapes, templates, run = Shapes(seed), SandboxedTemplates(hass), 0
    slow = {length: [(text, parsed(text)) for _, text in payloads(length)] for length in LONGEST_PAYLOADS}
    for _ in range(60):
        source = shapes.template()
        if (length := longest_payload(source)) == 0:
            continue
        run += 1
        most = Costs(length).output(Environment(extensions=["jinja2.ext.do"], autoescape=True).parse(source))
        assert most <= 262_144
        for text, found in slow[length]:
            assert len(templates.render(source, text, found) or "") <= most, source
    assert run


def parsed(text: str) -> object:
    try:
        return parse_json(text)
    except ValueError:
        return None


def test_the_bad_payloads_are_as_long_as_payloads_may_be() -> None:
    assert all(len(text) <= LENGTH for _, text in payloads())
    assert sum(json.loads(text) is not None for name, text in payloads() if name == "objects") == 1


@pytest.mark.parametrize("deeper", ["|float", ".a", "[0]", " + value", ".strip()", " or value"])
def test_what_takes_long_to_compile_is_not_run(deeper: str) -> None:
    assert longest_payload(f"{{{{ value{deeper * 10} }}}}")
    assert not longest_payload(f"{{{{ value{deeper * 60} }}}}")
