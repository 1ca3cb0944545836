"""Watches a running bot for what its user should look after; each issue goes when its cause does."""

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from ..bot.bot import Bot
from ..bot.model.announcements import Announcement, StatusChanged
from ..bot.model.jid import domain_of
from ..bot.model.status import LinkStatus
from ..bot.ports import Broker, Phrases
from ..bot.rendering.replies import reason_text
from ..broker.link import BrokerLink
from ..const import CONF_JID, CONF_XMPP_HOST
from ..entry.account import has_chat
from ..entry.paths import database_path
from ..store.store import Store
from .exposure import EXPOSURES, exposures
from .registry import Issue, IssueKind, async_raise, async_take_all_back, async_take_back, shown_about
from .server_hint import ServerHint

LOOK_SECONDS = 60.0
TAKEN_OVER_TIMES = 3
TAKEN_OVER_SECONDS = 600.0
# More would be a list of all topics, under one cause.
MOST_TOPICS = 10

TAKEN_OVER = "session_taken_over"
EXPIRED = "certificate_expired"


class TakeOvers:
    """How often another client took one link's session lately."""

    def __init__(self, kind: IssueKind) -> None:
        self.issue = Issue(kind)
        self._status: LinkStatus | None = None
        self._times: deque[float] = deque(maxlen=TAKEN_OVER_TIMES)

    def follow(self, status: LinkStatus, now: float) -> bool:
        """Count a status that the link did not have before; say whether it tells of this."""
        before, self._status = self._status, status
        happened = status != before and status.reason == TAKEN_OVER
        if happened:
            self._times.append(now)
        return happened

    def again_and_again(self, now: float) -> bool:
        """Whether it happened so often that it goes on."""
        return len(self._times) == TAKEN_OVER_TIMES and now - self._times[0] < TAKEN_OVER_SECONDS

    def over(self, now: float) -> bool:
        """Whether it has not happened for a while."""
        return not self._times or now - self._times[-1] >= TAKEN_OVER_SECONDS


