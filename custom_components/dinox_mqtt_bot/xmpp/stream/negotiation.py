"""What may come before a stream is a session (RFC 6120 §4.3): slixmpp takes it whenever it comes."""

import base64
import binascii
from hashlib import pbkdf2_hmac
import math
import re
from typing import Final
import xml.etree.ElementTree as ET

from slixmpp.util.sasl.mechanisms import SCRAM

_SASL: Final = "{urn:ietf:params:xml:ns:xmpp-sasl}"
_TLS: Final = "{urn:ietf:params:xml:ns:xmpp-tls}"

# What may answer a request of the client (RFC 6120 §5.4.2, §6.4).
_TO_LOGIN: Final = frozenset({f"{_SASL}challenge", f"{_SASL}success", f"{_SASL}failure"})
_ANSWERS: Final = {
    f"{_SASL}auth": _TO_LOGIN,
    f"{_SASL}response": _TO_LOGIN,
    f"{_SASL}abort": frozenset({f"{_SASL}failure"}),
    f"{_TLS}starttls": frozenset({f"{_TLS}proceed", f"{_TLS}failure"}),
}
# What an offer may hold before the login: with a binding in it slixmpp would leave out login and TLS.
_LEADS_TO_LOGIN: Final = frozenset({f"{_SASL}mechanisms", f"{_TLS}starttls"})
# Rounds over the password (RFC 5802 §3): servers ask for 4,096 to 10,000, all of them at a stretch.
_MOST_ROUNDS: Final = 100_000
_ROUNDS: Final = re.compile(rb"(?:\A|,)i=([^,]*)")


class Negotiation:
    """What the client has asked for on this stream, and what may answer it."""

    def __init__(self) -> None:
        self._expected: frozenset[str] = frozenset()

    def asked(self, request: ET.Element) -> None:
        """Note what is sent."""
        self._expected = _ANSWERS.get(request.tag, self._expected)

    def wrong_with(self, xml: ET.Element) -> str:
        """Say what is wrong about an element, empty if it is in order or of no concern here."""
        if not xml.tag.startswith((_SASL, _TLS)):
            return ""
        expected, self._expected = self._expected, frozenset()
        if xml.tag not in expected:
            return f"unexpected <{xml.tag.rpartition('}')[2]}/>"
        return "a login that takes too long" if _rounds_in(xml) > _MOST_ROUNDS else ""


def condition_of(failure: ET.Element) -> str:
    """Return why a login failed, empty if it is not told: slixmpp would say that the password is wrong."""
    names = (child.tag.removeprefix(_SASL) for child in failure if child.tag.startswith(_SASL))
    return next((name for name in names if name != "text"), "")


def keep_what_leads_to_login(features: ET.Element) -> None:
    """Take from the offer of a server what cannot be had before the login."""
    for offered in list(features):
        if offered.tag not in _LEADS_TO_LOGIN:
            features.remove(offered)


def _key(login: SCRAM, password: bytes, salt: bytes, rounds: int) -> bytes:
    """Return `Hi(password, salt, rounds)` (RFC 5802 §2.2), which slixmpp works out round by round."""
    return pbkdf2_hmac(login.hash_name.replace("-", ""), password, salt, rounds)


# The event loop waits for it: in C it takes a tenth of the time.
SCRAM.Hi = _key  # type: ignore[method-assign, assignment]


def _rounds_in(challenge: ET.Element) -> float:
    """Return how many rounds a challenge of SCRAM asks for at most, 0 if it is none."""
    try:
        told = base64.b64decode((challenge.text or "").encode())
    except binascii.Error:
        return 0
    try:
        return max((int(number) for number in _ROUNDS.findall(told)), default=0)
    except ValueError:
        return math.inf
