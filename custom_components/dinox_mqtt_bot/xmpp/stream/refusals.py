"""What a stranger's request gets: what the own server answers for a client that is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
import secrets
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError
from slixmpp.stanza import Iq

_STANZAS: Final = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_PING: Final = "{urn:xmpp:ping}ping"
# Languages that the server is asked in, and characters of one's name.
_MOST_LANGUAGES: Final = 8
_LONGEST_LANGUAGE: Final = 35
# Refusals that wait until it is known what they look like.
_MOST_WAITING: Final = 50
_LONGEST_VALUE: Final = 1_024
_PATIENCE: Final = 15


@dataclass(frozen=True, slots=True)
class _Form:
    """What the server's own refusal looks like: its error, and whether it repeats what was asked."""

    error: ET.Element
    echoes: bool = False


def _plain_error() -> ET.Element:
    """Return the error of RFC 6121 §8.5.3.2.3 alone."""
    error = ET.Element("{jabber:client}error", type="cancel")
    ET.SubElement(error, f"{_STANZAS}service-unavailable")
    return error


class Refusals:
    """Refuses requests (RFC 6121 §8.5.3.2.3) in the words of the own server, which differ.

    They are learned from the server's answer for a resource of the own account that nobody has, once in
    each language: a stranger is not to find out by them which resource is the bot's. Prosody writes a
    language on what clients send, and none on its own: there the length of the resource has to do.
    """

    def __init__(self, xmpp: ClientXMPP) -> None:
        self._xmpp = xmpp
        self._forms: dict[str, _Form] = {}
        self._waiting: dict[str, list[tuple[ET.Element, list[ET.Element]]]] = {}

    def refuse(self, opening: ET.Element, content: Iterable[ET.Element] = ()) -> None:
        """Refuse a request, of which only the opening tag and what a server echoes is used."""
        if max(len(opening.get("id", "")), len(opening.get(_LANG, ""))) > _LONGEST_VALUE:
            return
        language = opening.get(_LANG, "")
        if language not in self._waiting and (
            len(language) > _LONGEST_LANGUAGE or len(self._waiting) >= _MOST_LANGUAGES
        ):
            language = ""
        if language in self._forms:
            self._send(self._forms[language], opening, content)
            return
        if language not in self._waiting:
            self._waiting[language] = []
            self._ask(language)
        if len(self._waiting[language]) < _MOST_WAITING:
            self._waiting[language].append((opening, list(content)))

    def _ask(self, language: str) -> None:
        request: Any = self._xmpp.make_iq_get(ito=f"{self._xmpp.boundjid.bare}/{secrets.token_hex(8)}")
        request.xml.set(_LANG, language or self._xmpp.peer_default_lang or "en")
        ET.SubElement(request.xml, _PING)
        request.send(timeout=_PATIENCE).add_done_callback(partial(self._learn, language))

    def _learn(self, language: str, answer: Any) -> None:
        failure = None if answer.cancelled() else answer.exception()
        form = _Form(_plain_error())
        if isinstance(failure, IqError):
            told = failure.iq.xml
            error = told.find("{jabber:client}error")
            if error is not None:
                form = _Form(error, echoes=told.find(_PING) is not None)
        self._forms[language] = form
        waiting, self._waiting[language] = self._waiting[language], []
        for opening, content in waiting:
            self._send(form, opening, content)

    def _send(self, form: _Form, opening: ET.Element, content: Iterable[ET.Element]) -> None:
        refusal = Iq(self._xmpp)  # type: ignore[no-untyped-call]
        refusal.xml.attrib.update(type="error", id=opening.get("id", ""), to=opening.get("from", ""))
        if language := opening.get(_LANG):
            refusal.xml.set(_LANG, language)
        # Not copied: an element may stand in two stanzas.
        refusal.xml.extend([*(content if form.echoes else ()), form.error])
        self._xmpp.send(refusal)
