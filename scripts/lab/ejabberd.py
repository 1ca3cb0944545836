"""A private ejabberd."""

from functools import cache
from http.client import HTTPConnection, HTTPException
import json
import os
from pathlib import Path
import subprocess
from tempfile import TemporaryDirectory

from .certificates import Certificates
from .ports import LOOPBACK, connect, kept_ports
from .server import IS_ROOT, Server, ServerMissingError, program

SERVERS = Path(__file__).parents[2] / ".servers"
NEWER = {"trixie": "24.12", "forky": "26.07"}
"""Debian's releases whose ejabberd `scripts/ejabberd` fetches, and its version when last looked at."""

_PORTS = ("c2s", "c2s_tls", "http", "https", "mqtt", "mqtts", "mqtt_ws")
_CONFIG = """
loglevel: {log_level}
log_rotate_count: 0
hosts: ["{domain}"]
certfiles: ["{bundle}"]
ca_file: "{ca}"
auth_method: internal
auth_password_format: plain
default_db: mnesia
{extra_global}
listen:
  - {{ port: {c2s}, ip: "{loopback}", module: ejabberd_c2s, starttls: true,
       starttls_required: {tls_required}, access: c2s }}
  - {{ port: {c2s_tls}, ip: "{loopback}", module: ejabberd_c2s, tls: true, access: c2s }}
  - {{ port: {http}, ip: "{loopback}", module: ejabberd_http, request_handlers: {{ /api: mod_http_api }} }}
  - {{ port: {https}, ip: "{loopback}", module: ejabberd_http, tls: true,
       request_handlers: {{ /upload: mod_http_upload }} }}
  - {{ port: {mqtt}, ip: "{loopback}", module: mod_mqtt, backlog: 100 }}
  - {{ port: {mqtts}, ip: "{loopback}", module: mod_mqtt, backlog: 100, tls: true }}
  - {{ port: {mqtt_ws}, ip: "{loopback}", module: ejabberd_http, request_handlers: {{ /mqtt: mod_mqtt }} }}
acl:
  admin: {{ user: ["admin@{domain}"] }}
  local: {{ user_regexp: "" }}
  loopback: {{ ip: [127.0.0.0/8] }}
access_rules:
  local: {{ allow: local }}
  c2s: {{ deny: blocked, allow: all }}
  configure: {{ allow: admin }}
  trusted_network: {{ allow: loopback }}
api_permissions:
  "lab": {{ from: [mod_http_api], who: {{ ip: 127.0.0.0/8 }}, what: "*" }}
shaper: {{}}
shaper_rules: {{ max_user_sessions: 20, max_user_offline_messages: 500, c2s_shaper: none }}
modules:
  mod_adhoc: {{}}
  mod_admin_extra: {{}}
  mod_avatar: {{}}
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_client_state: {{}}
  mod_configure: {{}}
  mod_disco: {{}}
  mod_http_api: {{}}
  mod_http_upload:
    host: "upload.{domain}"
    docroot: "{directory}/upload"
    put_url: "https://{loopback}:{https}/upload"
    get_url: "https://{loopback}:{https}/upload"
    max_size: 1048576
    thumbnail: false
  mod_last: {{}}
  mod_mam: {{ assume_mam_usage: true, default: always }}
  mod_mqtt: {mqtt_options}
  mod_muc: {{ default_room_options: {{ mam: true }} }}
  mod_muc_admin: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_private: {{}}
  mod_pubsub: {{ plugins: [flat, pep] }}
  mod_push: {{}}
  mod_push_keepalive: {{}}
  mod_register: {{ ip_access: trusted_network }}
  mod_roster: {{ versioning: true }}
  mod_stream_mgmt: {{ resend_on_timeout: if_offline, resume_timeout: 60 }}
  mod_time: {{}}
  mod_vcard: {{}}
  mod_vcard_xupdate: {{}}
  mod_version: {{}}
{extra_modules}
"""
# Run with another root: the server's files are there too, and so are devices and processes.
_ELSEWHERE = """
set -e
root=$1 files=$2
shift 2
mount -t tmpfs none "$root/tmp"
mkdir -p "$root$files"
mount --rbind "$files" "$root$files"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
exec chroot "$root" "$@"
"""


