"""What other programs post of their incidents."""

from contextlib import suppress
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from bot.model.replies import BotError
from bot.model.topics import valid_topic
from bot.payload.incidents import LONGEST_TITLE, MOST_INCIDENTS, Incident, read_incidents


def read(body: object) -> list[Incident]:
    return read_incidents(json.dumps(body).encode())


def one(body: object) -> Incident:
    (incident,) = read(body)
    return incident


def refused(body: object) -> str:
    with pytest.raises(BotError) as err:
        read(body)
    return err.value.key


ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "HighLoad", "instance": "web1:9100", "severity": "warning"},
    "annotations": {"summary": "Load is high", "description": "Load of web1 is 12"},
    "generatorURL": "http://prom.test/graph?x=1",
    "fingerprint": "0a1b",
}
GROUP: dict[str, Any] = {
    "version": "4",
    "groupKey": "{}:{}",
    "externalURL": "http://am.test/",
    "status": "firing",
    "alerts": [ALERT],
}


def test_alertmanager() -> None:
    found = one(GROUP)
    assert found == Incident(
        "0a1b",
        "HighLoad web1:9100",
        firing=True,
        text="Load is high – Load of web1 is 12",
        severity="warning",
        link="http://prom.test/graph?x=1",
        silence="http://am.test/#/silences/new?filter=%7Balertname%3D%22HighLoad%22%7D",
    )
    assert found.told.startswith("Load is high – Load of web1 is 12 http://prom.test/graph?x=1 http://am")
    over = one(GROUP | {"status": "resolved", "alerts": [ALERT | {"status": "resolved"}]})
    assert (over.key, over.firing, over.told) == ("0a1b", False, "resolved")
    assert json.loads(over.payload())["status"] == "resolved"
    assert json.loads(found.payload())["severity"] == "warning"


def test_without_a_fingerprint_the_labels_are_one() -> None:
    bare = {key: value for key, value in ALERT.items() if key != "fingerprint"}
    first, again = one(GROUP | {"alerts": [bare]}), one(GROUP | {"alerts": [bare | {"annotations": {}}]})
    other = one(GROUP | {"alerts": [bare | {"labels": ALERT["labels"] | {"instance": "web2"}}]})
    assert first.key == again.key != other.key
    assert len(first.key) == 16


def test_grafana() -> None:
    alert = ALERT | {
        "labels": {"alertname": "web1 is slow"},
        "silenceURL": "https://graf.test/alerting/silence/new",
        "dashboardURL": "https://graf.test/d/1",
        "panelURL": "",
    }
    found = one(GROUP | {"orgId": 1, "title": "[FIRING:1]", "alerts": [alert]})
    assert (found.title, found.link) == ("web1 is slow", "https://graf.test/d/1")
    assert found.silence == "https://graf.test/alerting/silence/new"
    alone = {"orgId": 1, "alerts": [alert | {"silenceURL": ""}]}
    assert one(GROUP | alone).silence == ""
    nameless = ALERT | {"labels": {}, "annotations": {"message": "Something"}, "status": ""}
    assert one(GROUP | {"alerts": [nameless]}).title == "Something"
    before = {"ruleId": 7, "ruleName": "Slow", "state": "alerting", "message": "m", "ruleUrl": "http://g/7"}
    assert one(before) == Incident("rule-7", "Slow", True, "m", link="http://g/7")
    assert not one(before | {"state": "ok"}).firing
    assert read(before | {"state": "paused"}) == []


def test_uptime_kuma() -> None:
    down = {
        "heartbeat": {"monitorID": 4, "status": 0, "msg": "connect ECONNREFUSED", "time": "…"},
        "monitor": {"id": 4, "name": "Router", "url": "https://"},
        "msg": "[Router] [🔴 Down] connect ECONNREFUSED",
    }
    assert one(down) == Incident("monitor-4", "Router", True, "connect ECONNREFUSED")
    up = down | {"heartbeat": {"monitorID": 4, "status": 1, "msg": "200 - OK"}}
    assert (one(up).key, one(up).firing) == ("monitor-4", False)
    assert read(down | {"heartbeat": {"status": 2}}) == []
    # Nothing will say that it is over.
    expires = read({"heartbeat": None, "monitor": None, "msg": "[NAS] certificate expires in 7 days"})
    assert [(each.title, each.firing) for each in expires] == [
        ("[NAS] certificate expires in 7 days", True),
        ("[NAS] certificate expires in 7 days", False),
    ]
    assert expires[0].key == expires[1].key
    nameless = {"heartbeat": {"status": 0}, "monitor": {"id": 4, "url": "https://a.test"}, "msg": "down"}
    assert one(nameless) == Incident("monitor-4", "monitor 4", True, "down", link="https://a.test")


