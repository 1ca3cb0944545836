"""What is shown bold in a chat (XEP-0393), and its removal where nothing shows it so."""

import re

from .foreign import inert

_STAR = "∗"
"""What a name has in place of an asterisk, which would end the bold text early."""
_BOLD = re.compile(r"(?m)(^|\s)\*([^\s*](?:[^*\n]*[^\s*])?)\*")


def bold(text: str) -> str:
    """Return one line of plain text shown bold: nothing in it acts, and nothing in it ends that early.

    It must not pass `inert` again. What comes from outside never looks like it: `inert` breaks that.
    """
    text = inert(" ".join(text.replace("*", _STAR).split()))
    return f"*{text}*" if text else ""


def unstyled(text: str) -> str:
    """Return a text of the bot's without what is bold in it."""
    return _BOLD.sub(r"\1\2", text)
