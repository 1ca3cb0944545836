"""Bare JIDs come out in the one spelling that XMPP servers compare."""

from hypothesis import given, strategies as st
import pytest

from bot.model.jid import bare_jid, domain_of
from bot.model.replies import BotError


@pytest.mark.parametrize(
    ("text", "jid"),
    [
        ("you@example.org", "you@example.org"),
        ("  You@Example.ORG ", "you@example.org"),
        ("you@example.org/phone", "you@example.org"),
        ("you@example.org/a@b/c", "you@example.org"),
        ("you@example.org.", "you@example.org"),
        ("Ünï@EXÄMPLE.org", "ünï@exämple.org"),
        ("straße@example.org", "strasse@example.org"),
        ("Ｗide@example.org", "wide@example.org"),
        ("so\u00adft@example.org", "soft@example.org"),
        ("you@xn--mnchen-3ya.de", "you@münchen.de"),
        ("you@example。org", "you@example.org"),
        ("שלום@example.org", "שלום@example.org"),
        ("you@192.0.2.1", "you@192.0.2.1"),
        ("you@[2001:DB8::0:1]", "you@[2001:db8::1]"),
        ("home_bot@my_box.local", "home_bot@my_box.local"),
    ],
)
def test_a_jid_is_reduced_to_its_compared_spelling(text: str, jid: str) -> None:
    assert bare_jid(text) == jid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "you",
        "example.org",
        "@example.org",
        "you@",
        "you@/phone",
        "y ou@example.org",
        "you@exam ple.org",
        "you@example..org",
        "you@-example.org",
        "you@example-.org",
        "you@ab--cd.org",
        "you@xn--99999999999",
        "you@\u0300.org",
        "you@😀.org",
        "😀@example.org",
        "you@example.org@example.org",
        "<you>@example.org",
        'y"ou@example.org',
        "you\x00@example.org",
        "you\ud800@example.org",
        "אyou@example.org",
        "1א2@example.org",
        "you@[::1",
        "you@[example]",
        "you@example.org:5222",
        "y" * 1024 + "@example.org",
        "you@" + "e" * 64 + ".org",
        "you@" + "example." * 40 + "org",
    ],
)
def test_what_is_no_jid_is_refused(text: str) -> None:
    with pytest.raises(BotError) as refusal:
        bare_jid(text)
    assert (refusal.value.key, refusal.value.placeholders) == ("invalid_jid", {"jid": text})


@given(st.text() | st.tuples(st.text(min_size=1), st.text(min_size=1)).map("@".join))
def test_any_text_is_a_stable_jid_or_refused(text: str) -> None:
    try:
        jid = bare_jid(text)
    except BotError:
        return
    assert bare_jid(jid) == jid


def test_the_domain_is_what_follows_the_last_at_sign() -> None:
    assert domain_of("you@example.org") == "example.org"
