"""Bare JIDs as XMPP servers compare them (RFC 6122 §2: Nodeprep, Nameprep).

RFC 7622 has PRECIS, but servers and slixmpp still use stringprep; contacts are matched with what they send.
"""

from encodings.idna import ToASCII, ToUnicode
import ipaddress
import re
import stringprep
import unicodedata

from .replies import BotError

MAX_PART_BYTES = 1023
MAX_DOMAIN_CHARACTERS = 253
_DELIMITERS = frozenset("\"&'/:<>@")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")  # RFC 3490 §3.1
_HOST_CHARACTERS = re.compile(r"[^\x00-\x7f]|[a-z0-9_-]")
_ALWAYS_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def bare_jid(text: str) -> str:
    """Return the bare JID that `text` names. Raises BotError `invalid_jid`, also without a local part."""
    local, _, domain = text.strip().partition("/")[0].partition("@")
    try:
        return f"{_node(local)}@{_domain(domain)}"
    except ValueError:  # UnicodeError, which the IDNA codec raises, is one
        raise BotError("invalid_jid", jid=text) from None


def domain_of(jid: str) -> str:
    """Return the domain of a bare JID: the host to connect to when none is named."""
    return jid.rpartition("@")[2]


def shares_server(jid: str, account: str) -> bool:
    """Say whether an address is in the domain of an account, or in one below it as its rooms are."""
    domain = domain_of(account)
    return bool(domain) and f".{domain_of(jid)}".endswith(f".{domain}")


def _node(local: str) -> str:
    node = _prepared(local)
    if not 1 <= len(node.encode()) <= MAX_PART_BYTES or not _DELIMITERS.isdisjoint(node) or " " in node:
        raise ValueError
    return node


def _domain(domain: str) -> str:
    if domain.startswith("[") and domain.endswith("]"):
        return f"[{ipaddress.IPv6Address(domain[1:-1])}]"
    name = ".".join([_label(label) for label in _DOTS.split(domain.removesuffix("."))])
    if len(name) > MAX_DOMAIN_CHARACTERS:
        raise ValueError
    return name


def _label(label: str) -> str:
    prepared = _prepared(ToUnicode(label) if label.isascii() else label)
    ToASCII(prepared)  # the length of a label is limited as DNS carries it
    if not all(map(_HOST_CHARACTERS.fullmatch, prepared)) or "-" in {prepared[0], prepared[-1]}:
        raise ValueError
    if unicodedata.category(prepared[0]).startswith("M"):
        raise ValueError
    if prepared[2:4] == "--":  # reserved for encoded labels (RFC 5891 §4.2.3.1), which are decoded here
        raise ValueError
    return prepared


def _prepared(text: str) -> str:
    """Prepare with what Nodeprep and Nameprep share (RFC 3454: map, normalise, prohibit, bidirectional)."""
    mapped = "".join(stringprep.map_table_b2(c) for c in text if not stringprep.in_table_b1(c))
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if any(prohibited(c) for c in prepared for prohibited in _ALWAYS_PROHIBITED):
        raise ValueError
    right_to_left = [stringprep.in_table_d1(c) for c in prepared]
    if any(right_to_left):
        mixed = any(map(stringprep.in_table_d2, prepared))
        if mixed or not (right_to_left[0] and right_to_left[-1]):
            raise ValueError
    return prepared
