"""What a person says is bounded before anything looks at it."""

import xml.etree.ElementTree as ET

import pytest
from slixmpp.stanza import Message

from custom_components.dinox_mqtt_bot.bot.model.utterance import LONGEST_TEXT, Reaction
from custom_components.dinox_mqtt_bot.xmpp.incoming import encryption_in, reaction_in, text_in

FALLBACK = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>{}</fallback>"
REPLY = "<reply xmlns='urn:xmpp:reply:0' id='z'/>"


def message(inside: str) -> Message:
    text = f"<message xmlns='jabber:client' from='a@home.test/x' type='chat' id='1'>{inside}</message>"
    return Message(xml=ET.fromstring(text))


@pytest.mark.parametrize("said", ["a", "\u00e4", "/mqtt a ", "\U0001f44d"])
def test_a_long_text_is_cut(said: str) -> None:
    long = said * LONGEST_TEXT
    assert text_in(message(f"<body>{long}</body>")) == long[: LONGEST_TEXT + 1].strip()
    assert text_in(message(f"<body>{said}</body>")) == said.strip()


def test_no_part_of_a_long_quotation_is_taken_for_what_was_said() -> None:
    quotation = ">a\n" * LONGEST_TEXT
    escaped = quotation.replace(">", "&gt;")
    assert text_in(message(f"{REPLY}<body>{escaped}yes</body>")) == ""
    told = FALLBACK.format(f"<body start='0' end='{len(quotation)}'/>")
    assert text_in(message(f"{REPLY}{told}<body>{escaped}yes</body>")) == "yes"


def test_what_is_encrypted_is_seen_before_the_cut() -> None:
    blanks = " " * LONGEST_TEXT
    assert encryption_in(message(f"<body>{blanks}-----BEGIN PGP MESSAGE</body>")) == "OpenPGP"


def test_a_long_reaction_is_cut() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    inside = "<reactions xmlns='urn:xmpp:reactions:0' id='z'>{}</reactions>"
    found = reaction_in(message(inside.format(f"<reaction>{family}</reaction>")), 0.0)
    assert found == Reaction("a@home.test", "z", (family,), 0.0)
    found = reaction_in(message(inside.format(f"<reaction>{family * 20_000}</reaction>")), 0.0)
    assert found is not None
    assert len(found.emojis[0]) < 100
