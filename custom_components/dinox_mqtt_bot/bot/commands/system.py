"""Commands about the bot itself: how it is, how it is set up, whom it talks to."""

from dataclasses import dataclass
from typing import ClassVar, override

from ..model.replies import Amount, Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import Role
from ..model.status import SteadyStatus
from ..text.durations import duration
from .command import Command, Parts


@dataclass(frozen=True, kw_only=True)
class Status(Command):
    """Shows how the bot and its connections are."""

    node: ClassVar[str] = "status"

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        status = parts.status
        refused = Text("topics_refused", {"count": str(len(status.refused))}) if status.refused else ""
        rows: list[tuple[Cell, ...]] = [
            (Text("column_broker"), *_link(parts, parts.broker)),
            (Text("column_xmpp"), *_link(parts, parts.chat)),
            (Text("column_topics"), str(len(parts.subscriptions)), refused),
            (Text("column_messages"), str(status.messages), *_last(parts)),
            (Text("column_undelivered"), str(status.undelivered)),
            *([(Text("column_failed"), str(status.failed))] if status.failed else []),
            *((Text("column_unreachable"), jid, Text(f"reason_{why}")) for jid, why in status.unreachable),
            (Text("column_unread"), str(status.unread)),
            *((Text("column_rule_full"), rule.name, Text("rule_full")) for rule in parts.alerts.overfull),
        ]
        if status.unwritten:
            rows.append((Text("column_history"), Text("history_unwritten"), status.unwritten))
        if status.paused:
            rows.append((Text("column_paused"), Text("hidden", {"count": str(parts.conversation.hidden)})))
        if status.dropped:
            rows.append((Text("column_dropped"), str(status.dropped)))
        return Table(
            title=Text("status", {"name": parts.name, "state": Text(f"state_{status.state}")}),
            columns=("column_what", "column_value", "column_detail"),
            rows=tuple(rows),
            facts=(_status_facts(parts),),
        )


def _link(parts: Parts, link: SteadyStatus) -> tuple[Cell, ...]:
    """Return a link's state, reason and since when; up without ever coming: an account never set up."""
    status = link.status
    if status.online and status.reason and not link.since:
        return (Text(f"reason_{status.reason}"),)
    cells: list[Cell] = [Text(f"phase_{status.phase}")]
    if status.reason:
        cells.append(Text(f"reason_{status.reason}"))
    if link.since:
        lasted = duration(parts.ports.clock.now() - link.since)
        cells.append(Text("since", {"time": parts.moment(link.since), "duration": lasted}))
    return tuple(cells)


def _last(parts: Parts) -> tuple[Cell, ...]:
    status = parts.status
    if not status.messages:
        return ()
    placeholders: dict[str, Cell] = {
        "topic": parts.readings.name(status.last_topic, parts.subscriptions.best(status.last_topic)),
        "value": Amount(status.last_text),
        "time": parts.moment(status.last_time),
    }
    return (Text("last_message", placeholders),)


def _status_facts(parts: Parts) -> dict[str, object]:
    status = parts.status
    return {
        "state": status.state.value,
        "broker": {
            "state": status.broker.phase.value,
            "reason": status.broker.reason,
            "detail": status.broker.detail,
            "since": parts.broker.since,
        },
        "xmpp": {"state": status.chat.phase.value, "reason": status.chat.reason, "since": parts.chat.since},
        "paused": status.paused,
        "hidden": parts.conversation.hidden,
        "messages": status.messages,
        "dropped": status.dropped,
        "unwritten": status.unwritten,
        "unread": status.unread,
        "undelivered": status.undelivered,
        "failed": status.failed,
        "unreachable": dict(status.unreachable),
        "subscriptions": len(parts.subscriptions),
        "refused": dict(status.refused),
        "last_topic": status.last_topic,
        "last_time": status.last_time,
    }


@dataclass(frozen=True, kw_only=True)
class Config(Command):
    """Shows how the bot is set up."""

    node: ClassVar[str] = "config"

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        rules = parts.rules
        rows: list[tuple[Cell, ...]] = [
            (Text(f"column_{key}"), value, *_hint(key)) for key, value in parts.connection.items()
        ]
        rows += [
            (Text("column_topics"), str(len(rules.subscriptions))),
            *(
                (
                    Text("column_contact"),
                    contact.jid,
                    Text(f"role_{contact.role.word}"),
                    *_silent(contact.receives),
                )
                for contact in rules.contacts
            ),
            (Text("column_discovery"), rules.discovery_prefix or Text("off")),
            (Text("column_digest"), duration(rules.digest_seconds)),
            (Text("column_paused"), Text("on" if parts.paused else "off")),
        ]
        facts = {
            "connection": dict(parts.connection),
            "subscriptions": len(rules.subscriptions),
            "contacts": [{"jid": contact.jid, "role": contact.role.word} for contact in rules.contacts],
            "discovery_prefix": rules.discovery_prefix,
            "digest_seconds": rules.digest_seconds,
            "paused": parts.paused,
        }
        columns = ("column_what", "column_value", "column_detail")
        return Table(
            title=Text("config", {"name": parts.name}), columns=columns, rows=tuple(rows), facts=(facts,)
        )


def _hint(key: str) -> tuple[Cell, ...]:
    """Return what is to be known of one line about the links."""
    return (Text("pubsub_hint"), Text("prosody_limits")) if key == "pubsub" else ()


def _silent(receives: bool) -> tuple[Cell, ...]:
    return () if receives else (Text("receives_nothing"),)


@dataclass(frozen=True, kw_only=True)
class Reconnect(Command):
    """Drops the connections and connects again; asked in the chat, only that to the broker."""

    node: ClassVar[str] = "reconnect"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        parts.ports.broker.reconnect()
        # A chat that carries this very conversation works.
        if not caller.has_chat or not parts.chat.status.online:
            parts.ports.chat.reconnect()
        return Text("reconnecting", {"status": Typed("status")})
