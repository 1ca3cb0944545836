"""The pictures of alerts: they follow the words, which wait for nothing."""

from contextlib import suppress
from functools import partial
import logging
from typing import Final

from homeassistant.core import HomeAssistant

from ..bot.alerts.alerts import Alerts
from ..bot.delivery.speeches import Speeches
from ..bot.delivery.uploads import File, UploadQueue
from ..bot.history.charts import ChartRequest, chart
from ..bot.model.announcements import AlertTold, Announcement
from ..bot.model.history import Span
from ..bot.model.replies import BotError, Chart
from ..bot.model.rules import CHART
from ..bot.ports import Phrases
from ..bot.reading.topic_lookup import Lookups
from ..bot.text.rate import Window
from ..hass.tasks import CreateTask
from .attachments import Attachment, async_attachment

MOST_A_MINUTE: Final = 10
_HOUR: Final = 3600.0
_LOGGER = logging.getLogger(__name__)


class AlertPictures:
    """Sends what the rule of an alert shows, once: a kill, a full disk or a broken camera leaves it out."""

    def __init__(
        self,
        hass: HomeAssistant,
        lookups: Lookups,
        *,
        alerts: Alerts,
        uploads: UploadQueue,
        speech: Speeches,
        create_task: CreateTask,
    ) -> None:
        self._hass = hass
        self._lookups = lookups
        self._alerts = alerts
        self._uploads = uploads
        self._speech = speech
        self._create_task = create_task
        self._sent = Window()

    def hear(self, announcement: Announcement) -> None:
        """Show an alert that was told to contacts; of a flood only the first ones."""
        if not isinstance(announcement, AlertTold):
            return
        now = self._lookups.ports.clock.now()
        if self._sent.count(now) >= MOST_A_MINUTE:
            _LOGGER.debug("“%s” shows nothing: too many pictures this minute", announcement.rule.name)
            return
        self._sent.add(now)
        self._create_task(self._show(announcement), "show an alert")

    async def _show(self, told: AlertTold) -> None:
        try:
            for file, to in await self._files(told):
                self._uploads.send(
                    File(
                        file.name,
                        file.mime,
                        file.content,
                        partial(self._done, told, to),
                        partial(_failed, told),
                    )
                )
        except BotError as err:
            _failed(told, err)

    async def _files(self, told: AlertTold) -> list[tuple[Attachment, tuple[str, ...]]]:
        """Return what is to be shown, and to whom: a chart has its words in the language of each."""
        rule, pictures = told.rule, self._lookups.ports.pictures
        if rule.picture != CHART:
            seen = await async_attachment(self._hass, camera=rule.picture)
            assert seen is not None
            return [(seen, told.to)]
        drawn = await self._drawn(told.alert.topic, rule.field)
        speeches: dict[Phrases, tuple[str, ...]] = {}
        for to in told.to:
            speech = self._speech(to)
            speeches[speech] = (*speeches.get(speech, ()), to)
        return [
            (Attachment("chart.png", "image/png", await pictures.draw(drawn.picture, speech)), to)
            for speech, to in speeches.items()
        ]

    async def _drawn(self, topic: str, field: str) -> Chart:
        """Return the chart of the last hour; of the newest days where that has not two numbers."""
        now, rules = self._lookups.ports.clock.now(), self._alerts.rules
        with suppress(BotError):
            hour = ChartRequest(topic, field, Span(now - _HOUR, now + 1))
            drawn = await chart(self._lookups, hour, rules)
            if sum(point.count for point in drawn.picture.points) > 1:
                return drawn
        return await chart(self._lookups, ChartRequest(topic, field), rules)

    def _done(self, told: AlertTold, to: tuple[str, ...], address: str) -> None:
        self._alerts.show(told, dict.fromkeys(to, address))


def _failed(told: AlertTold, why: BotError) -> None:
    """Write it down, and nothing more: what the alert says has been said."""
    _LOGGER.warning("“%s” could not be shown: %s", told.rule.name, why.key)
