"""Commands about topics: what is subscribed, and what it is called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..model.history import TopicRow
from ..model.message import QoS
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Surface, Table, Text, Typed
from ..model.rules import Display, Priority, Role, Subscription, usual_display
from ..model.topics import fold, matches, valid_filter
from ..reading.topic_lookup import known_names, looks_like_topic, no_name, only
from ..text.tongue import plainly, skip
from .command import Command, Parts, Things, param
from .doubts import known_topic, unknown
from .examples import around, own_filter, some_topic
from .following import follow_facts, follow_rows
from .history import topic_facts
from .value import old_values

MAX_TOPICS = 200
MAX_ALIAS = 100


def _unknown(parts: Parts, name: str) -> BotError:
    """Return the error for a filter that is not subscribed, with what comes nearest to it."""
    covering = parts.subscriptions.covering(name)
    if covering is not None:
        return BotError("covered", filter=name, covering=covering.filter)
    similar = parts.subscriptions.similar(name)
    if not similar and not looks_like_topic(name):
        similar = parts.names.nearest(name)
    if similar:
        return BotError("not_subscribed_similar", filter=name, similar=", ".join(similar))
    return BotError("not_subscribed", filter=name)


async def subscribed_as(parts: Parts, name: str) -> Subscription:
    """Find by whatever its topic is called. Raises Ambiguous, BotError `not_subscribed` and the like."""
    wide = parts.subscriptions.get(f"{name.rstrip('/')}/#")
    if wide is not None and parts.subscriptions.get(parts.subscriptions.resolve(name)) is None:
        return wide  # and not one topic below it, whose last levels these words are too
    found = (await known_names(parts)).find(name)
    subscribed = [each for each in found if parts.subscriptions.get(each.topic) is not None]
    topic = only(name, subscribed or found).topic if found else name
    subscription = parts.subscriptions.get(topic)
    if subscription is None:
        raise _unknown(parts, topic)
    return subscription


def subscription_facts(subscription: Subscription) -> Mapping[str, object]:
    return {
        "filter": subscription.filter,
        "alias": subscription.alias,
        "qos": int(subscription.qos),
        "priority": subscription.priority.word,
        "display": subscription.display.value,
    }


@dataclass(frozen=True, kw_only=True)
class Subscribe(Command):
    """Subscribes to a topic or a topic filter."""

    node: ClassVar[str] = "subscribe"
    aliases: ClassVar[tuple[str, ...]] = ("sub",)
    role: ClassVar[Role] = Role.ADMIN

    filter: str = param("Topic, or topic filter such as home/# or home/+/temperature.", named=True)
    qos: QoS | None = param("How reliably the broker delivers it.", default=None, short="q")
    force: bool = param("Whether it is done although nothing is called so.", default=False, aside=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        topic_filter = await self._filter(parts)
        valid_filter(topic_filter)
        known = parts.subscriptions.get(topic_filter)
        if known is not None:
            return await _resubscribe(parts, known, self.qos)
        qos = QoS.AT_LEAST_ONCE if self.qos is None else self.qos
        subscription = Subscription(topic_filter, qos, display=usual_display(topic_filter))
        await parts.ports.rules.put_subscription(subscription)
        return _done(parts, "subscribed", subscription)

    async def _filter(self, parts: Parts) -> str:
        """Return what to subscribe to. Raises Ambiguous; Doubtful for a word that nothing is called by."""
        meant, names, known = await known_topic(parts, self.filter)
        if not (self.force or known or looks_like_topic(meant.topic)):
            raise unknown(names, replace(self, force=True), self.filter, "unknown_subscription")
        return meant.topic


async def _resubscribe(parts: Parts, known: Subscription, qos: QoS | None) -> Reply:
    """Change the QoS of a subscription there is already, if another one was asked for."""
    if qos is None or qos == known.qos:
        return _done(parts, "already_subscribed", known)
    changed = replace(known, qos=qos)
    await parts.ports.rules.put_subscription(changed)
    return _done(parts, "qos_set", changed)


def _done(parts: Parts, key: str, subscription: Subscription) -> Text:
    """Say what was done, and how things stand with the broker."""
    qos = str(int(subscription.qos))
    done: Cell = Text(key, {"filter": subscription.filter, "qos": qos})
    reason = parts.ports.broker.refused.get(subscription.filter)
    facts = {
        **subscription_facts(subscription),
        "connected": parts.broker.status.online,
        "refused": reason or "",
    }
    if not parts.broker.status.online:
        return Text("when_connected", {"done": done}, facts)
    if reason is not None:
        return Text("but_refused", {"done": done, "reason": reason}, facts)
    return Text(key, {"filter": subscription.filter, "qos": qos}, facts)


@dataclass(frozen=True, kw_only=True)
class Unsubscribe(Command):
    """Removes a subscription; its history stays."""

    node: ClassVar[str] = "unsubscribe"
    aliases: ClassVar[tuple[str, ...]] = ("unsub",)
    role: ClassVar[Role] = Role.ADMIN

    filter: str = param(
        "Topic filter as it was subscribed, or its alias.", named=True, of=Things.SUBSCRIPTIONS
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        gone = await subscribed_as(parts, self.filter)
        await parts.ports.rules.remove_subscription(gone.filter)
        rest = [
            each
            for each in parts.subscriptions
            if each.filter != gone.filter and matches(each.filter, gone.filter)
        ]
        if rest:
            placeholders = {"filter": gone.filter, "covering": rest[0].filter}
            return Text("unsubscribed_covered", placeholders, subscription_facts(gone))
        return Text("unsubscribed", {"filter": gone.filter}, subscription_facts(gone))


@dataclass(frozen=True, kw_only=True)
class Topics(Command):
    """Lists the subscriptions with their last values, or the topics that came in under one."""

    node: ClassVar[str] = "topics"
    aliases: ClassVar[tuple[str, ...]] = ("list",)

    filter: str = param("Topic filter or alias whose topics are listed.", default="", named=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if self.filter:
            return await _seen(parts, self.filter)
        rows: list[tuple[Cell, ...]] = []
        facts: list[Mapping[str, object]] = []
        for subscription in parts.subscriptions:
            seen = await parts.ports.history.topics(subscription.filter, MAX_TOPICS)
            last = max(seen, key=lambda row: row.last_seen, default=None)
            reason = parts.ports.broker.refused.get(subscription.filter)
            rows.append(_row(parts, subscription, seen, last, reason))
            facts.append(
                {
                    **subscription_facts(subscription),
                    "refused": reason or "",
                    "topics": [topic_facts(row) for row in seen],
                }
            )
        rows += [(name, count, "", Display.CHANGES.value, "") for name, count in follow_rows(parts)]
        facts += follow_facts(parts)
        return Table(
            title=Text("topics", {"count": str(len(rows))}),
            columns=("column_name", "column_value", "column_time", "column_settings", "column_refused"),
            rows=tuple(rows),
            empty=Text("topics_empty", {"example": Typed("subscribe", "home/#")}),
            facts=tuple(facts),
            more=Text("topics_more", {"example": Typed("topics", own_filter(parts))}),
            note=old_values(parts),
        )


def _row(
    parts: Parts, subscription: Subscription, seen: list[TopicRow], last: TopicRow | None, reason: str | None
) -> tuple[Cell, ...]:
    name = f"{subscription.alias} ({subscription.filter})" if subscription.alias else subscription.filter
    settings = [f"QoS {int(subscription.qos)}"] * (subscription.qos is not QoS.AT_LEAST_ONCE)
    settings += [subscription.priority.word] * (subscription.priority is not Priority.NORMAL)
    settings += [subscription.display.value] * (subscription.display is not Display.EACH)
    if last is None:
        value: Cell = Text("no_value")
    elif last.topic == subscription.filter:
        value = Amount(last.last_text)
    elif len(seen) == 1:
        value = Text("set_done", {"name": last.name, "value": Amount(last.last_text)})
    else:
        value = Text(
            "newest_of", {"name": last.name, "value": Amount(last.last_text), "count": str(len(seen))}
        )
    refused: Cell = Text("refused_by", {"reason": reason}) if reason is not None else ""
    return name, value, parts.moment(last.last_seen) if last else "", ", ".join(settings), refused


async def _seen(parts: Parts, name: str) -> Table:
    """List what came in under a filter or below a topic, or on each topic that is called so."""
    seen = await _rows(parts, name)
    configured = parts.readings.configurations(await _below(parts, name))
    note = Text("topics_configured", {"count": str(configured), "example": Typed("devices")})
    return Table(
        title=Text("topics_seen", {"filter": name, "count": str(len(seen))}),
        columns=("column_name", "column_value", "column_count", "column_time"),
        rows=tuple(
            (
                row.name,
                Amount(row.last_text),
                Text("times", {"count": str(row.count)}),
                parts.moment(row.last_seen),
            )
            for row in seen
        ),
        empty=note if configured else Text("topics_seen_empty", {"filter": name}),
        facts=tuple(topic_facts(row) for row in seen),
        more=Text("topics_seen_more", {"example": Typed("topics", around(seen[-1].topic) if seen else "")}),
        note=old_values(parts) or (note if configured else None),
    )


async def _below(parts: Parts, name: str) -> str:
    """Return the filter of what stands below a topic, a filter as it is. Raises BotError `invalid_filter`."""
    known = (await known_names(parts)).known(name)
    exact = parts.subscriptions.resolve(name) if known else name
    if known or looks_like_topic(exact):
        valid_filter(exact)
    return exact if {"+", "#"} & set(exact) or exact.isspace() else f"{exact.rstrip('/')}/#"


async def _rows(parts: Parts, name: str) -> list[TopicRow]:
    """Return the topics that a name stands for. Raises BotError `no_name` or `invalid_filter`."""
    below, names = await _below(parts, name), parts.names
    if seen := await parts.ports.history.topics(below, MAX_TOPICS):
        return seen
    found = names.find(name.replace("/", " ").strip()) if below != name else ()
    if not (found or looks_like_topic(name) or parts.readings.configurations(below)):
        raise no_name(names, name)
    rows = [await parts.ports.history.topics(each.topic, MAX_TOPICS) for each in found[:MAX_TOPICS]]
    return list({row.topic: row for some in rows for row in some}.values())


async def own_subscription(parts: Parts, name: str) -> Subscription:
    """Return the subscription of what is called so; else a new one like that it comes in by, or as followed.

    Raises Ambiguous, BotError `no_name`, `invalid_filter`, or what `subscribed_as` raises.
    """
    names = await known_names(parts)
    found = names.find(name)
    followed = [each for each in found if parts.is_told(each.topic)]
    topic = only(name, followed or found).topic if found else name
    known, covering = parts.subscriptions.get(topic), parts.subscriptions.covering(topic)
    if known is None and followed and (covering is None or covering.priority < Priority.ALERT):
        return Subscription(topic, display=Display.CHANGES)  # as what is followed is told
    if known is not None or covering is None:
        return await subscribed_as(parts, name)
    if not found and not looks_like_topic(name):
        raise no_name(names, name)
    valid_filter(topic)
    return replace(covering, filter=topic, alias="")


async def told_as(parts: Parts, name: str) -> Subscription:
    """Return how what is called so is told: subscribed, or followed. Raises as `subscribed_as`."""
    found = (await known_names(parts)).find(name)
    followed = any(parts.is_told(each.topic) for each in found)
    covered = any(parts.subscriptions.covering(each.topic) is not None for each in found)
    return await (own_subscription if followed and not covered else subscribed_as)(parts, name)


@dataclass(frozen=True, kw_only=True)
class Qos(Command):
    """Shows or sets the quality of service of a subscription."""

    node: ClassVar[str] = "qos"
    role: ClassVar[Role] = Role.ADMIN

    filter: str = param(
        "Topic filter as it was subscribed, or its alias.",
        default="",
        named=True,
        of=Things.SUBSCRIPTIONS,
    )
    qos: QoS | None = param("How reliably the broker delivers it.", default=None, short="q")

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not self.filter:
            return _qos_table(parts)
        if self.qos is None:
            known = await told_as(parts, self.filter)
            return Text(
                "qos", {"filter": known.filter, "qos": str(int(known.qos))}, subscription_facts(known)
            )
        changed = replace(await own_subscription(parts, self.filter), qos=self.qos)
        await parts.ports.rules.put_subscription(changed)
        return _done(parts, "qos_set", changed)


def _qos_table(parts: Parts) -> Table:
    ordered = list(parts.subscriptions)
    return Table(
        title=Text("qos_title"),
        columns=("column_name", "column_qos"),
        rows=tuple((each.filter, f"QoS {int(each.qos)}") for each in ordered),
        empty=Text("topics_empty", {"example": Typed("subscribe", "home/#")}),
        facts=tuple(subscription_facts(each) for each in ordered),
    )


@dataclass(frozen=True, kw_only=True)
class Alias(Command):
    """Gives a topic a name; one that only a wildcard brings in gets a subscription of its own for it."""

    node: ClassVar[str] = "alias"
    aliases: ClassVar[tuple[str, ...]] = ("rename",)
    role: ClassVar[Role] = Role.ADMIN

    topic: str = param("Topic, or topic filter as it was subscribed.", named=True, of=Things.TOPICS)
    name: str = param("What it is called; in the chat the rest of the text.", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        spoken = self.name.split()
        filler = skip("renamed", list(map(plainly, spoken))) if caller.surface is not Surface.ACTION else 0
        name = " ".join(spoken[filler:] or spoken)
        if not 1 <= len(name) <= MAX_ALIAS:
            raise BotError("invalid_alias", maximum=MAX_ALIAS)
        topic = self.topic
        names = await known_names(parts)
        unknown_first = not names.find(topic) and not looks_like_topic(topic) and names.find(name)
        if unknown_first or (names.literal(name) and not names.literal(topic)):
            topic, name = name, topic  # `alias freezer to home/freezer/temperature`
        subscription = await own_subscription(parts, topic)
        topic = subscription.filter
        taken = parts.subscriptions.resolve(name)
        if fold(name) in parts.subscriptions.aliases and taken != topic:
            raise BotError("alias_taken", alias=name, filter=taken)
        await parts.ports.rules.put_subscription(replace(subscription, alias=name))
        return Text("alias_set", {"filter": topic, "alias": name}, {"filter": topic, "alias": name})


@dataclass(frozen=True, kw_only=True)
class Aliases(Command):
    """Lists the names given to topics."""

    node: ClassVar[str] = "aliases"

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        named = [each for each in parts.subscriptions if each.alias]
        some = await some_topic(parts)
        example = f"{some.topic} Kitchen" if some else "home/kitchen/temperature Kitchen"
        return Table(
            title=Text("aliases"),
            columns=("column_alias", "column_filter"),
            rows=tuple((each.alias, each.filter) for each in named),
            empty=Text("aliases_empty", {"example": Typed("alias", example)}),
            facts=tuple(subscription_facts(each) for each in named),
        )


@dataclass(frozen=True, kw_only=True)
class RmAlias(Command):
    """Takes the name of a topic away; it stays subscribed."""

    node: ClassVar[str] = "rmalias"
    aliases: ClassVar[tuple[str, ...]] = ("delalias",)
    role: ClassVar[Role] = Role.ADMIN

    topic: str = param("Topic filter or alias.", named=True, of=Things.SUBSCRIPTIONS)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        known = await subscribed_as(parts, self.topic)
        if not known.alias:
            raise BotError("no_alias", filter=known.filter)
        await parts.ports.rules.put_subscription(replace(known, alias=""))
        facts = {"filter": known.filter, "alias": known.alias}
        return Text("alias_removed", {"filter": known.filter, "alias": known.alias}, facts)
