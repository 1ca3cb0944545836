"""JSON as devices get it wrong, `nan` or a comma too many: one bad value leaves the others whole."""

from json import JSONDecoder
import re

from ..text.numbers import number

LONGEST = 8_192
"""Characters of what is mended: it takes much longer than to parse what is right."""

DEEPEST = 64
_LONGEST_WORD = 100

# Controls were made visible before. The patterns are possessive: none goes back over what it has passed.
_SOLID = re.compile(r"[^\s\u2400-\u2421]")
_CLOSED = r"(?![\s\u2400-\u2421]*+(?:[,:}\]]|\Z))"
"""Not what follows a quote that ends a string: it is one inside it."""

_STRINGS = {
    '"': re.compile(rf'"((?:[^"\\]++|\\.|"{_CLOSED})*+)"', re.DOTALL),
    "'": re.compile(rf"'((?:[^'\\]++|\\.|'{_CLOSED})*+)'", re.DOTALL),
}
_ONLY_STRING = re.compile(r'"((?:[^"\\]++|\\.)*+)"\s*+', re.DOTALL)
_ESCAPE = re.compile(r"""\\(?:["\\/bfnrt']|u[0-9a-fA-F]{4})|[\\"]""")
_KEY = re.compile(r"[^\W\d][\w$-]*+")
_WORD = re.compile(r"""[^\s"',:{}\[\]][^"',{}\[\]\r\n]*+""")
_DECIMAL = re.compile(r"-?+[0-9]++,[0-9]++(?=\s*+[,}])")
_NUMBER = re.compile(r"-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+")
_TAIL = re.compile(r"[\s\u2400-\u2421,;}\]]*+")
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None, "none": None}
_NO_NUMBERS = frozenset({"nan", "inf", "infinity", "undefined", "ind", "qnan", "snan"})


def mended(text: str, decoder: JSONDecoder) -> object:
    """Parse what is nearly JSON, with `decoder` for its strings and numbers. Raises ValueError if it is not.

    Read are: bare words (`nan`, `ON`, `-inf`, `26.6 °C`) as texts, `None` and nothing at all as null, strings
    with wrong escapes, single quotes or quotes inside, keys without quotes, commas too many, decimal commas,
    and an object that breaks off: of that the last value is a text that ends in `…`.
    """
    if len(text) > LONGEST:
        raise ValueError("too long to be mended")
    return _Mending(text, decoder).read()


