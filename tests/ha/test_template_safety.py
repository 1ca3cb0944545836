"""Templates of strangers: what devices really send is run, what could stop Home Assistant is not."""

import pytest

from custom_components.dinox_mqtt_bot.hass.template_safety import is_cheap

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
    "{{ value_json.a * value_json.b }}",
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
]


@pytest.mark.parametrize("template", USUAL)
def test_what_devices_send_is_run(template: str) -> None:
    assert is_cheap(template)


@pytest.mark.parametrize("template", DANGEROUS)
def test_what_could_take_long_is_not_run(template: str) -> None:
    assert not is_cheap(template)
