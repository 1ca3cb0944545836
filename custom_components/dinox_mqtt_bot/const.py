"""Names of what a config entry holds, but for those that Home Assistant has a constant for."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "dinox_mqtt_bot"

# entry.data: how to connect
CONF_MODE: Final = "mode"
CONF_CLIENT_ID: Final = "client_id"
CONF_TRANSPORT: Final = "transport"
CONF_TLS: Final = "tls"
CONF_CA: Final = "ca"
CONF_CLIENT_CERT: Final = "client_cert"
CONF_CLIENT_KEY: Final = "client_key"
CONF_JID: Final = "jid"
CONF_XMPP_PASSWORD: Final = "xmpp_password"
CONF_XMPP_HOST: Final = "xmpp_host"
CONF_XMPP_PORT: Final = "xmpp_port"
CONF_XMPP_SECURITY: Final = "xmpp_security"
CONF_XMPP_CA: Final = "xmpp_ca"
CONF_XMPP_RESOURCE: Final = "xmpp_resource"
CONF_INSECURE_OK: Final = "insecure_ok"
CONF_PLAIN_PASSWORD_OK: Final = "plain_password_ok"
CONF_TLS_NAME: Final = "tls_name"

# entry.data in the mode `xmpp_account`: the server's `ServerKind`, what detection said, its `Certainty` and
# day (ISO 8601). With `pubsub_only` messages come over XMPP, and host, port and the like have no use.
CONF_SERVER: Final = "server"
CONF_SERVER_VERSION: Final = "server_version"
CONF_CERTAINTY: Final = "certainty"
CONF_DETECTED: Final = "detected"
CONF_PUBSUB_ONLY: Final = "pubsub_only"
CONF_PUBSUB_SERVICE: Final = "pubsub_service"
CONF_ENCRYPTED: Final = "encrypted"

# entry.options
CONF_DISCOVERY: Final = "discovery"
CONF_DISCOVERY_PREFIX: Final = "discovery_prefix"
CONF_DIGEST_SECONDS: Final = "digest_seconds"
CONF_RETENTION_DAYS: Final = "retention_days"
CONF_RETENTION_ROWS: Final = "retention_rows"
CONF_BARE_COMMANDS: Final = "bare_commands"
CONF_PAUSED: Final = "paused"
CONF_TELL_STATUS: Final = "tell_status"
CONF_TELL_NOTIFICATIONS: Final = "tell_notifications"
CONF_DISCOVERABLE: Final = "discoverable"
CONF_REMOTE: Final = "remote"
CONF_REMOTE_SECRET: Final = "remote_secret"
CONF_NOTIFY_TARGETS: Final = "notify_targets"
CONF_SENSORS: Final = "sensors"
CONF_SOUND: Final = "sound"
CONF_STORM: Final = "storm"
CONF_CLICK: Final = "click"
CONF_DND_ENTITY: Final = "dnd_entity"
CONF_FOLLOWS = "follows"
CONF_FREE_TEXT: Final = "free_text"
CONF_FREE_TEXT_TOPIC: Final = "free_text_topic"
CONF_FREE_TEXT_RESPONSE_TOPIC: Final = "free_text_response_topic"
CONF_FREE_TEXT_TIMEOUT: Final = "free_text_timeout"
CONF_FREE_TEXT_AGENT: Final = "free_text_agent"
CONF_FREE_TEXT_WITHOUT_USER: Final = "free_text_without_user"

DEFAULT_DISCOVERY_PREFIX: Final = "homeassistant"
DEFAULT_DIGEST_SECONDS: Final = 300
DEFAULT_RETENTION_DAYS: Final = 30
DEFAULT_RETENTION_ROWS: Final = 500_000
DEFAULT_BARE_COMMANDS: Final = True
DEFAULT_STORM: Final = 10
DEFAULT_FREE_TEXT_TIMEOUT: Final = 30

# Subentries. Unique ids: a topic's filter, a contact's bare JID, of the others `codec.name_id`.
SUBENTRY_TOPIC: Final = "topic"
SUBENTRY_CONTACT: Final = "contact"
SUBENTRY_ALERT: Final = "alert"
SUBENTRY_PRESET: Final = "preset"
SUBENTRY_BRIDGE: Final = "bridge"
SUBENTRY_WEBHOOK: Final = "webhook"
# Of this type none is kept: its dialog makes others.
SUBENTRY_IMPORT: Final = "import"
CONF_FILTER: Final = "filter"
CONF_QOS: Final = "qos"
CONF_ALIAS: Final = "alias"
CONF_PRIORITY: Final = "priority"
CONF_DISPLAY: Final = "display"
CONF_ICON: Final = "icon"
CONF_KEEP_DAYS: Final = "keep_days"
CONF_NAME: Final = "name"
CONF_ROLE: Final = "role"
CONF_RECEIVES: Final = "receives"
CONF_NUMBER: Final = "number"
CONF_FIELD: Final = "field"
CONF_ONCE: Final = "once"
CONF_ONLY: Final = "only"
CONF_AFTER: Final = "after"
CONF_AFTERWARDS: Final = "afterwards"
CONF_THEN: Final = "then"
CONF_PICTURE: Final = "picture"
CONF_ENTITIES: Final = "entities"
CONF_OTHERS: Final = "others"
CONF_OPERATOR: Final = "operator"
CONF_UNTIL: Final = "until"
CONF_VALUE: Final = "value"
CONF_VALUE_TO: Final = "value_to"
CONF_CLEAR: Final = "clear"
CONF_MISSING_CLEARS: Final = "missing_clears"
CONF_SECONDS: Final = "seconds"
CONF_HOLD: Final = "hold"
CONF_REPEAT: Final = "repeat"
CONF_ENABLED: Final = "enabled"
CONF_CONTACTS: Final = "contacts"
CONF_TARGETS: Final = "targets"
CONF_TEXT: Final = "text"
CONF_ESCALATE_AFTER: Final = "escalate_after"
CONF_ESCALATE_TO: Final = "escalate_to"
CONF_TOPIC: Final = "topic"
CONF_TRUSTED: Final = "trusted"
CONF_TO: Final = "to"
CONF_ROOM: Final = "room"
CONF_ABOUT: Final = "about"
CONF_LEAST: Final = "least"
CONF_HOURS: Final = "hours"
CONF_DIGEST: Final = "digest"
CONF_OPERATES: Final = "operates"
CONF_NICK: Final = "nick"
CONF_DIRECTION: Final = "direction"
CONF_FORMAT: Final = "format"
CONF_TEMPLATE: Final = "template"
CONF_PER_MINUTE: Final = "per_minute"
CONF_PAYLOAD: Final = "payload"
CONF_RETAIN: Final = "retain"
CONF_USER: Final = "user"
CONF_KEY: Final = "key"
CONF_LOCAL_ONLY: Final = "local_only"

# What only the steps of a new bot ask: an invitation to an account, its first contact, its first topics, how
# much of them is told, and what is there to be scanned by a phone.
CONF_INVITATION: Final = "invitation"
CONF_CONTACT: Final = "contact"
CONF_TOPICS: Final = "topics"
CONF_TELL: Final = "tell"
CONF_QR: Final = "qr"

# What the data of a reauthentication names: the link whose credentials were refused.
ATTR_LINK: Final = "link"


class Mode(StrEnum):
    """Where a bot's MQTT connection comes from."""

    STANDALONE = "standalone"
    XMPP_ACCOUNT = "xmpp_account"
    HOME_ASSISTANT = "home_assistant"


class LinkName(StrEnum):
    """The two links of a bot."""

    BROKER = "broker"
    XMPP = "xmpp"


class Remote(StrEnum):
    """Who may give a bot commands over MQTT."""

    NOBODY = "nobody"
    SECRET = "secret"
    ANYBODY = "anybody"


class Tls(StrEnum):
    """Whom to trust when the broker shows its certificate."""

    OFF = "off"
    SYSTEM = "system"
    CUSTOM = "custom"