class _Mending:
    """Reads a text once, from its beginning to its end."""

    def __init__(self, text: str, decoder: JSONDecoder) -> None:
        self._text = text
        self._decoder = decoder
        self._at = 0
        self._key = ""
        self._whole = 0
        self._roots: list[object] = []
        self._open: list[dict[str, object] | list[object]] = []

    def read(self) -> object:
        first = self._next()
        if first == '"':
            return self._only_string()
        if first not in ("{", "["):
            raise ValueError("no JSON")
        self._value(first, named=False)
        while self._open and self._step():
            pass
        if _TAIL.fullmatch(self._text, self._at) is None:
            raise ValueError("more behind it")
        return self._roots[0]

    def _only_string(self) -> object:
        found = _ONLY_STRING.fullmatch(self._text, self._at)
        if found is None:
            raise ValueError("no string")
        return self._unescaped(found[1])

    def _next(self) -> str:
        """Stand at the next character that is no blank, and return it; nothing at the end."""
        found = _SOLID.search(self._text, self._at)
        self._at = found.start() if found else len(self._text)
        return self._text[self._at : self._at + 1]

    def _step(self) -> bool:
        """Read one member of the container that is open, or its end; False where the text breaks off."""
        container, sign = self._open[-1], self._next()
        if not sign:
            return self._broken()
        if sign in "}]":
            self._leave(sign)
        elif sign == ",":
            self._at += 1
            if isinstance(container, list):
                container.append(None)
        elif isinstance(container, list):
            self._value(sign, named=False)
        else:
            return self._member(sign)
        return True

    def _member(self, sign: str) -> bool:
        if (key := self._name(sign)) is None or not (colon := self._next()):
            return self._broken()
        if colon != ":":
            raise ValueError("a key without a value")
        self._key = key
        self._at += 1
        sign = self._next()
        if not sign:
            return self._broken()
        self._value(sign, named=True)
        return True

    def _name(self, sign: str) -> str | None:
        """Return a key; None if the text ends in it."""
        if sign in _STRINGS:
            return self._string(sign)
        found = _KEY.match(self._text, self._at)
        if found is None:
            raise ValueError("no key")
        self._at = found.end()
        return found[0]

    def _value(self, sign: str, *, named: bool) -> None:
        if sign in "{[":
            if len(self._open) >= DEEPEST:
                raise ValueError("nested too deep")
            inner: dict[str, object] | list[object] = {} if sign == "{" else []
            self._put(inner)
            self._open.append(inner)
            self._at += 1
        elif sign in "},]" and named:
            self._put(None)
            self._behind()
        else:
            self._put(self._text_of(sign) if sign in _STRINGS else self._word(named=named))
            self._behind()

    def _put(self, value: object) -> None:
        container = self._open[-1] if self._open else self._roots
        if isinstance(container, dict):
            container[self._key] = value
        else:
            container.append(value)

    def _leave(self, sign: str) -> None:
        if (sign == "}") is not isinstance(self._open.pop(), dict):
            raise ValueError("ends as what it is not")
        self._at += 1
        if self._open:
            self._behind()

    def _behind(self) -> None:
        """Go over what parts a value from the next; before a string a comma may be missing."""
        sign = self._next()
        self._whole += sign != ""
        if sign == ",":
            self._at += 1
        elif sign not in '}]"':
            raise ValueError("no comma")

    def _broken(self) -> bool:
        """Return False, where what breaks off is an object of which something was whole."""
        if not isinstance(self._roots[0], dict) or not self._whole:
            raise ValueError("it breaks off")
        return False

    def _text_of(self, sign: str) -> str:
        begun = self._at + 1
        found = self._string(sign)
        return f"{self._text[begun:]}…" if found is None else found

    def _string(self, sign: str) -> str | None:
        """Read a string; None if the text ends in it."""
        found = _STRINGS[sign].match(self._text, self._at)
        if found is None:
            if self._text.find(sign, self._at + 1) >= 0:
                raise ValueError("a quote too many")
            self._at = len(self._text)
            return None
        self._at = found.end()
        return self._unescaped(found[1])

    def _unescaped(self, text: str) -> str:
        if "\\" in text or '"' in text:
            text = _ESCAPE.sub(_escaped, text)
        return str(self._decoder.decode(f'"{text}"'))

    def _word(self, *, named: bool) -> object:
        """Read a number, a truth value or a text without quotes: in an array of no object only a number's."""
        found = (_DECIMAL.match(self._text, self._at) if named else None) or _WORD.match(self._text, self._at)
        if found is None or len(word := found[0].rstrip()) > _LONGEST_WORD:
            raise ValueError("no value")
        self._at = found.end()
        if self._at == len(self._text):
            return f"{word}…"
        if _NUMBER.fullmatch(word):
            return self._decoder.decode(word)
        folded = word.lower()
        if folded in _CONSTANTS:
            return _CONSTANTS[folded]
        if named or isinstance(self._roots[0], dict):
            return word
        if folded.lstrip("+-") in _NO_NUMBERS or number(word) is not None:
            return word
        raise ValueError("a word in an array")


def _escaped(found: re.Match[str]) -> str:
    """Return an escape of JSON as it is, and what is none with the backslash that makes it one."""
    escape = found[0]
    if escape == "\\'":
        return "'"
    return escape if len(escape) > 1 else f"\\{escape}"
