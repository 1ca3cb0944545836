"""Incidents that other programs post over HTTP, as alerts."""

import asyncio
from itertools import pairwise
import json
import logging
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_USER, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    ALICE,
    NO_ACCOUNT,
    alerts,
    ask,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    until,
)

from custom_components.dinox_mqtt_bot import async_setup
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.const import SUBENTRY_ALERT, SUBENTRY_WEBHOOK
from custom_components.dinox_mqtt_bot.entry.hooks import Hook
from custom_components.dinox_mqtt_bot.runtime import webhook_door, webhooks
from lab.person import Person
from lab.servers import Server

HOOK = Hook.new("5ec4e7", "Alertmanager", local_only=True)


def firing(name: str = "DiskFull", status: str = "firing", **more: str) -> dict[str, Any]:
    """Return what Alertmanager posts of one alert."""
    alert = {
        "status": status,
        "labels": {"alertname": name, "instance": "node1:9100", "severity": "critical"},
        "annotations": {"summary": "The disk of node1 is full"},
        "generatorURL": "http://prometheus.test/graph",
        "fingerprint": f"f{name}",
    }
    return {
        "version": "4",
        "groupKey": "{}",
        "externalURL": "http://am.test",
        "status": status,
        "alerts": [alert | more],
    }


def entry_of(port: int, *hooks: Hook) -> MockConfigEntry:
    rules = [hook.rule(Priority.CRITICAL) for hook in hooks]
    return bot_entry(standalone(port) | NO_ACCOUNT, [*alerts(*rules), *(hook.write() for hook in hooks)])


