"""Text that stays text where something that reads HTML or Markdown shows it."""

from html import escape
import re

_JOINER = "\u2060"

# Home Assistant's app for Android takes `\n` in a text for a line's end, too, and `:warning:` for its sign.
_BACKSLASH = re.compile(r"\\(?=[nr])")
_EMOJI_NAME = re.compile(r":(?=[\w+|-]+:)")

# Only what would act: `3 * 4`, `snake_case` and `<5 °C` do not (CommonMark §6.2: no `_` within a word does).
_MARKDOWN = re.compile(
    r"""(?x)
    \\(?=[!-/:-@\[-`{-~]|$) | [`~\[] | (?<!\s)\* | \*(?!\s|$) | (?<![^\W_])_ | _(?![^\W_]) | <(?=[A-Za-z/!?])
    | &(?=\#?\w+;) | (?<=http):(?=//) | (?<=https):(?=//) | (?<=ftp):(?=//) | (?<=www)\. | (?<=[\w.+-])@(?=\w)
    """,
    re.MULTILINE | re.IGNORECASE,
)
_MARKDOWN_LINE = re.compile(r"(?m)^([ \t]*)(?=>|\||:-|[#]{1,6}(?:\s|$)|[-+*](?:\s|$)|-[-:|]|=+[ \t]*$)")
_MARKDOWN_NUMBER = re.compile(r"(?m)^([ \t]*[0-9]{1,9})(?=[.)](?:\s|$))")

# For what may be read as either: the sign that begins a tag or a mention has a double that does not.
_TAG = re.compile(r"<(?=\S)")
_ACTING = re.compile(r"(?<=\])(?=[(\[])|(?<=@)(?=everyone\b|here\b|channel\b|all\b)", re.IGNORECASE)


def as_html(text: str) -> str:
    """Return HTML that Home Assistant's app for Android shows as this text."""
    return _EMOJI_NAME.sub("&#58;", _BACKSLASH.sub("&#92;", escape(text, quote=False)))


def as_markdown(text: str) -> str:
    """Return Markdown that Home Assistant's pages show as this text, without links."""
    text = _MARKDOWN.sub(r"\\\g<0>", text)
    return _MARKDOWN_NUMBER.sub(r"\1\\", _MARKDOWN_LINE.sub(r"\1\\", text))


def as_either(text: str) -> str:
    """Return the text so that it reads the same where nobody knows whether it is taken for markup."""
    return _ACTING.sub(_JOINER, _TAG.sub("‹", text))
