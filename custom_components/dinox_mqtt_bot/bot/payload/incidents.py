"""Incidents that other programs post as JSON: Alertmanager, Grafana, Uptime Kuma, Zabbix, and plain JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
import json
import re
from urllib.parse import quote

from ..model.replies import BotError
from ..text.foreign import cut, one_line, plain

MOST_INCIDENTS = 200
"""Incidents of one body."""
RESOLVED = "resolved"
"""What stands in place of the text of an incident that is over."""
LONGEST_TITLE = 60
LONGEST_TEXT = 200
LONGEST_LINK = 300
LONGEST_TOLD = 360
_LONGEST_KEY = 64
_KEY = re.compile(r"[A-Za-z0-9_.:-]+")
_WEB = re.compile(r"https?://[^\s/]\S*")
_SECRET = re.compile(r"/api/webhook/|//hooks\.nabu\.casa/")
_NAMES = re.compile(r"[^a-z0-9]+")

_OVER = frozenset(
    """
    resolved ok up recovered recovery normal closed close cleared clear inactive healthy success passing
    done over end ended fixed green false 0 off
    """.split()  # noqa: SIM905
)
_FIRING = frozenset(
    """
    firing alerting alert problem down critical warning error failed failing failure open active triggered
    trigger fire new created update updated unhealthy nodata no_data unknown red true 1 on
    """.split()  # noqa: SIM905
)
_WAITING = frozenset({"pending", "maintenance", "paused", "2", "3"})
"""Words for what is neither wrong nor over: nothing becomes of it."""

type _Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: `key` tells it from the others and is one level of a topic; not `firing`: it is over.

    `link` and `silence` (where it can be silenced) are addresses, or empty.
    """

    key: str
    title: str
    firing: bool
    text: str = ""
    severity: str = ""
    link: str = ""
    silence: str = ""

    @property
    def told(self) -> str:
        """What is told of it on one line, with those addresses that have room as a whole."""
        if not self.firing:
            return RESOLVED
        said = self.text if self.text and self.text.casefold() != RESOLVED else self.title
        for address in (self.link, self.silence):
            if address and len(said) + len(address) < LONGEST_TOLD:
                said = f"{said} {address}"
        return said

    def payload(self) -> bytes:
        """Return it as the message that rules judge."""
        fields = {
            "text": self.told,
            "status": "firing" if self.firing else RESOLVED,
            "title": self.title,
            "severity": self.severity,
            "link": self.link,
            "silence": self.silence,
        }
        return json.dumps({name: said for name, said in fields.items() if said}).encode()


