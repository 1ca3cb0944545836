"""The repair issues of a bot: which there are, and how they are raised and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..bot.model.replies import BotError
from ..bot.text.markup import as_markdown
from ..const import DOMAIN
from ..entry.place import Place

ATTR_ENTRY: str = "entry_id"


class IssueKind(StrEnum):
    """What can be wrong; the value is the key of its texts."""

    BROKER_PLAIN = "broker_plain"
    XMPP_PLAIN = "xmpp_plain"
    PROSODY_OPEN = "prosody_open"
    TOPIC_REFUSED = "topic_refused"
    ACCOUNT_REFUSED = "account_refused"
    BROKER_TAKEN_OVER = "broker_taken_over"
    XMPP_TAKEN_OVER = "xmpp_taken_over"
    CONTACT_UNREACHABLE = "contact_unreachable"
    ROOM_UNREACHABLE = "room_unreachable"
    CERTIFICATE_EXPIRED = "certificate_expired"
    DATABASE_UNUSABLE = "database_unusable"
    DATABASE_NEWER = "database_newer"
    DATABASE_STUCK = "database_stuck"
    SERVER_IS_BROKER = "server_is_broker"
    LEFT_BEHIND = "left_behind"
    ALERT_RULE_FULL = "alert_rule_full"


# Those that Home Assistant can help with: `repairs.py` has a flow for each.
FIXABLE = frozenset(
    {
        IssueKind.BROKER_PLAIN,
        IssueKind.XMPP_PLAIN,
        IssueKind.TOPIC_REFUSED,
        IssueKind.ACCOUNT_REFUSED,
        IssueKind.DATABASE_UNUSABLE,
    }
)
_ERRORS = frozenset(
    {
        IssueKind.ACCOUNT_REFUSED,
        IssueKind.CERTIFICATE_EXPIRED,
        IssueKind.DATABASE_UNUSABLE,
        IssueKind.DATABASE_NEWER,
        IssueKind.DATABASE_STUCK,
    }
)


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong; `about` tells issues of one kind apart, as a topic filter does."""

    kind: IssueKind
    about: str = ""

    def id_of(self, entry_id: str) -> str:
        """Return the id that the registry knows it by."""
        return "_".join(filter(None, (self.kind, entry_id, self.about)))


@callback
def async_raise(
    hass: HomeAssistant, entry: ConfigEntry[Any], issue: Issue, told: Mapping[str, str] | None = None
) -> None:
    """Show an issue; one that is shown already, or that the user ignores, stays as it is.

    A `reason` among what is told may be a server's own words, and the page shows Markdown.
    """
    told = {name: as_markdown(text) if name == "reason" else text for name, text in (told or {}).items()}
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue.id_of(entry.entry_id),
        data={ATTR_ENTRY: entry.entry_id, "about": issue.about},
        is_fixable=issue.kind in FIXABLE,
        # Found once only, so Home Assistant has to remember it.
        is_persistent=issue.kind is IssueKind.SERVER_IS_BROKER,
        severity=ir.IssueSeverity.ERROR if issue.kind in _ERRORS else ir.IssueSeverity.WARNING,
        translation_key=issue.kind.value,
        translation_placeholders={"bot": entry.title, **told},
    )


@callback
def async_say_left(hass: HomeAssistant, place: Place) -> None:
    """Show what stays at a broker that a bot has left, and how it is taken away by hand."""
    told = {
        "bot": place.name,
        "host": place.host or "Home Assistant",
        "port": str(place.port or 1883),
        "topic": place.topic,
        "topics": ", ".join(place.topics),
        "client_id": place.bot_id,
    }
    ir.async_create_issue(
        hass,
        DOMAIN,
        _left_at(place),
        is_fixable=False,
        # It outlives the bot, and Home Assistant's restart.
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=IssueKind.LEFT_BEHIND.value,
        translation_placeholders=told,
    )


@callback
def async_take_left_back(hass: HomeAssistant, place: Place) -> None:
    """Remove the issue: nothing is left there."""
    ir.async_delete_issue(hass, DOMAIN, _left_at(place))


def _left_at(place: Place) -> str:
    about = f"{place.bot_id}@{place.host}:{place.port}"
    return Issue(IssueKind.LEFT_BEHIND, about).id_of(place.entry_id)


@callback
def async_take_back(hass: HomeAssistant, entry: ConfigEntry[Any], issue: Issue) -> None:
    """Remove an issue whose cause is gone."""
    ir.async_delete_issue(hass, DOMAIN, issue.id_of(entry.entry_id))


@callback
def async_not_opened(hass: HomeAssistant, entry: ConfigEntry[Any], err: BotError) -> None:
    """Show that a bot cannot start over its database, if that is why."""
    if err.key in {IssueKind.DATABASE_UNUSABLE, IssueKind.DATABASE_NEWER}:
        async_raise(hass, entry, Issue(IssueKind(err.key)), err.placeholders)


@callback
def async_take_all_back(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Remove every issue of a bot that does not run any more."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and entry.entry_id in issue_id:
            ir.async_delete_issue(hass, domain, issue_id)


def shown_about(hass: HomeAssistant, entry: ConfigEntry[Any], kind: IssueKind) -> set[str]:
    """Return what the issues of one kind that are shown or ignored are about."""
    begin = f"{kind}_{entry.entry_id}_"
    known = (issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN)
    return {issue_id.removeprefix(begin) for issue_id in known if issue_id.startswith(begin)}
