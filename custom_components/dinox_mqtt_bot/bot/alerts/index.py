"""The alerts that a bot knows, found by rule and topic."""

from collections.abc import Iterator

from ..model.alert import Alert
from ..model.timers import Key


class AlertIndex:
    """Alerts by rule and topic; which of them are `active`, and which have something `untold`."""

    def __init__(self) -> None:
        self.active: dict[Key, None] = {}
        self.untold: dict[Key, None] = {}
        self._by_rule: dict[str, dict[str, Alert]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Alert]:
        """Yield all alerts; they may be put and dropped meanwhile."""
        yield from [alert for alerts in self._by_rule.values() for alert in alerts.values()]

    def __contains__(self, key: Key) -> bool:
        return key[1] in self._by_rule.get(key[0], ())

    def get(self, key: Key) -> Alert | None:
        return self._by_rule.get(key[0], {}).get(key[1])

    def of(self, rule_id: str) -> list[Alert]:
        return list(self._by_rule.get(rule_id, {}).values())

    def put(self, alert: Alert) -> None:
        key = alert.rule, alert.topic
        alerts = self._by_rule.setdefault(alert.rule, {})
        self._count += alert.topic not in alerts
        alerts[alert.topic] = alert
        for index, belongs in ((self.active, alert.active), (self.untold, bool(alert.untold))):
            if belongs:
                index[key] = None
            else:
                index.pop(key, None)

    def drop(self, key: Key) -> None:
        alerts = self._by_rule[key[0]]
        del alerts[key[1]]
        if not alerts:
            del self._by_rule[key[0]]
        self._count -= 1
        self.active.pop(key, None)
        self.untold.pop(key, None)
