"""Every repair issue has a text, and one with a way out has that too."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components import dinox_mqtt_bot
from custom_components.dinox_mqtt_bot.issues.registry import FIXABLE, IssueKind
from custom_components.dinox_mqtt_bot.repairs import FLOWS

ROOT = Path(dinox_mqtt_bot.__file__).parent


@pytest.fixture(params=["en", "de"])
def texts(request: pytest.FixtureRequest) -> Any:
    return json.loads((ROOT / "translations" / f"{request.param}.json").read_text("utf-8"))["issues"]


@pytest.mark.parametrize("kind", IssueKind)
def test_an_issue_is_explained_or_leads_on(texts: Any, kind: IssueKind) -> None:
    assert set(texts[kind]) == {"title", "fix_flow" if kind in FIXABLE else "description"}


def test_every_way_out_has_a_flow_and_its_texts(texts: Any) -> None:
    assert FLOWS.keys() == FIXABLE
    steps = {kind: set(texts[kind]["fix_flow"].get("step", {})) for kind in FIXABLE}
    assert steps == {kind: {"confirm"} for kind in FIXABLE} | {IssueKind.TOPIC_REFUSED: {"init"}}
    assert set(texts["topic_refused"]["fix_flow"]["step"]["init"]["menu_options"]) == {"again", "unsubscribe"}
    for kind in FIXABLE - {IssueKind.TOPIC_REFUSED, IssueKind.DATABASE_UNUSABLE}:
        assert set(texts[kind]["fix_flow"]["abort"]) == {"go_on"}
