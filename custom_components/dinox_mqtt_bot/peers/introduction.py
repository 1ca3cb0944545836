"""The bot as a device for other programs on the broker, by Home Assistant's discovery."""

from typing import Any

from homeassistant.config_entries import ConfigEntry

from ..bot.alerts.texts import Told, what_text
from ..bot.model.announcements import AlertChanged
from ..bot.peers.beacon import is_notification, last_alert_topic
from ..bot.peers.introduction import introduction, last_alert
from ..bot.ports import Clock, Phrases
from ..entry.beacon import bot_id, introduced_on, is_discoverable, remote_secret
from ..hass.events import FIRED, NO_DATA, step_of
from .publications import Publication, Publications


class Introduction:
    """Publishes, if that is wanted, what the device has, and which alert was the last."""

    def __init__(
        self, entry: ConfigEntry[Any], publisher: Publications, *, phrases: Phrases, clock: Clock
    ) -> None:
        self._entry = entry
        self._publisher = publisher
        self._phrases = phrases
        self._clock = clock
        self._last: Publication | None = None

    def begin(self, version: str) -> None:
        """Have the broker retain what is known: it may have lost it while the connection was away."""
        if not is_discoverable(self._entry):
            return
        # Who has to know a secret cannot be given a switch: all who read the configuration would have it.
        commands = remote_secret(self._entry) == ""
        own, name = bot_id(self._entry), self._entry.title
        payload = introduction(own, name, version, self._names(), commands=commands)
        self._publisher.put(Publication(introduced_on(self._entry), payload, retain=True))
        if self._last is not None:
            self._publisher.put(self._last)

    def _names(self) -> dict[str, str]:
        phrase = self._phrases.phrase
        return {
            "online": phrase("common.introduced_online"),
            "alerts_firing": phrase("common.introduced_alerts_firing"),
            "last_alert": phrase("common.introduced_last_alert"),
            "paused": phrase("common.introduced_paused"),
            "pause": phrase("common.introduced_paused"),
            "reconnect": phrase("common.introduced_reconnect"),
        }

    def hear(self, change: AlertChanged) -> None:
        """Publish an alert that begins; of what other bots alert of that would never end."""
        news = step_of(change) in {FIRED, NO_DATA} and not is_notification(change.alert.topic)
        if news and is_discoverable(self._entry):
            text = what_text(Told(change.alert, change.rule, change.rule.priority), self._phrases)
            payload = last_alert(text, self._clock.now())
            self._last = Publication(last_alert_topic(bot_id(self._entry)), payload, retain=True)
            self._publisher.put(self._last)