def test_zabbix() -> None:
    problem = {
        "event_id": "1042",
        "event_name": "High CPU on db1",
        "event_value": "1",
        "event_severity": "High",
        "host_name": "db1",
        "event_opdata": "98 %",
        "zabbix_url": "https://zbx.test",
    }
    found = one(problem)
    assert found == Incident("1042", "High CPU on db1", True, "98 %", "High", "https://zbx.test")
    assert not one(problem | {"event_value": "0"}).firing
    for secret in ("http://ha.local:8123/api/webhook/5ec4e7", "https://hooks.nabu.casa/5ec4e7"):
        assert one(problem | {"zabbix_url": "", "url": secret}).link == ""
    macros = {"EVENT.ID": 3, "Subject": "Disk", "Message": "full", "HOST.NAME": "nas", "Status": "PROBLEM"}
    assert one(macros) == Incident("3", "Disk nas", True, "full")


def test_plain_words() -> None:
    incident = one({"title": "Backup failed", "text": "exit 1", "link": "javascript:alert(1)"})
    assert (incident.firing, incident.link, incident.told) == (True, "", "exit 1")
    over = one({"title": "Backup failed", "status": "ok"})
    assert (over.key, over.firing) == (incident.key, False)
    assert one({"text": "No title"}).title == "No title"
    assert one({"title": "A", "text": "Resolved"}).told == "A"
    assert one({"title": "A", "status": True}).firing
    assert not one({"title": "A", "status": False}).firing
    assert [each.title for each in read([{"title": "a"}, {"title": "b"}])] == ["a", "b"]
    assert read({"title": "A", "status": "maintenance"}) == []
    assert one({"title": "x" * 99, "link": "https://a.test/" + "x" * 400}).title == "x" * LONGEST_TITLE
    assert one({"title": "a", "link": "https://a.test/" + "x" * 400}).link == ""
    long = one({"title": "a", "text": "t" * 150, "link": "https://a.test/" + "x" * 250})
    assert (len(long.link), long.told) == (265, "t" * 150)


@pytest.mark.parametrize(
    "body", [3, [], [3], {}, {"alerts": [3]}, {"alerts": [{"labels": 3}]}, {"title": "\n", "text": "x"}]
)
def test_what_is_no_incident_is_refused(body: object) -> None:
    if body == []:
        assert read(body) == []
    elif body == {"title": "\n", "text": "x"}:
        assert one(body).title == "x"
    else:
        assert refused(body) in {"incident_unreadable", "incident_status"}


def test_bounds() -> None:
    assert refused([{"title": str(each)} for each in range(MOST_INCIDENTS + 1)]) == "incident_too_many"
    assert refused({"title": "x", "status": "purple"}) == "incident_status"
    assert refused({"title": "\u202e"}) == "incident_unreadable"
    for body in (b"", b"\xff", b"[" * 50_000):
        with pytest.raises(BotError):
            read_incidents(body)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=30)
NAMES = st.sampled_from(
    ["alerts", "labels", "annotations", "status", "title", "heartbeat", "monitor", "msg", "id", "url", "text"]
) | st.text(max_size=5)


@given(
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5)
    )
)
def test_nothing_else_comes_of_any_json(body: object) -> None:
    found: list[Incident] = []
    with suppress(BotError):
        found = read(body)
    for incident in found:
        valid_topic(f"$hook/x/{incident.key}")
        assert "/" not in incident.key
        assert 0 < len(incident.title) <= LONGEST_TITLE
        assert isinstance(json.loads(incident.payload()), dict)
