"""Alert rules as chat text: read forgivingly, changed, and written so that they read back the same."""

from collections.abc import Callable
from dataclasses import replace

from ...model.replies import BotError, Term
from ...model.rules import AlertRule, Clause, Condition, Operator, Priority
from ...payload.paths import parse_path, write_path
from ...reading.topic_lookup import Known, split_known, split_topic
from ...text.durations import write_duration
from ...text.words import MAX_ALIAS_WORDS, beginnings, split_words
from .clauses import SYMBOL, Asked, asked, located
from .joining import parted
from .vocabulary import PHRASES

EXAMPLE = Term("words_example_rule", "home/freezer > -15 for 5m")
_BEHIND = (
    *("hold", "repeat", "priority", "name", "only", "once", "text", "after", "then", "afterwards", "picture"),
)
"""What is said behind the last condition for all of them."""
_SAID = {"hold": "for", "repeat": "every", "name": "as", "text": "say", "priority": "critical"}
"""How that is typed, where it is called otherwise."""
_QUOTES = ('""', "''", "“”", "«»", "‘’")


def parse_rule(topic: str, rest: str, known: Known) -> AlertRule:
    """Read a rule after topic, filter or alias (`.field` allowed), unchecked. Raises BotError `rule_…`."""
    topic, rest = _parted(topic, rest.lstrip(), known)
    topic, field = split_topic(topic, known)
    wish = asked(rest)
    if wish.condition is None or not topic:
        raise BotError("rule_no_condition", example=EXAMPLE)
    inner = _path_text(wish.field)
    field = _path_text(field)
    wish.field = f"{field}.{inner}" if field and inner and inner[0] != "[" else field + inner
    return _applied(AlertRule(topic, wish.condition), wish)


def read_rule(text: str, known: Known) -> AlertRule:
    """Read a whole rule; an alias of several words needs no quotes. Raises what `parse_rule` raises."""
    (first, *others), either = parted(text)
    rule = parse_rule(*first_word(first), known)
    for other in others:
        topic, behind = first_word(other)
        clause = of_the_same(rule, other) or parse_rule(topic, behind, topic.__eq__)
        refuse_twice(rule, clause)
        rule = joined(rule, clause, either=either)
    return rule


def of_the_same(rule: AlertRule, text: str) -> AlertRule | None:
    """Read a further condition on the topic of a rule: `< 30` of the same field, `.humidity > 60` of another.

    None for one that names something. Raises what `parse_rule` raises.
    """
    bare = asked(text)
    if text.startswith("."):
        return parse_rule(rule.filter, text[1:], rule.filter.__eq__)
    if bare.condition is None or bare.field or located(text, changing=False)[1] is None:
        return None
    return replace(_applied(AlertRule(rule.filter, bare.condition), bare), field=rule.field)


def joined(rule: AlertRule, clause: AlertRule, name: str = "", *, either: bool) -> AlertRule:
    """Return a rule with a further condition, and with all that is asked for behind that.

    Raises BotError `rule_clause_clear`: what ends an alert is said of its first condition.
    """
    if clause.condition.clear or clause.condition.missing_clears:
        raise BotError("rule_clause_clear")
    other = Clause(
        clause.condition, "" if clause.filter == rule.filter else clause.filter, clause.field, name
    )
    usual = AlertRule("", rule.condition)
    behind = {each: said for each in _BEHIND if (said := getattr(clause, each)) != getattr(usual, each)}
    return replace(rule, others=(*rule.others, other), either=either, **behind)


def refuse_twice(rule: AlertRule, clause: AlertRule) -> None:
    """Raise BotError `rule_twice` for what was asked for behind two conditions, each time otherwise."""
    usual = AlertRule("", rule.condition)
    for each in _BEHIND:
        said = {getattr(one, each) for one in (usual, rule, clause)}
        if len(said) > 2:
            raise BotError("rule_twice", word=_SAID.get(each, each))


def first_word(text: str) -> tuple[str, str]:
    """Return the first word of a text, without quotes, and what follows it."""
    first = next(split_words(text), None)
    return (first.text, text[first.end :]) if first else ("", "")


def changed(rule: AlertRule, text: str) -> AlertRule:
    """Return a rule changed by `> 35`, `for 10m`, `as "Icebox"`, `off`… Raises BotError `rule_…`."""
    wish = asked(text, changing=True)
    if wish == Asked():
        raise BotError("rule_no_condition", example=EXAMPLE)
    wish.field = _path_text(wish.field) or rule.field
    return _applied(rule, wish)


def _applied(rule: AlertRule, wish: Asked) -> AlertRule:
    condition = wish.condition or rule.condition
    if wish.clear is not None:
        condition = replace(condition, clear=wish.clear)
    elif condition.operator is rule.condition.operator:
        condition = replace(condition, clear=rule.condition.clear)
    ends = rule.condition.missing_clears if wish.missing_clears is None else wish.missing_clears
    condition = replace(condition, missing_clears=ends)
    return replace(
        rule,
        condition=condition,
        field=wish.field,
        hold=rule.hold if wish.hold is None else wish.hold,
        repeat=rule.repeat if wish.repeat is None else wish.repeat,
        priority=rule.priority if wish.priority is None else wish.priority,
        name=rule.name if wish.name is None else wish.name,
        enabled=rule.enabled if wish.enabled is None else wish.enabled,
        only=rule.only if wish.only is None else wish.only,
        once=rule.once if wish.once is None else wish.once,
        text=rule.text if wish.text is None else wish.text,
        after=rule.after if wish.after is None else wish.after,
        then=rule.then if wish.then is None else wish.then,
        afterwards=rule.afterwards if wish.afterwards is None else wish.afterwards,
        picture=rule.picture if wish.picture is None else wish.picture,
    )


