"""A private Prosody."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from .certificates import Certificates
from .ports import LOOPBACK, kept_ports
from .server import IS_ROOT, Server, ServerMissingError, program

_MODULES = (
    *("disco", "roster", "saslauth", "tls", "blocklist", "bookmarks", "carbons", "pep", "private", "smacks"),
    *("vcard4", "vcard_legacy", "csi_simple", "ping", "register", "time", "uptime", "version", "admin_adhoc"),
    *("mam", "offline", "cloud_notify", "posix", "http", "lastactivity"),
)
_MODULES_PATH = "/usr/lib/prosody/modules"
# Where `scripts/prosody-modules` puts a `mod_pubsub_mqtt` that delivers messages; that of Debian 12 cannot.
_NEWER = Path(__file__).resolve().parents[2] / ".servers" / "prosody-modules"
PORTS = ("c2s", "c2s_tls", "http", "https", "mqtt", "mqtts")
_CONFIG = """
run_as_root = {root}
daemonize = false
pidfile = "{directory}/prosody.pid"
data_path = "{directory}/data"
plugin_paths = {{ {plugin_paths} }}
installer_plugin_path = "{directory}/installed"
interfaces = {{ "{loopback}" }}
local_interfaces = {{ "{loopback}" }}
log = {{ {log_level} = "{directory}/prosody.log" }}
modules_enabled = {{ {modules} }}
modules_disabled = {{ "s2s" }}
admins = {{ "admin@{domain}" }}
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = {tls_required}
allow_unencrypted_plain_auth = {plain_allowed}
c2s_ports = {{ {c2s} }}
c2s_interfaces = {{ "{loopback}" }}
c2s_direct_tls_ports = {{ {c2s_tls} }}
c2s_direct_tls_interfaces = {{ "{loopback}" }}
http_ports = {{ {http} }}
http_interfaces = {{ "{loopback}" }}
https_ports = {{ {https} }}
https_interfaces = {{ "{loopback}" }}
-- Its README calls these mqtt_ports, which is ignored: it would listen on 1883.
pubsub_mqtt_ports = {{ {mqtt} }}
pubsub_mqtt_interfaces = {{ "{loopback}" }}
pubsub_mqtt_tls_ports = {{ {mqtts} }}
pubsub_mqtt_tls_interfaces = {{ "{loopback}" }}
pubsub_mqtt_tls_ssl = {ssl}
certificates = "{certificates}"
smacks_hibernation_time = 60
archive_expires_after = "1d"
default_archive_policy = true
ssl = {ssl}
https_ssl = {ssl}
c2s_direct_tls_ssl = {ssl}
{extra_global}

VirtualHost "{domain}"
  http_host = "{loopback}"
{extra_host}

Component "conference.{domain}" "muc"
  modules_enabled = {{ "muc_mam" }}
  restrict_room_creation = false
  muc_room_locking = false

Component "pubsub.{domain}" "pubsub"
  modules_enabled = {{ {pubsub_modules} }}
  autocreate_on_publish = true
  autocreate_on_subscribe = true
  admins = {{ "bot@{domain}", "alice@{domain}" }}

Component "upload.{domain}" "http_file_share"
  http_host = "{loopback}"
  http_external_url = "https://{loopback}:{https}/"
  http_file_share_size_limit = 1024*1024
"""


class Prosody(Server):
    """A Prosody; its accounts are files, so they can change while it runs."""

    domain: str

    def account(self, user: str, password: str) -> None:
        """Make an account, or change its password."""
        folder = self.directory / "data" / self.domain.replace(".", "%2e") / "accounts"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{user}.dat").write_text(f'return {{\n\t["password"] = "{password}";\n}};\n')

    def upgrade(self) -> None:
        """Stop it, and start it with the MQTT module of 2025 in place of that of 2023."""
        self.stop()
        config = self.directory / "prosody.cfg.lua"
        older, newer = (", ".join(f'"{path}"' for path in _plugin_paths(which)) for which in (False, True))
        config.write_text(config.read_text().replace(f"{{ {older} }}", f"{{ {newer} }}"))
        self.start()


def prosody(
    directory: Path,
    files: Certificates,
    domain: str,
    *,
    users: Mapping[str, str],
    tls_required: bool,
    mqtt: bool,
    newer_mqtt: bool,
    extra_modules: Iterable[str],
    extra_global: str,
    extra_host: str,
    log_level: str,
) -> Prosody:
    """Return an XMPP server, not yet started; ports `c2s`, `c2s_tls`, `http`, `https`, `mqtt`, `mqtts`."""
    ports = kept_ports(directory, PORTS)
    (directory / "data").mkdir(exist_ok=True)
    config = directory / "prosody.cfg.lua"
    config.write_text(
        _CONFIG.format(
            root=_lua(IS_ROOT),
            directory=directory,
            loopback=LOOPBACK,
            domain=domain,
            log_level=log_level,
            modules=", ".join(f'"{name}"' for name in (*_MODULES, *extra_modules)),
            tls_required=_lua(tls_required),
            plain_allowed=_lua(not tls_required),
            ssl=f'{{ certificate = "{files.server}"; key = "{files.server_key}" }}',
            certificates=files.ca.parent,
            plugin_paths=", ".join(f'"{path}"' for path in _plugin_paths(newer_mqtt)),
            pubsub_modules='"pubsub_mqtt"' if mqtt else "",
            extra_global=extra_global,
            extra_host=extra_host,
            **ports,
        )
    )
    argv = [program("prosody"), "--config", str(config), "-F"]
    # The ports open one after the other; that for MQTT over TLS only with newer modules.
    wait_for = ["c2s", "c2s_tls", "http", "https", *(["mqtt"] if mqtt else [])]
    wait_for += ["mqtts"] if mqtt and newer_mqtt else []
    server = Prosody("prosody", directory, argv, ports, wait_for=wait_for)
    server.domain = domain
    for user, password in users.items():
        server.account(user, password)
    return server


def _plugin_paths(newer_mqtt: bool) -> list[str]:
    if newer_mqtt and not _NEWER.is_dir():
        raise ServerMissingError("a newer mod_pubsub_mqtt is missing; scripts/setup --servers fetches it")
    return [*([str(_NEWER)] if newer_mqtt else []), _MODULES_PATH]


def _lua(value: bool) -> str:
    return "true" if value else "false"
