"""Which forms there are for which kind of rule."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigSubentryFlow

from ..const import (
    SUBENTRY_ALERT,
    SUBENTRY_BRIDGE,
    SUBENTRY_CONTACT,
    SUBENTRY_IMPORT,
    SUBENTRY_PRESET,
    SUBENTRY_TOPIC,
    SUBENTRY_WEBHOOK,
)
from .alert_flow import AlertFlow
from .bridge_flow import BridgeFlow
from .contact_flow import ContactFlow
from .import_flow import ImportFlow
from .preset_flow import PresetFlow
from .topic_flow import TopicFlow
from .webhook_flow import WebhookFlow

RULE_FLOWS: Mapping[str, type[ConfigSubentryFlow]] = {
    SUBENTRY_TOPIC: TopicFlow,
    SUBENTRY_CONTACT: ContactFlow,
    SUBENTRY_ALERT: AlertFlow,
    SUBENTRY_PRESET: PresetFlow,
    SUBENTRY_BRIDGE: BridgeFlow,
    SUBENTRY_WEBHOOK: WebhookFlow,
    SUBENTRY_IMPORT: ImportFlow,
}
