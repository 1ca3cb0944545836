"""Subscriptions made of topics, names, QoS and priorities that stand apart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..model.rules import Priority, RuleSet, Subscription
from ..model.topics import Subscriptions, covers, fold
from ..text.foreign import cut
from .outcomes import LONGEST_IMPORTED_NAME, Outcome, Plan, filter_of, qos_of, read_priority
from .recognise import Foreign, Topic


def plan_topics(made: Plan, foreign: Foreign, rules: RuleSet) -> Subscriptions:
    """Plan the subscriptions; return them with those there are."""
    known = {each.filter: each for each in rules.subscriptions}
    there = frozenset(known)
    # Looked through for every topic: only what can cover another one.
    wide = [each for each in known.values() if _is_wide(each.filter)]
    settings = {
        name: each for name, each in foreign.topics.items() if _is_wide(name) and (each.qos or each.priority)
    }
    taken = {fold(each.alias) for each in rules.subscriptions if each.alias}
    # First those that are subscribed: the others may be covered by them.
    for topic, said in sorted(foreign.topics.items(), key=lambda item: not item[1].subscribed):
        outcome = Outcome("topic", topic)
        wanted = None
        if topic in there:
            outcome.skip("known")
        else:
            wanted = _subscription(topic, _with_wildcards(topic, said, settings), wide, outcome)
        if wanted is not None:
            wanted = _own_alias(wanted, taken, outcome)
            taken.add(fold(wanted.alias))
            known[topic] = wanted
            wide += [wanted] * _is_wide(topic)
        made.add(outcome, wanted)
    return Subscriptions(known.values())


def _is_wide(topic_filter: str) -> bool:
    return "+" in topic_filter or "#" in topic_filter or topic_filter.startswith("$share/")


def _with_wildcards(topic: str, said: Topic, settings: Mapping[str, Topic]) -> Topic:
    """Return what is said of a topic, QoS and priority also by a filter that covers it."""
    wider = [each for name, each in settings.items() if name != topic and covers(name, topic)]
    return replace(
        said,
        qos=said.qos or next((each.qos for each in wider if each.qos), ""),
        priority=said.priority or next((each.priority for each in wider if each.priority), ""),
    )


def _subscription(
    topic: str, said: Topic, known: Iterable[Subscription], outcome: Outcome
) -> Subscription | None:
    """Return a subscription; a topic that is only given a name needs one that covers it."""
    if not filter_of({"topic": topic}, outcome):
        return None
    covering = next((each for each in known if covers(each.filter, topic)), None)
    if not said.subscribed and covering is None:
        outcome.skip("not_subscribed")
        return None
    usual = replace(covering or Subscription(topic), filter=topic, alias="")
    if said.subscribed or said.qos:
        usual = replace(usual, qos=qos_of(said.qos, outcome))
    return replace(
        usual,
        alias=" ".join(said.alias.split()),
        priority=read_priority(
            said.priority, Priority.NORMAL if said.subscribed else usual.priority, outcome
        ),
    )


def _own_alias(wanted: Subscription, taken: set[str], outcome: Outcome) -> Subscription:
    """Return a subscription whose name is its own and not too long."""
    if len(wanted.alias) > LONGEST_IMPORTED_NAME:
        outcome.change("alias_long")
        wanted = replace(wanted, alias=cut(wanted.alias, LONGEST_IMPORTED_NAME))
    if wanted.alias and fold(wanted.alias) in taken:
        outcome.change("alias_taken")
        wanted = replace(wanted, alias="")
    return wanted
