"""Every step, field, choice and complaint of the dialogs has a text."""

import ast
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import SelectSelector
import pytest
import voluptuous as vol

from custom_components import dinox_mqtt_bot
from custom_components.dinox_mqtt_bot.bot.alerts.rules.warnings import NEVER
from custom_components.dinox_mqtt_bot.bot.model.rules import RuleSet
from custom_components.dinox_mqtt_bot.config_flow import DinoxConfigFlow
from custom_components.dinox_mqtt_bot.const import CONF_FOLLOWS, CONF_SENSORS, LinkName
from custom_components.dinox_mqtt_bot.flows import (
    alert_flow,
    bridge_flow,
    connections,
    contact_flow,
    fields as form_fields,
    first_rules,
    import_flow,
    new_account,
    options,
    preset_flow,
    topic_flow,
    webhook_flow,
)
from custom_components.dinox_mqtt_bot.flows.alert_preview import OTHERS
from custom_components.dinox_mqtt_bot.flows.follow_field import follow_field

ROOT = Path(dinox_mqtt_bot.__file__).parent
REAUTH = {key: field for link in LinkName for key, field in connections.REAUTH[link].items()}
STEPS = {
    "config.step.standalone": connections.BROKER_FORM.schema,
    "config.step.xmpp": connections.XMPP_FORM.schema,
    "config.step.xmpp_account": connections.ACCOUNT_FORM.schema,
    "config.step.server": connections.SERVER_FORM.schema,
    "config.step.rules": first_rules.CONTACT_AND_TOPICS_FORM.schema,
    "config.step.tell": first_rules.TELL_FORM.extend({CONF_FOLLOWS: follow_field()}).schema,
    "config.step.scan": new_account.scan_form("bot@home.test").schema,
    "config.step.reconfigure_broker": connections.BROKER_FORM.schema,
    "config.step.reconfigure_xmpp": connections.XMPP_FORM.schema,
    "config.step.reauth_confirm": REAUTH,
    "options.step.init": options.OPTIONS_FORM.schema,
    "config_subentries.topic.step.user": topic_flow.new_form((), follow_field()).schema,
    "config_subentries.topic.step.reconfigure": {
        **topic_flow.known_form().schema,
        vol.Optional(CONF_SENSORS): follow_field(),
    },
    "config_subentries.contact.step.user": contact_flow.contact_form().schema,
    "config_subentries.contact.step.reconfigure": contact_flow.contact_form().schema,
    "config_subentries.webhook.step.user": webhook_flow.NEW_FORM.schema,
    "config_subentries.import.step.user": import_flow.IMPORT_FORM.schema,
    "config_subentries.preset.step.user": preset_flow.preset_form().schema,
    "config_subentries.preset.step.reconfigure": preset_flow.preset_form().schema,
    "config_subentries.bridge.step.user": bridge_flow.bridge_form(RuleSet()).schema,
    "config_subentries.bridge.step.reconfigure": bridge_flow.bridge_form(RuleSet()).schema,
    "config_subentries.alert.step.user": alert_flow.about_form(()).schema,
    "config_subentries.alert.step.reconfigure": alert_flow.about_form(()).schema,
    "config_subentries.alert.step.condition": alert_flow.condition_form(None, RuleSet()).schema,
}


@pytest.fixture(params=["en", "de"])
def texts(request: pytest.FixtureRequest) -> Any:
    return json.loads((ROOT / "translations" / f"{request.param}.json").read_text("utf-8"))


def at(texts: Any, path: str) -> Any:
    """Return what stands at a dotted path."""
    for key in path.split("."):
        texts = texts[key]
    return texts


