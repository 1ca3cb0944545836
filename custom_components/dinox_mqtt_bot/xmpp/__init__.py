"""slixmpp behind `ports.Chat`: one XMPP account, kept online."""

from .link import CreateTask, XmppLink
from .probe import probe
from .settings import Security, Timing, XmppSettings

__all__ = ["CreateTask", "Security", "Timing", "XmppLink", "XmppSettings", "probe"]