async def post(client: Any, body: object, hook: Hook = HOOK) -> tuple[int, Any]:
    """Post a body, JSON if it is not bytes; return the status and what is answered."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = await client.post(f"/api/webhook/{hook.webhook_id}", data=raw)
    text = await response.text()
    return response.status, json.loads(text) if text else None


async def said(hass: HomeAssistant, text: str) -> str:
    return str((await ask(hass, "command", text=text))["text"])


async def test_an_incident_fires_once_is_acknowledged_and_over(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)) as runtime:
        client = await hass_client_no_auth()
        for _ in range(3):
            assert await post(client, firing()) == (200, {"incidents": 1})
        (alert,) = runtime.bot.alerts.active
        assert (alert.topic, alert.name) == (
            "$hook/alertmanager/fDiskFull",
            "DiskFull node1:9100 (alertmanager)",
        )
        assert "The disk of node1 is full http://prometheus.test/graph http://am.test/#/sil" in alert.value
        assert "DiskFull node1:9100" in await said(hass, "alerts")
        assert "DiskFull" in await said(hass, "ack diskfull")
        assert runtime.bot.alerts.active[0].acknowledged
        assert await post(client, firing()) == (200, {"incidents": 1})
        assert [each.number for each in runtime.bot.alerts.active] == [alert.number]
        assert await post(client, firing(status="resolved")) == (200, {"incidents": 1})
        assert runtime.bot.alerts.active == []
        # Nothing of it was asked of the broker.
        assert all(not each.startswith("$") for each in runtime.broker._wanted._wanted)  # type: ignore[union-attr]


GRAFANA = {
    "receiver": "home",
    "status": "firing",
    "orgId": 1,
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Cellar pump", "grafana_folder": "Water"},
            "annotations": {"summary": "It has run for 3 h"},
            "startsAt": "2026-11-30T20:00:00Z",
            "generatorURL": "https://graf.test/alerting/grafana/x/view",
            "fingerprint": "c6eadffa33fcdf37",
            "silenceURL": "https://graf.test/alerting/silence/new",
            "dashboardURL": "",
            "panelURL": "",
            "values": {"A": 3},
        }
    ],
    "groupLabels": {},
    "externalURL": "https://graf.test/",
    "version": "1",
    "title": "[FIRING:1] Cellar pump",
    "state": "alerting",
    "message": "It has run for 3 h",
}
KUMA = {
    "heartbeat": {
        "monitorID": 4,
        "status": 0,
        "time": "2026-11-30 20:00:00",
        "msg": "timeout",
        "important": True,
    },
    "monitor": {"id": 4, "name": "Router", "url": "https://", "type": "ping"},
    "msg": "[Router] [🔴 Down] timeout",
}
ZABBIX = {
    "url": "http://ha.test/api/webhook/5ec4e7",
    "event_id": "1042",
    "event_name": "High CPU on db1",
    "event_value": "1",
    "event_severity": "High",
    "event_opdata": "98 %",
    "host_name": "db1",
}
PLAIN = {"title": "Backup failed", "text": "exit 1", "status": "firing"}


@pytest.mark.parametrize(
    ("fires", "ends", "name", "value"),
    [
        (firing(), firing(status="resolved"), "DiskFull node1:9100", "The disk of node1 is full"),
        (
            GRAFANA,
            GRAFANA | {"status": "resolved", "alerts": [GRAFANA["alerts"][0] | {"status": "resolved"}]},  # type: ignore[index]
            "Cellar pump",
            "It has run for 3 h",
        ),
        (KUMA, KUMA | {"heartbeat": KUMA["heartbeat"] | {"status": 1}}, "Router", "timeout"),  # type: ignore[operator]
        (ZABBIX, ZABBIX | {"event_value": "0"}, "High CPU on db1", "98 %"),
        (PLAIN, PLAIN | {"status": "resolved"}, "Backup failed", "exit 1"),
    ],
    ids=["alertmanager", "grafana", "kuma", "zabbix", "plain"],
)
async def test_each_program_has_its_incident_told_acknowledged_and_ended(
    hass: HomeAssistant,
    both: dict[str, Any],
    alice: Person,
    hass_client_no_auth: Any,
    fires: dict[str, Any],
    ends: dict[str, Any],
    name: str,
    value: str,
) -> None:
    entry = bot_entry(both, [*contacts(ALICE), *alerts(HOOK.rule(Priority.CRITICAL)), HOOK.write()])
    async with running(hass, entry) as runtime:
        await reachable(runtime)
        client = await hass_client_no_auth()
        assert await post(client, fires) == (200, {"incidents": 1})
        told = await alice.next(name)
        assert told.text.startswith("🔴 *Alertmanager*: ")
        assert value in told.text
        assert "5ec4e7" not in told.text
        alice.reply("bot@home.test", told.id, "ack")
        await until(lambda: runtime.bot.alerts.active[0].acknowledged)
        assert await post(client, ends) == (200, {"incidents": 1})
        assert name in (await alice.next("✅")).text
        assert runtime.bot.alerts.active == []


async def test_a_person_reads_it_in_the_chat_and_acknowledges_it(
    hass: HomeAssistant, both: dict[str, Any], alice: Person, hass_client_no_auth: Any
) -> None:
    entry = bot_entry(both, [*contacts(ALICE), *alerts(HOOK.rule(Priority.CRITICAL)), HOOK.write()])
    async with running(hass, entry) as runtime:
        await reachable(runtime)
        client = await hass_client_no_auth()
        await post(client, firing())
        told = await alice.next("DiskFull")
        assert told.text.startswith(
            "🔴 *Alertmanager*: DiskFull node1:9100 (alertmanager): The disk of node1"
        )
        assert "http://prometheus.test/graph http://am.test/#/silences/new?filter=" in told.text
        alice.react("bot@home.test", told.id, "👍")
        await until(lambda: runtime.bot.alerts.active[0].acknowledged)
        alice.forget()
        await post(client, firing())
        await post(client, firing(status="resolved"))
        over = await alice.next("✅")
        assert "DiskFull node1:9100 (alertmanager) resolved" in over.text


async def test_an_open_incident_is_open_after_a_restart(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    async with running(hass, entry) as runtime:
        client = await hass_client_no_auth()
        await post(client, firing())
        number = runtime.bot.alerts.active[0].number
        assert await hass.config_entries.async_reload(entry.entry_id)
        bot = entry.runtime_data.bot
        assert [each.number for each in bot.alerts.active] == [number]
        await post(client, firing())
        assert [each.number for each in bot.alerts.active] == [number]
        await post(client, firing(status="resolved"))
        assert bot.alerts.active == []


async def waiting(hass: HomeAssistant, entry: MockConfigEntry, count: int = 1) -> None:
    """Wait until so many requests wait for the bot."""
    await until(lambda: webhook_door.async_door(hass, entry).waiting == count)


async def test_what_is_posted_before_the_first_bot_is_built_waits_for_it(
    hass: HomeAssistant, mosquitto: Server
) -> None:
    """As Home Assistant's cloud posts it."""
    entry = entry_of(mosquitto.ports["mqtt"], Hook.new("f1257", "Alertmanager", local_only=False))
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, webhook.DOMAIN, {})
    assert await async_setup(hass, {})
    request = MockRequest(json.dumps(firing()).encode(), "cloud", method="POST")
    posted = asyncio.ensure_future(webhook.async_handle_webhook(hass, "f1257", request))
    await asyncio.sleep(0)  # it is looked up who takes it
    await waiting(hass, entry)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await posted).status == 200
    (alert,) = entry.runtime_data.bot.alerts.active
    assert alert.topic == "$hook/alertmanager/fDiskFull"
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_what_is_posted_while_the_bot_starts_is_taken_when_it_is_there(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    async with running(hass, entry) as runtime:
        client = await hass_client_no_auth()
        await post(client, firing())
        assert len(runtime.bot.alerts.active) == 1
        assert await hass.config_entries.async_unload(entry.entry_id)
        over = asyncio.ensure_future(post(client, firing(status="resolved")))
        await waiting(hass, entry)
        other = asyncio.ensure_future(post(client, firing("Memory")))
        large = asyncio.ensure_future(post(client, b"x" * (webhook_door.MOST_BYTES + 1)))
        await waiting(hass, entry, 3)
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert [await over, await other] == [(200, {"incidents": 1})] * 2
        assert (await large)[0] == 413
        assert [each.name for each in entry.runtime_data.bot.alerts.active] == [
            "Memory node1:9100 (alertmanager)"
        ]


async def test_who_posts_is_told_to_come_again_where_the_bot_does_not_come(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    absent = (503, {"error": "the bot is not there"})
    async with running(hass, entry):
        client = await hass_client_no_auth()
        assert await hass.config_entries.async_unload(entry.entry_id)
        with monkeypatch.context() as patient:
            patient.setattr(webhook_door, "PATIENCE", 0.01)
            assert await post(client, firing()) == absent
        monkeypatch.setattr(webhook_door, "MOST_WAITING", 1)
        first = asyncio.ensure_future(post(client, firing()))
        await waiting(hass, entry)
        assert await post(client, firing()) == absent
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert (await first)[0] == 200


async def test_a_webhook_that_is_removed_while_something_waits_there_takes_nothing(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    async with running(hass, entry):
        client = await hass_client_no_auth()
        assert await hass.config_entries.async_unload(entry.entry_id)
        posted = asyncio.ensure_future(post(client, firing()))
        await waiting(hass, entry)
        (subentry,) = entry.get_subentries_of_type(SUBENTRY_WEBHOOK)
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert await posted == (410, {"error": "this webhook was removed"})


async def test_a_bot_that_is_disabled_takes_nothing_and_one_that_is_back_does(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    async with running(hass, entry):
        client = await hass_client_no_auth()
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        assert await post(client, firing()) == (200, None)
        await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
        assert await post(client, firing()) == (200, {"incidents": 1})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no json", 400),
        (b"[" * 40_000, 400),
        (b'{"title": "x", "status": "purple"}', 400),
        (b'{"text": "' + b"x" * webhook_door.MOST_BYTES + b'"}', 413),
    ],
)
async def test_what_cannot_be_read_is_refused_and_logged_once(
    hass: HomeAssistant,
    mosquitto: Server,
    hass_client_no_auth: Any,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
    status: int,
) -> None:
    caplog.set_level(logging.INFO)
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)) as runtime:
        client = await hass_client_no_auth()
        for _ in range(3):
            code, answer = await post(client, body)
            assert code == status
            assert answer["error"]
        assert runtime.bot.alerts.active == []
        assert caplog.text.count("was refused") == 1
        assert (await post(client, {"title": "Fine"}))[0] == 200
        assert (await post(client, {"title": "Fine"}))[0] == 200
        assert caplog.text.count("understands what is posted again") == 1