def _path_text(text: str) -> str:
    return write_path(parse_path(text))


def _parted(topic: str, rest: str, known: Known) -> tuple[str, str]:
    """Give each its own: an alias of several words, `temp>30 for 5m`, a quoted field that blanks tore off."""
    if known(topic):
        return topic, rest
    for beginning, behind in beginnings(rest, MAX_ALIAS_WORDS - 1):
        name = f"{topic} {beginning}"
        if known(name) or ((part := split_known(name, known)) and " " not in part[1]):
            return name, behind
    if topic.count('"') % 2 and '"' in rest:
        torn, _, rest = rest.partition('"')
        tail, _, behind = rest.partition(" ")
        joined = bool(tail) and tail[0] in ".["
        topic, rest = f'{topic} {torn}"{tail if joined else ""}', behind if joined else rest
    symbol = SYMBOL.search(topic)
    return (topic[: symbol.start()], f"{topic[symbol.start() :]} {rest}") if symbol else (topic, rest)


def write_rule(rule: AlertRule) -> str:
    """Return a text that `read_rule` reads as an equal rule, where its filter is known.

    Not in it: id, number, contacts, targets, escalation, and until when it waits.
    """
    texts = [_written(rule, quote) for quote in (_as_it_is, _quoted)]
    return next((text for text in texts if _reads_as(text, rule)), texts[-1])


def _reads_as(text: str, rule: AlertRule) -> bool:
    try:
        read = read_rule(text, rule.filter.__eq__)
    except BotError:
        return False
    return write_key(read) == write_key(rule)


def write_key(rule: AlertRule) -> tuple[object, ...]:
    """Return all of a rule that the grammar can say."""
    said = rule.filter, rule.field, rule.condition, rule.hold, rule.repeat, rule.priority, rule.name
    others = tuple(replace(each, name="") for each in rule.others)
    done = rule.then, rule.afterwards, rule.picture
    return *said, rule.only, rule.once, rule.text, rule.after, others, rule.either, *done


def _written(rule: AlertRule, quote: Callable[[str], str]) -> str:
    condition = rule.condition
    field = _quoted(rule.field) if (rule.field.casefold(),) in PHRASES else rule.field
    parts = [rule.filter if rule.filter.split() == [rule.filter] else _quoted(rule.filter), field]
    parts.append(write_condition(condition, quote))
    ends = [f"clear {quote(condition.clear)}"] if condition.clear else []
    ends += ["missing clears"] if condition.missing_clears else []
    # Behind the last of several conditions it would be taken for the end of that.
    parts += ends if rule.others else []
    parts += [write_clause(each, quote, either=rule.either) for each in rule.others]
    parts += [f"for {write_duration(rule.hold)}"] if rule.hold else []
    parts += [] if rule.others else ends
    parts += [f"every {write_duration(rule.repeat)}"] if rule.repeat else []
    parts += [f"only {rule.only}"] if rule.only else []
    parts += [f"after {quote(rule.after)}"] if rule.after else []
    parts += [f"then {_quoted(rule.then)}"] if rule.then else []
    parts += [f"afterwards {_quoted(rule.afterwards)}"] if rule.afterwards else []
    parts += [f"picture {rule.picture}"] if rule.picture else []
    parts += ["once"] if rule.once else []
    parts += [f"say {_quoted(rule.text)}"] if rule.text else []
    parts += [rule.priority.word] if rule.priority is not Priority.ALERT else []
    parts += [f"as {_quoted(rule.name)}"] if rule.name else []
    return " ".join(filter(None, parts))


def write_clause(clause: Clause, quote: Callable[[str], str], *, either: bool) -> str:
    """Return a further condition as it is typed: `and "home/door" == open`."""
    if clause.filter:
        what = " ".join(filter(None, (_quoted(clause.filter), clause.field)))
    else:
        what = f".{clause.field}" if clause.field else ""
    said = ("or" if either else "and", what, write_condition(clause.condition, quote))
    return " ".join(filter(None, said))


def write_others(rule: AlertRule) -> str:
    """Return all further conditions of a rule as they are typed."""
    return " ".join(write_clause(each, _quoted, either=rule.either) for each in rule.others)


def _as_it_is(text: str) -> str:
    return text or '""'


def _quoted(text: str) -> str:
    """Return a text in the first kind of quotes that it has not in it itself."""
    quotes = next((pair for pair in _QUOTES if not set(pair) & set(text)), _QUOTES[0])
    return f"{quotes[0]}{text}{quotes[1]}"


def write_condition(condition: Condition, quote: Callable[[str], str] = _as_it_is) -> str:
    """Return a condition as it is typed, without its `clear`."""
    operator, values = condition.operator, condition.values
    if operator is Operator.STALE:
        return f"stale {write_duration(condition.seconds) if condition.seconds else 'auto'}"
    if operator in {Operator.BETWEEN, Operator.OUTSIDE}:
        return f"{operator} {' and '.join(values)}"
    text = " ".join([operator, *map(quote, values)])
    return f"{text} in {write_duration(condition.seconds)}" if condition.seconds else text