def read_incidents(body: bytes) -> list[Incident]:
    """Return the incidents of a body, none for a test. Raises BotError `incident_…`."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as err:
        raise BotError("incident_unreadable") from err
    incidents: list[Incident] = []
    for row in given if isinstance(given, list) else [given]:
        if not isinstance(row, dict):
            raise BotError("incident_unreadable")
        for incident in _of_sender(row):
            if len(incidents) >= MOST_INCIDENTS:
                raise BotError("incident_too_many", count=str(MOST_INCIDENTS))
            incidents.append(_checked(incident))
    return incidents


def _of_sender(body: _Fields) -> Iterator[Incident]:
    alerts = body.get("alerts")
    if isinstance(alerts, list):
        yield from _group(body, alerts)
    elif "heartbeat" in body or "monitor" in body:
        yield from _uptime_kuma(body)
    elif "ruleName" in body and "state" in body:
        yield from _grafana_before_9(body)
    else:
        yield from _plain(body)


def _group(body: _Fields, alerts: Sequence[object]) -> Iterator[Incident]:
    """Yield what Alertmanager and Grafana tell: many alerts, each with labels and annotations."""
    for each in alerts:
        if not isinstance(each, dict):
            raise BotError("incident_unreadable")
        labels, notes = _mapping(each.get("labels")), _mapping(each.get("annotations"))
        told = _first(notes, "summary", "description", "message")
        title = _first(labels, "alertname") or told
        where = _first(labels, "instance", "host", "job")
        more = _first(notes, "description", "message")
        yield Incident(
            key=_text(each.get("fingerprint")) or _key_of(labels),
            title=f"{title} {where}" if where and where not in title else title,
            firing=_is_firing(_text(each.get("status")) or _text(body.get("status"))),
            text=" – ".join(dict.fromkeys(filter(None, (told, more)))),
            severity=_first(labels, "severity", "priority"),
            link=_first(each, "panelURL", "dashboardURL", "generatorURL"),
            silence=_first(each, "silenceURL") or _silence(body, labels),
        )


def _silence(body: _Fields, labels: _Fields) -> str:
    """Return where Alertmanager silences an alert."""
    base, name = _text(body.get("externalURL")), _text(labels.get("alertname"))
    if not base or not name or "groupKey" not in body or "orgId" in body:
        return ""
    wanted = quote(f'{{alertname="{name}"}}', safe="")
    return f"{base.rstrip('/')}/#/silences/new?filter={wanted}"


def _uptime_kuma(body: _Fields) -> Iterator[Incident]:
    """Yield what became of a monitor. What has no heartbeat (a certificate, a test) is over as it is told."""
    monitor, beat = _mapping(body.get("monitor")), _mapping(body.get("heartbeat"))
    name, text = _first(monitor, "name", "pathName"), _first(beat, "msg") or _text(body.get("msg"))
    status, link = _text(beat.get("status")), _text(monitor.get("url"))
    if not status:
        notice = Incident(text, name or text, True, text, link=link)
        yield from (notice, replace(notice, firing=False))
    elif status not in _WAITING:
        number = _text(monitor.get("id")) or _text(beat.get("monitorID")) or name
        firing = _is_firing({"0": "down", "1": "up"}.get(status, status))
        yield Incident(f"monitor-{number}", name or f"monitor {number}", firing, text, link=link)


def _grafana_before_9(body: _Fields) -> Iterator[Incident]:
    state = _text(body.get("state"))
    if state not in _WAITING:
        title = _first(body, "ruleName", "title")
        key = _text(body.get("ruleId")) or title
        text, link = _text(body.get("message")), _text(body.get("ruleUrl"))
        yield Incident(f"rule-{key}", title, _is_firing(state), text, link=link)


def _plain(body: _Fields) -> Iterator[Incident]:
    """Yield one incident in plain words, as scripts and Zabbix' JSON media types write it."""
    said = {_NAMES.sub("", str(name).casefold()): value for name, value in body.items()}
    title = _first(
        said, "title", "name", "eventname", "triggername", "alertname", "subject", "alertsubject", "summary"
    )
    text = _first(said, "text", "message", "alertmessage", "body", "description", "opdata", "eventopdata")
    status = _first(said, "status", "state", "eventvalue", "triggervalue", "triggerstatus", "eventstatus")
    if not (title or text):
        raise BotError("incident_unreadable")
    if status.casefold() in _WAITING:
        return
    host, title = _first(said, "hostname", "host"), title or text
    yield Incident(
        key=_first(said, "fingerprint", "key", "id", "eventid", "dedupkey") or f"{host} {title}".strip(),
        title=f"{title} {host}" if host and host not in title else title,
        firing=_is_firing(status or "firing"),
        text=text,
        severity=_first(said, "severity", "eventseverity", "triggerseverity", "priority"),
        link=_first(said, "link", "url", "zabbixurl", "eventurl", "triggerurl"),
    )


def _is_firing(status: str) -> bool:
    word = status.casefold()
    if word in _OVER:
        return False
    if word not in _FIRING:
        raise BotError("incident_status", status=one_line(plain(status), _LONGEST_KEY))
    return True


def _checked(incident: Incident) -> Incident:
    """Return an incident whose parts are as long as they may be; its key can stand in a topic."""
    key = incident.key
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        key = sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]
    title = cut(" ".join(plain(incident.title).split()), LONGEST_TITLE)
    if not title:
        raise BotError("incident_unreadable")
    return replace(
        incident,
        key=key,
        title=title,
        text=one_line(plain(incident.text), LONGEST_TEXT),
        severity=one_line(plain(incident.severity), _LONGEST_KEY),
        link=_address(incident.link),
        silence=_address(incident.silence),
    )


def _address(said: str) -> str:
    """Return an address of the web, nothing for any other: one that is cut leads nowhere.

    Nor that of a webhook, which a script may post with the rest: it is a secret.
    """
    if len(said) > LONGEST_LINK or _WEB.fullmatch(said) is None:
        return ""
    return said if said.isprintable() and _SECRET.search(said) is None else ""


def _key_of(labels: _Fields) -> str:
    """Return the fingerprint of labels, where the sender gives none."""
    return json.dumps(sorted((str(name), _text(value)) for name, value in labels.items()))


def _mapping(said: object) -> _Fields:
    return said if isinstance(said, dict) else {}


def _first(fields: _Fields, *names: str) -> str:
    """Return the first of some fields that says anything."""
    return next((found for name in names if (found := _text(fields.get(name)))), "")


def _text(said: object) -> str:
    if isinstance(said, bool):
        return "true" if said else "false"
    return str(said).strip() if isinstance(said, str | int | float) else ""