async def test_too_many_requests_and_incidents_are_refused(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST_OPEN", 2)
    monkeypatch.setattr(webhooks, "MOST_A_MINUTE", 5)
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)) as runtime:
        client = await hass_client_no_auth()
        codes = [(await post(client, {"title": title}))[0] for title in ("a", "b", "c")]
        assert codes == [200, 200, 429]
        assert (await post(client, {"title": "a", "status": "resolved"}))[0] == 200
        assert (await post(client, {"title": "c"}))[0] == 200
        assert len(runtime.bot.alerts.active) == 2
        assert await post(client, {"title": "b", "status": "ok"}) == (429, {"error": "too many requests"})


async def test_a_body_that_does_not_come_is_not_waited_for(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_door, "SECONDS", 0.05)

    async def slow() -> Any:
        yield b'{"title"'
        await answered.wait()

    answered = asyncio.Event()
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)):
        client = await hass_client_no_auth()
        response = await client.post(f"/api/webhook/{HOOK.webhook_id}", data=slow())
        answered.set()
        assert response.status == 413


async def test_many_incidents_in_one_body_leave_home_assistant_its_turns(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)) as runtime:
        client = await hass_client_no_auth()
        seen: list[int] = []

        async def look() -> None:
            while True:
                seen.append(len(runtime.bot.alerts.active))
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        body = [{"title": f"Disk {number}"} for number in range(200)]
        assert await post(client, body) == (200, {"incidents": 200})
        looking.cancel()
        assert seen[-1] == 200
        assert max(after - before for before, after in pairwise(seen)) <= webhooks.AT_ONCE


