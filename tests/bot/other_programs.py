"""Rules of other programs, read as the bot reads them, where every entity but a camera's picture is heard."""

from collections.abc import Mapping
from typing import Any

import yaml

from bot.importing.alert_rules import StateTopic
from bot.importing.mqttwarn import is_ini
from bot.importing.outcomes import Imported, Outcome, Plan, Untaken
from bot.importing.programs import plan_rules
from bot.model.rules import RuleSet


def place(entity: str) -> StateTopic:
    if entity.startswith("camera_proxy."):
        raise Untaken("entity_kind")
    return StateTopic(f"$ha/{entity}")


def given_of(text: str) -> object:
    return text if is_ini(text) else yaml.safe_load(text)


def planned(given: object, **rules: Any) -> Plan:
    *_, made = plan_rules(given, RuleSet(**rules), place)
    return made


def rules_of(made: Plan) -> list[Imported]:
    return [rule for rule, _ in made.steps if rule is not None]


def alerts2(*alerts: Mapping[str, object]) -> list[tuple[Any, Outcome]]:
    return planned(
        {"alert2": {"alerts": [{"domain": "test", "name": "a_b"} | each for each in alerts]}}
    ).steps


def alert2(**fields: object) -> tuple[Any, Outcome]:
    (step,) = alerts2(fields)
    return step