def described(step: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the names of the fields that have a label, and of those that are explained."""
    return {what: set(step.get(what, {})) for what in ("data", "data_description")}


@pytest.mark.parametrize("path", STEPS)
def test_every_field_has_a_label_and_an_explanation(texts: Any, path: str) -> None:
    step, schema = at(texts, path), STEPS[path]
    plain = {str(key) for key, field in schema.items() if not isinstance(field, section)}
    assert described(step) == {"data": plain, "data_description": plain}
    sections = {str(key): field for key, field in schema.items() if isinstance(field, section)}
    assert set(step.get("sections", {})) == set(sections)
    for name, part in sections.items():
        fields = {str(key) for key in part.schema.schema}
        assert described(step["sections"][name]) == {"data": fields, "data_description": fields}


def choices(schema: Mapping[Any, Any]) -> Iterator[SelectSelector]:
    """Yield the choices of a form, those in its sections too, but for what a user's own home offers."""
    for field in schema.values():
        if isinstance(field, section):
            yield from choices(field.schema.schema)
        elif isinstance(field, SelectSelector) and "translation_key" in field.config:
            yield field


def test_every_choice_has_a_text(texts: Any) -> None:
    found = [
        choice.config
        for schema in STEPS.values()
        for choice in choices(schema)
        if "translation_key" in choice.config  # the others offer names of the user's own
    ]
    assert len(found) > 8
    for config in found:
        assert set(config["options"]) <= set(texts["selector"][config["translation_key"]]["options"])


def test_every_step_of_the_flow_has_a_text(texts: Any) -> None:
    steps = {
        name.removeprefix("async_step_") for name in vars(DinoxConfigFlow) if name.startswith("async_step_")
    }
    without_a_form = {"home_assistant", "reauth"}
    assert set(texts["config"]["step"]) == steps - without_a_form


def raised(*paths: str) -> set[str]:
    """Return the keys of the errors that files name: BotError("key") and the tables of the probes."""
    keys = set()
    for path in paths:
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BotError":
                keys |= {str(key.value) for key in node.args[:1] if isinstance(key, ast.Constant)}
            if isinstance(node, ast.Dict) and path.endswith("probe.py"):
                keys |= {str(key.value) for key in node.values if isinstance(key, ast.Constant)}
    return keys


def complained(path: str) -> set[str]:
    """Return the complaints that a file writes beside a field: `limit_missing`, not the names of fields."""
    words = {
        str(node.value)
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
        if isinstance(node, ast.Constant)
    }
    ends = ("_missing", "_no_number", "no_weekly", "unknown_recipient", "until_past", "until_without_once")
    return {word for word in words if word.endswith(ends)}


def words(path: str) -> set[str]:
    """Return the texts in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def contradictions() -> set[str]:
    """Return what is refused of a rule whose parts do not go together."""
    tree = ast.parse((ROOT / "bot/alerts/rules/contradictions.py").read_text("utf-8"))
    words = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {word for word in words if word.startswith("rule_")}


def test_every_complaint_has_a_text(texts: Any) -> None:
    probes = raised("broker/probe.py", "xmpp/probe.py") | {
        "cannot_connect",
        "xmpp_cannot_connect",
        "xmpp_plain_refused",
    }
    own = raised(
        "flows/connections.py",
        "entry/connections.py",
        "entry/hosts.py",
        "config_flow.py",
        "probing/account.py",
        "entry/account.py",
        "flows/new_account.py",
        "probing/invitation.py",
    )
    own |= {word for word in words("xmpp/probe.py") if word.startswith(("regist", "invitation", "name_"))}
    own -= {"registration", "register"}
    certificates = {word for word in words("bot/model/certificates.py") if word.startswith("tls_")}
    probes |= certificates | {f"xmpp_{word}" for word in certificates} | {"refused", "no_route"}
    assert (len(probes), len(own)) > (10, 5)
    reached = raised("flows/contact_flow.py")
    typed = own | {"invalid_jid", "invalid_filter"} | (reached - {"rule_no_weekly"})
    assert set(texts["config"]["error"]) == probes | typed
    names = {"which_name", "unknown_again", "unknown_again_near"}
    topic = {
        "invalid_filter",
        "invalid_icon",
        "already_configured",
        "filter_or_device",
        *names,
        *raised("entry/account.py"),
    }
    assert set(texts["config_subentries"]["topic"]["error"]) == topic
    alert = {
        key
        for path in ("flows/alert_flow.py", "entry/codec.py", "entry/rules.py")
        for key in complained(path)
    }
    # What the form leaves out by itself nobody needs to complain of there.
    refused = {key for key in contradictions() if not key.endswith("_needless")}
    assert len(refused) > 5
    shown = {
        "invalid_filter",
        "name_taken",
        "which_name",
        *NEVER,
        *raised("bot/alerts/watches.py"),
        *raised("flows/alert_preview.py"),
        *OTHERS,
        # In the form each rule has a name of its own.
        *(raised("bot/commands/alerts.py") - {"rule_there"}),
        "no_deed",
        "no_picture",
        "rule_picture",
    }
    known = shown | alert | refused
    assert set(texts["config_subentries"]["alert"]["error"]) == known
    assert set(texts["config_subentries"]["contact"]["error"]) == {
        "invalid_jid",
        "already_configured",
        "invalid_filter",
        *reached,
    }
    bridge = {
        *raised("bot/bridges/grammar.py"),
        "invalid_filter",
        "invalid_topic",
        "invalid_template",
        "invalid_jid",
    }
    bridge -= {"bridge_word", "bridge_value", "bridge_number", "bridge_role"}
    places = {"publish_device", "publish_told"}
    assert set(texts["config_subentries"]["bridge"]["error"]) == bridge | names | places | {
        "bridge_name",
        "bridge_twin",
    }
    preset = {"preset_name", "invalid_topic", "already_configured"}
    assert set(texts["config_subentries"]["preset"]["error"]) == preset | names | places
    options = {"invalid_topic", "invalid_target", *raised("flows/options.py")}
    assert set(texts["options"]["error"]) == options


def test_the_preview_of_a_rule_has_a_text(texts: Any) -> None:
    preview = texts["config_subentries"]["alert"]["step"]["preview"]
    assert set(preview["menu_options"]) == set(preview["menu_option_descriptions"]) == {"save", "change"}
    assert {"{sentence}", "{notes}"} == set(preview["description"].split())


def test_every_end_has_a_text(texts: Any) -> None:
    assert set(texts["config_subentries"]["alert"]["abort"]) == {"already_configured"}
    assert "abort" not in texts["config"]
    assert set(texts["config"]["create_entry"]) == {"default", "self_chat", "assist"}


def test_complaints_name_fields_that_exist() -> None:
    fields = {str(key) for schema in STEPS.values() for key in schema}
    sections = [field for schema in STEPS.values() for field in schema.values() if isinstance(field, section)]
    fields |= {str(key) for each in sections for key in each.schema.schema}
    assert {field for shown in form_fields.FIELDS.values() for field in shown} <= fields