async def test_what_comes_while_the_bot_stops_is_to_be_posted_again(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    reading, stopped = asyncio.Event(), asyncio.Event()

    async def body(request: Any) -> bytes | None:
        reading.set()
        return await whole(request)

    whole = webhooks.async_body
    monkeypatch.setattr(webhooks, "async_body", body)

    async def slow() -> Any:
        yield b'{"title": '
        await stopped.wait()
        yield b'"Late"}'

    async with running(hass, entry):
        client = await hass_client_no_auth()
        posting = asyncio.create_task(client.post(f"/api/webhook/{HOOK.webhook_id}", data=slow()))
        await until(reading.is_set)
        await hass.config_entries.async_reload(entry.entry_id)
        stopped.set()
        # Not 200: neither the bot that stopped nor the one that started knows of it.
        assert (await posting).status == 503
        assert entry.runtime_data.bot.alerts.active == []
        assert await post(client, {"title": "Late"}) == (200, {"incidents": 1})
        assert [each.name for each in entry.runtime_data.bot.alerts.active] == ["Late (alertmanager)"]


async def test_it_is_made_in_the_settings_with_its_rule_and_its_address(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"])
    hass.config.internal_url = "http://192.168.7.7:8123"
    flows = hass.config_entries.subentries
    async with running(hass, entry) as runtime:
        form = await flows.async_init((entry.entry_id, SUBENTRY_WEBHOOK), context={"source": SOURCE_USER})
        typed = {"name": "Uptime Kuma", "priority": "critical", "local_only": True}
        refused = await flows.async_configure(form["flow_id"], {**typed, "name": " ! "})
        assert refused["errors"] == {"name": "hook_name"}
        form = await flows.async_configure(form["flow_id"], typed)
        assert form["step_id"] == "address"
        url = form["description_placeholders"]["url"]
        assert url.startswith("http://192.168.7.7:8123/api/webhook/")
        done = await flows.async_configure(form["flow_id"], {})
        assert done["type"] is FlowResultType.CREATE_ENTRY
        await hass.async_block_till_done()
        (kept,) = entry.get_subentries_of_type(SUBENTRY_WEBHOOK)
        (rule,) = runtime.bot.rules.alerts
        assert (rule.name, rule.filter, rule.priority) == (
            "Uptime Kuma",
            "$hook/uptime-kuma/+",
            Priority.CRITICAL,
        )
        client = await hass_client_no_auth()
        beat = {
            "heartbeat": {"monitorID": 3, "status": 0, "msg": "timeout"},
            "monitor": {"id": 3, "name": "NAS", "url": "https://nas.test"},
            "msg": "[NAS] [Down] timeout",
        }
        assert (await post(client, beat, Hook.of(kept)))[0] == 200
        assert runtime.bot.alerts.active[0].name == "NAS (uptime-kuma)"

        # The same name again; then the address once more, and from anywhere.
        form = await flows.async_init((entry.entry_id, SUBENTRY_WEBHOOK), context={"source": SOURCE_USER})
        again = await flows.async_configure(form["flow_id"], typed)
        assert again["errors"] == {"name": "already_configured"}
        form = await entry.start_subentry_reconfigure_flow(hass, kept.subentry_id)
        assert form["description_placeholders"]["url"] == url
        await flows.async_configure(form["flow_id"], {"local_only": False})
        await hass.async_block_till_done()
        assert not Hook.of(entry.subentries[kept.subentry_id]).local_only

        # Removed, nobody can tell that an incident is over: it ends, and nothing is heard of others.
        hass.config_entries.async_remove_subentry(entry, kept.subentry_id)
        await hass.async_block_till_done()
        assert runtime.bot.alerts.active == []
        assert (await post(client, beat, Hook.of(kept)))[0] == 200
        assert runtime.bot.alerts.active == []

        # Made anew under its name, it finds the rule that is there.
        form = await flows.async_init((entry.entry_id, SUBENTRY_WEBHOOK), context={"source": SOURCE_USER})
        await flows.async_configure(form["flow_id"], {**typed, "local_only": False})
        await flows.async_configure(form["flow_id"], {})
        await hass.async_block_till_done()
        assert len(entry.get_subentries_of_type(SUBENTRY_ALERT)) == 1


async def test_without_an_address_of_home_assistant_the_path_is_shown(
    hass: HomeAssistant, mosquitto: Server
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"])
    async with running(hass, entry):
        hass.config.api = None
        flows = hass.config_entries.subentries
        form = await flows.async_init((entry.entry_id, SUBENTRY_WEBHOOK), context={"source": SOURCE_USER})
        typed = {"name": "Script", "priority": "alert", "local_only": True}
        form = await flows.async_configure(form["flow_id"], typed)
        assert form["description_placeholders"]["url"].startswith("<Home Assistant>/api/webhook/")


async def test_the_address_of_the_cloud_is_used_and_taken_back(
    hass: HomeAssistant, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cloud is a service that is paid for: only what is asked of it is seen here."""
    from homeassistant.components import cloud

    deleted: list[str] = []

    async def create(_hass: HomeAssistant, webhook_id: str) -> str:
        return f"https://hooks.test/{webhook_id}"

    async def delete(_hass: HomeAssistant, webhook_id: str) -> None:
        deleted.append(webhook_id)
        raise ValueError("there is none")

    monkeypatch.setattr(cloud, "async_active_subscription", lambda _: True)
    monkeypatch.setattr(cloud, "async_get_or_create_cloudhook", create)
    monkeypatch.setattr(cloud, "async_delete_cloudhook", delete)
    hass.config.components.add("cloud")
    hass.config.internal_url = "http://192.168.7.7:8123"
    anywhere = Hook.new("0pen", "Grafana", local_only=False)
    assert await webhooks.async_hook_url(hass, anywhere) == "https://hooks.test/0pen"
    assert (await webhooks.async_hook_url(hass, HOOK)).startswith("http://192.168.7.7")
    monkeypatch.setattr(cloud, "async_active_subscription", lambda _: False)
    assert (await webhooks.async_hook_url(hass, anywhere)).startswith("http://192.168.7.7")
    entry = entry_of(mosquitto.ports["mqtt"], anywhere)
    async with running(hass, entry):
        (kept,) = entry.get_subentries_of_type(SUBENTRY_WEBHOOK)
        hass.config_entries.async_remove_subentry(entry, kept.subentry_id)
        await until(lambda: deleted == ["0pen"])
    hass.config.components.remove("cloud")


async def test_what_nobody_ends_is_told_and_over(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)) as runtime:
        client = await hass_client_no_auth()
        body = {"heartbeat": None, "monitor": None, "msg": "The certificate expires in 7 days"}
        assert await post(client, body) == (200, {"incidents": 2})
        assert runtime.bot.alerts.active == []
        assert "The certificate expires in 7 days (alertmanager)" in await said(hass, "alerts past")


async def test_further_rules_look_at_the_same_incidents(
    hass: HomeAssistant, mosquitto: Server, hass_client_no_auth: Any
) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"], HOOK)) as runtime:
        client = await hass_client_no_auth()
        rule = (
            "alert $hook/alertmanager/+ .severity is critical and .status is firing critical"
            ' as "Critical incidents"'
        )
        await post(client, firing("Other"))
        assert "Critical incidents" in await said(hass, rule)
        await post(client, firing())
        names = {runtime.bot.alerts.rule_of(alert).name for alert in runtime.bot.alerts.active}
        assert names == {"Alertmanager", "Critical incidents"}
        await post(client, firing(status="resolved"))
        await post(client, firing("Other", status="resolved"))
        assert runtime.bot.alerts.active == []


async def test_what_is_removed_is_registered_no_more(hass: HomeAssistant, mosquitto: Server) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], HOOK)
    async with running(hass, entry):
        with pytest.raises(ValueError, match="already defined"):
            webhook.async_register(hass, "test", "x", HOOK.webhook_id, lambda *_: None)  # type: ignore[arg-type,return-value]
        assert await hass.config_entries.async_remove(entry.entry_id)
    webhook.async_register(hass, "test", "x", HOOK.webhook_id, lambda *_: None)  # type: ignore[arg-type,return-value]
