"""Text that is no markup."""

from html import unescape
import re

import pytest

from bot.text.markup import as_either, as_html, as_markdown

ORDINARY = ["21.5 °C", "<5 °C", "snake_case", "3 * 4", "-12.3", "home/freezer: 5 > 3", "a - b", "50 % (2/4)"]


@pytest.mark.parametrize("text", ORDINARY)
def test_what_would_not_act_stays_as_it_is(text: str) -> None:
    assert as_markdown(text) == text
    assert unescape(as_html(text)) == text
    assert as_either(text).replace("‹", "<") == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        (r"a\n✅ b\r", "a&#92;n✅ b&#92;r"),
        (":white_check_mark: over", "&#58;white_check_mark: over"),
        ("a\nb", "a\nb"),
    ],
)
def test_html_shows_tags_as_text(text: str, html: str) -> None:
    assert as_html(text) == html
    assert unescape(html) == text


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("![x](http://a.b/c.png)", r"!\[x](http\://a.b/c.png)"),
        ("www.a.b https://a.b me@a.b", r"www\.a.b https\://a.b me\@a.b"),
        ("*a* **b** __c__ _d_", r"\*a\* \*\*b\*\* \_\_c\_\_ \_d\_"),
        ("~~a~~ `b`", r"\~\~a\~\~ \`b\`"),
        ("<a href='x'> <!-- <?x </b", r"\<a href='x'> \<!-- \<?x \</b"),
        ("&lt;b&gt; &#60; R&D", r"\&lt;b\&gt; \&#60; R&D"),
        ("# a\n> b\n- c\n* d\n+ e\n1. f\n2) g", "\\# a\n\\> b\n\\- c\n\\* d\n\\+ e\n1\\. f\n2\\) g"),
        ("a\n===\nb\n---\n|c|\n:-: | -", "a\n\\===\nb\n\\---\n\\|c|\n\\:-: | -"),
        (r"\*a\\", r"\\\*a\\\\"),
    ],
)
def test_markdown_shows_its_signs_as_text(text: str, markdown: str) -> None:
    assert as_markdown(text) == markdown
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown) == text


def test_where_nobody_knows_neither_acts() -> None:
    assert as_either("<b> <!channel> [a](http://b) @everyone") == (
        "‹b> ‹!channel> [a]\u2060(http://b) @\u2060everyone"
    )
