"""The words that alert rules are typed in: symbols, English, German."""

from ...model.rules import Operator, Priority

OPERATORS: dict[Operator, tuple[str, ...]] = {
    Operator.ABOVE: (
        *(">", "above", "over", "exceeds", "greater than", "more than", "higher than"),
        *("warmer than", "hotter than", "bigger than", "longer than"),
        *("über", "ueber", "größer als", "groesser als", "mehr als", "höher als", "hoeher als"),
        *("wärmer als", "waermer als", "heißer als", "heisser als", "länger als", "laenger als"),
    ),
    Operator.BELOW: (
        *("<", "below", "under", "less than", "lower than", "unter", "kleiner als", "weniger als"),
        *("colder than", "cooler than", "smaller than", "shorter than"),
        *("niedriger als", "kälter als", "kaelter als", "kühler als", "kuehler als", "kürzer als"),
    ),
    Operator.AT_LEAST: (">=", "≥", "=>", "at least", "mindestens"),
    Operator.AT_MOST: ("<=", "≤", "=<", "at most", "höchstens", "hoechstens"),
    Operator.EQUAL: ("==", "=", "is", "equals", "equal", "equal to", "gleich", "ist"),
    Operator.UNEQUAL: (
        *("!=", "<>", "≠", "is not", "isn't", "isn’t", "not", "not equal to", "ungleich"),
        *("ist nicht", "nicht"),
    ),
    Operator.CONTAINS: ("contains", "includes", "enthält", "enthaelt"),
    Operator.MATCHES: ("matches", "like", "passt auf"),
    Operator.BETWEEN: ("between", "zwischen"),
    Operator.OUTSIDE: (
        *("outside", "outside of", "not between", "außerhalb", "ausserhalb", "außerhalb von"),
        *("ausserhalb von", "nicht zwischen"),
    ),
    Operator.CHANGES: ("changes", "changed", "ändert sich", "aendert sich", "ändert", "aendert"),
    Operator.STALE: ("stale", "no data", "no message", "still", "keine daten", "keine nachricht"),
    Operator.RISES: ("rises", "rises by", "rising", "steigt", "steigt um"),
    Operator.FALLS: ("falls", "falls by", "falling", "drops", "drops by", "fällt", "faellt", "fällt um"),
    Operator.HAPPENS: (
        *("happens", "happened", "occurs", "passiert", "geschieht", "tritt ein", "ereignet sich"),
    ),
}
PHRASES = {
    tuple(phrase.casefold().split()): operator
    for operator, phrases in OPERATORS.items()
    for phrase in phrases
}
"""The words of each operator as `casefold` writes them."""

LONGEST_PHRASE = max(map(len, PHRASES))

BEFORE_OPERATOR = frozenset({"is", "ist", "goes", "gets"})
"""Words that say nothing where another operator follows: `is above 30`."""

FOR = frozenset({"for", "für", "fuer"})
CLEAR = frozenset({"clear", "entwarnung"})
MISSING = frozenset({"missing", "fehlt", "fehlend", "fehlendes", "fehlen"})
ENDS = frozenset({"clears", "ends", "beendet"})
KEEPS = frozenset({"keeps", "stays", "bleibt"})
EVERY = frozenset({"every", "repeat", "alle", "jede"})
BEFORE_CLEAR = frozenset({"at", "by", "below", "above", "bei", "unter", "über"})
BEFORE_PRIORITY = frozenset({"priority", "prio", "priorität"})
SINCE = FOR | {"since", "seit"}
WITHIN = frozenset({"in", "within", "innerhalb", "binnen"})
AUTO = frozenset({"auto", "automatic", "automatisch"})

PRIORITIES = {
    **{priority.word: priority for priority in Priority},
    "stumm": Priority.SILENT,
    "alarm": Priority.ALERT,
    "kritisch": Priority.CRITICAL,
}
