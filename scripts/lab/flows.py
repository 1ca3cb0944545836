"""What is typed into the forms of the config flow."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .ports import LOOPBACK

type Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """An XMPP account on a private server. `port` is that of STARTTLS, `ca` the file that vouches for it."""

    jid: str
    password: str
    port: int
    ca: Path


def broker_answer(port: int, *, username: str = "", password: str = "", **fields: Any) -> Answer:
    """Return the form of a broker on loopback; `fields` are further fields, by their section or none."""
    login = {"username": username, "password": password} if username else {}
    return {"host": LOOPBACK, "port": port, **login, "certificates": {}, "advanced": {}, **fields}


def xmpp_answer(account: Account | None) -> Answer:
    """Return the form of the bot's account; with none the bot talks in Assist only."""
    if account is None:
        return {"advanced": {}}
    server = {"xmpp_host": LOOPBACK, "xmpp_port": account.port, "xmpp_ca": account.ca.read_text()}
    return {"jid": account.jid, "xmpp_password": account.password, "advanced": server}


def bot_answers(
    broker: Answer | None, account: Account | None, contact: str, topics: list[str]
) -> list[Answer]:
    """Return all forms of a new bot; without a broker it uses Home Assistant's own MQTT connection."""
    rules: Answer = {"contact": contact, "topics": topics} if account else {"topics": topics}
    # What is told stays as it is suggested, and nobody scans anything.
    last: list[Answer] = [xmpp_answer(account), rules, {}, *([{}] if account else [])]
    if broker is None:
        return [{"next_step_id": "home_assistant"}, *last]
    return [{"next_step_id": "standalone"}, broker, *last]


def options_answer(**alerts: Any) -> Answer:
    """Return the form of the options before anybody changes it; `alerts` is what is to be different."""
    return {
        "discovery": True,
        "discovery_prefix": "homeassistant",
        "digest_seconds": 300,
        "retention_days": 30,
        "retention_rows": 500_000,
        "bare_commands": True,
        "alerts": {"sound": True, "storm": 10, **alerts},
        "free_text_section": {},
    }