class Ejabberd(Server):
    """An ejabberd; `api` is its mod_http_api."""

    def upgrade(self, release: str) -> None:
        """Stop it, and start that of another Debian with its data and its configuration."""
        self.stop()
        self._argv, self._env = _process(release, self.directory)
        self.start()

    def api(self, command: str, **arguments: str | int) -> object:
        """Call a command of ejabberd and return its answer. Raises OSError when it refuses."""
        with connect(self.ports["http"]) as sock:
            connection = HTTPConnection(LOOPBACK, self.ports["http"])
            connection.sock = sock
            body = json.dumps(arguments)
            try:
                connection.request("POST", f"/api/{command}", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
            except HTTPException as err:
                raise ConnectionError(command) from err
        if answer.status != 200:
            raise ConnectionError(f"{command}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text or b"null")

    def account(self, user: str, password: str, domain: str) -> None:
        """Make an account, or change its password."""
        try:
            self.api("register", user=user, host=domain, password=password)
        except ConnectionError:
            self.api("change_password", user=user, host=domain, newpass=password)


def ejabberd(
    directory: Path,
    files: Certificates,
    domain: str,
    *,
    release: str,
    tls_required: bool,
    mqtt_options: str,
    extra_modules: str,
    extra_global: str,
    log_level: str,
) -> Ejabberd:
    """Return an XMPP server and MQTT broker, not yet started; ports `c2s`, `c2s_tls`, `mqtt`, `mqtts`, ..."""
    ports = kept_ports(directory, _PORTS)
    (directory / "spool").mkdir(exist_ok=True)
    (directory / "upload").mkdir(exist_ok=True)
    _config(directory).write_text(
        _CONFIG.format(
            log_level=log_level,
            domain=domain,
            bundle=files.bundle,
            ca=files.ca,
            extra_global=extra_global,
            loopback=LOOPBACK,
            tls_required=str(tls_required).lower(),
            directory=directory,
            mqtt_options=mqtt_options,
            extra_modules=extra_modules,
            **ports,
        )
    )
    (directory / "inetrc").write_text('{lookup,["file","native"]}.\n{host,{127,0,0,1},["localhost"]}.\n')
    argv, env = _process(release, directory)
    return Ejabberd(
        "ejabberd",
        directory,
        argv,
        ports,
        wait_for=_PORTS,
        # The listeners open before the accounts are there.
        ready=lambda server: server.wait(lambda: _status(server), "its API never answered"),
        env=env,
    )


def _config(directory: Path) -> Path:
    return directory / "ejabberd.yml"


def _status(server: Server) -> object:
    assert isinstance(server, Ejabberd)
    return server.api("status")


def _process(release: str, directory: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment that run the ejabberd of a Debian on what is in a directory."""
    root = _root(release)
    # Without -name and -sname it needs no epmd, no cookie and no port for distribution.
    argv = ["-noinput", "+K", "true", "+S", "2:2", "+sbwt", "none"]
    argv += ["-mnesia", "dir", f'"{directory}/spool"', "-ejabberd", "quiet", "true", "-s", "ejabberd"]
    return [*_erlang(root, directory.parent), *argv], _environment(root, directory)


def _root(release: str) -> Path:
    return SERVERS / f"ejabberd-{release}" if release else Path("/")


@cache
def newer_ejabberd_runs(release: str) -> bool:
    """Tell whether `scripts/ejabberd` has fetched that of a Debian, and this machine lets it run there."""
    root = _root(release)
    if not (root / "usr/sbin/ejabberdctl").exists():
        return False
    with TemporaryDirectory() as files:
        command = [*_elsewhere(root, Path(files)), "/bin/true"]
        return not subprocess.run(command, capture_output=True, check=False).returncode


def _erlang(root: Path, files: Path) -> list[str]:
    """Return the command that runs Erlang; one of another root sees, of this machine, only `files`."""
    if root == Path("/"):
        return [program("erl")]
    return [*_elsewhere(root, files), "/usr/bin/erl"]


def _elsewhere(root: Path, files: Path) -> list[str]:
    unshare = [program("unshare"), "--mount", *([] if IS_ROOT else ["--map-root-user"])]
    return [*unshare, "sh", "-c", _ELSEWHERE, "sh", str(root), str(files)]


def _environment(root: Path, directory: Path) -> dict[str, str]:
    libraries = next((root / "usr/lib").glob("*/ejabberd-*"), None)
    if libraries is None:
        raise ServerMissingError("ejabberd is not installed; scripts/setup --servers installs it")
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "ERL_LIBS": f"/{libraries.parent.relative_to(root)}",
        "EJABBERD_CONFIG_PATH": str(_config(directory)),
        "EJABBERD_LOG_PATH": str(directory / "ejabberd.log"),
        "ERL_INETRC": str(directory / "inetrc"),
        "ERL_CRASH_DUMP": str(directory / "erl_crash.dump"),
        "ERL_CRASH_DUMP_SECONDS": "0",
        "ERL_MAX_PORTS": "4096",
        "ERL_MAX_ETS_TABLES": "1400",
    }
