"""Command templates of discovery: what a device wants to be told, written around a value."""

from collections.abc import Mapping
import re

from ...ports import CommandTemplates
from ..config import is_uncut

_LONGEST = 1_000
"""Characters of a value; templates are judged for short ones."""

_SIGNS = ("{{", "{%", "{#")

# What Home Assistant hands to every command template and the bot has none of.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_INSIDE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_UNKNOWN = re.compile(r"(?<![.\w])(?:this|entity_id|states|is_state|state_attr|is_state_attr|trigger)\b")


def written(template: str, variables: Mapping[str, object], templates: CommandTemplates) -> str | None:
    """Return what a template writes around variables, `value` among them; None if it is not run."""
    if not is_uncut(template) or any(
        isinstance(each, str) and len(each) > _LONGEST for each in variables.values()
    ):
        return None
    if not any(sign in template for sign in _SIGNS):
        return template
    inside = " ".join(_QUOTED.sub("", part) for part in _INSIDE.findall(template))
    return None if _UNKNOWN.search(inside) else templates.command(template, variables)