class Issues:
    """The issues of one bot."""

    _bot: Bot

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        broker: Broker,
        store: Store,
        phrases: Phrases,
        hint: ServerHint,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._broker = broker
        self._store = store
        self._phrases = phrases
        self._hint = hint
        self._broker_taken_over = TakeOvers(IssueKind.BROKER_TAKEN_OVER)
        self._chat_taken_over = TakeOvers(IssueKind.XMPP_TAKEN_OVER)
        self._unreachable: dict[str, str] | None = None
        self._unlisten: list[CALLBACK_TYPE] = []

    @callback
    def start(self, bot: Bot) -> None:
        """Watch from now on; what an earlier run raised is judged anew."""
        self._bot = bot
        for kind in (IssueKind.DATABASE_UNUSABLE, IssueKind.DATABASE_NEWER):
            async_take_back(self._hass, self._entry, Issue(kind))
        found = dict(exposures(self._entry.data))
        for kind in EXPOSURES:
            self._set(Issue(kind), kind in found, host=found.get(kind, ""))
        if not has_chat(self._entry):
            self._set(Issue(IssueKind.ACCOUNT_REFUSED), False)
        self._judge_contacts(dict(bot.status.unreachable))
        self._hint.start()
        self._unlisten = [
            bot.listen(self._announced),
            async_track_time_interval(self._hass, self._look, timedelta(seconds=LOOK_SECONDS)),
        ]

    @callback
    def stop(self) -> None:
        """Watch no more. Issues stay for a bot that starts again, not for one that is switched off."""
        while self._unlisten:
            self._unlisten.pop()()
        self._hint.stop()
        if self._entry.disabled_by is not None:
            async_take_all_back(self._hass, self._entry)

    def _announced(self, announcement: Announcement) -> None:
        if not isinstance(announcement, StatusChanged):
            return
        status, now = announcement.status, self._hass.loop.time()
        contested = isinstance(self._broker, BrokerLink) and self._broker.contested
        for take_overs, link, lasts in (
            (self._broker_taken_over, status.broker, contested),
            (self._chat_taken_over, status.chat, False),
        ):
            if take_overs.follow(link, now) and (lasts or take_overs.again_and_again(now)):
                self._set(take_overs.issue, True)
        self._judge_login(status.chat)
        self._judge_contacts(dict(status.unreachable))
        self._judge_store(status.unwritten)
        self._judge_rules()
        for name, link in (("broker", status.broker), ("xmpp", status.chat)):
            self._judge_certificate(name, link)
        self._raise_refusals()
        if has_chat(self._entry) and status.chat.online:
            self._hint.begin()

    def _judge_login(self, status: LinkStatus) -> None:
        if status.fatal and status.reason == "invalid_auth":
            self._set(Issue(IssueKind.ACCOUNT_REFUSED), True, reason=status.detail)
        elif status.online:
            self._set(Issue(IssueKind.ACCOUNT_REFUSED), False)

    def _judge_contacts(self, unreachable: dict[str, str]) -> None:
        if unreachable == self._unreachable:
            return
        self._unreachable = unreachable
        rooms = {contact.jid for contact in self._bot.rules.contacts if contact.room}
        for kind, jids in (
            (IssueKind.CONTACT_UNREACHABLE, unreachable.keys() - rooms),
            (IssueKind.ROOM_UNREACHABLE, unreachable.keys() & rooms),
        ):
            for jid in sorted(jids):
                reason = reason_text(unreachable[jid], self._phrases)
                self._set(Issue(kind, jid), True, contact=jid, reason=reason)
            for jid in shown_about(self._hass, self._entry, kind) - jids:
                self._set(Issue(kind, jid), False)

    def _judge_store(self, trouble: str) -> None:
        """Tell what waiting may mend, or what only a new database does; that stays until there is one."""
        damage = self._store.damage
        if damage:
            told = {"path": database_path(self._hass, self._entry.entry_id).name, "reason": damage}
            self._set(Issue(IssueKind.DATABASE_UNUSABLE), True, **told)
        self._set(Issue(IssueKind.DATABASE_STUCK), bool(trouble) and not damage, reason=trouble)

    def _judge_rules(self) -> None:
        """Tell of alert rules that cannot watch all that they are meant for."""
        full = {rule.id: rule for rule in self._bot.alerts.overfull}
        for rule in full.values():
            issue = Issue(IssueKind.ALERT_RULE_FULL, rule.id)
            self._set(issue, True, rule=rule.name, filter=rule.filter)
        for rule_id in shown_about(self._hass, self._entry, IssueKind.ALERT_RULE_FULL) - full.keys():
            self._set(Issue(IssueKind.ALERT_RULE_FULL, rule_id), False)

    def _judge_certificate(self, name: str, status: LinkStatus) -> None:
        issue = Issue(IssueKind.CERTIFICATE_EXPIRED, name)
        if status.reason == EXPIRED:
            data = self._entry.data
            account = data[CONF_XMPP_HOST] or domain_of(data[CONF_JID]) if name == "xmpp" else ""
            self._set(issue, True, host=account or data[CONF_HOST])
        elif status.online or status.reason:
            self._set(issue, False)

    @callback
    def _look(self, _now: datetime) -> None:
        """Take back what is over, which nobody announces."""
        now = self._hass.loop.time()
        for take_overs in (self._broker_taken_over, self._chat_taken_over):
            if take_overs.over(now):
                self._set(take_overs.issue, False)
        self._judge_store(self._store.trouble)
        self._judge_rules()
        self._raise_refusals()
        self._take_refusals_back()

    @property
    def _refused(self) -> dict[str, str]:
        """What the broker refuses of the user's subscriptions; the discovery's filters are nobody's."""
        wanted = self._bot.subscriptions
        refused = self._broker.refused
        return {name: why for name, why in refused.items() if wanted.get(name) is not None}

    def _raise_refusals(self) -> None:
        for name, why in list(self._refused.items())[:MOST_TOPICS]:
            self._set(
                Issue(IssueKind.TOPIC_REFUSED, name),
                True,
                filter=name,
                reason=reason_text(why, self._phrases),
            )

    def _take_refusals_back(self) -> None:
        """Take back what is not refused any more, or not wanted; nobody knows while the broker is away."""
        refused, wanted = self._refused, self._bot.subscriptions
        online = self._broker.status.online
        for name in shown_about(self._hass, self._entry, IssueKind.TOPIC_REFUSED) - refused.keys():
            if online or wanted.get(name) is None:
                self._set(Issue(IssueKind.TOPIC_REFUSED, name), False)

    def _set(self, issue: Issue, wrong: bool, **told: str) -> None:
        if wrong:
            async_raise(self._hass, self._entry, issue, told)
        else:
            async_take_back(self._hass, self._entry, issue)
