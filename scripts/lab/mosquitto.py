"""A private Mosquitto."""

from collections.abc import Mapping
from pathlib import Path
import subprocess

from .certificates import Certificates
from .ports import LOOPBACK, kept_ports
from .server import IS_ROOT, Server, program


def mosquitto(
    directory: Path,
    files: Certificates,
    *,
    auth: Mapping[str, str] | None,
    tls: bool,
    mtls: bool,
    websockets: bool,
    extra: str,
    port: int,
) -> Server:
    """Return a broker, not yet started; ports `mqtt` and, if asked for, `ws`."""
    ports = kept_ports(directory, ["mqtt", "ws"] if websockets else ["mqtt"])
    if port:
        ports["mqtt"] = port
    lines = [
        "per_listener_settings false",
        "persistence true",
        f"persistence_location {directory}/",
        "autosave_interval 1",
        f"log_dest file {directory}/mosquitto.log",
        "log_type all",
        "connection_messages true",
        *_authentication(directory, auth),
        f"listener {ports['mqtt']} {LOOPBACK}",
        *_tls(files, tls=tls, mtls=mtls),
    ]
    if IS_ROOT:
        lines.append("user root")  # it else drops to a user that cannot read the directory
    if websockets:
        # Mosquitto 2.0 binds WebSockets to every address, whatever it is told, unless the domain is given.
        lines += [f"listener {ports['ws']} {LOOPBACK}", "socket_domain ipv4", "protocol websockets"]
    config = directory / "mosquitto.conf"
    config.write_text("\n".join([*lines, extra, ""]))
    return Server(
        "mosquitto", directory, [program("mosquitto"), "-c", str(config)], ports, wait_for=list(ports)
    )


def _authentication(directory: Path, auth: Mapping[str, str] | None) -> list[str]:
    if auth is None:
        return ["allow_anonymous true"]
    passwords = directory / "passwords"
    passwords.touch(mode=0o600)
    for user, password in auth.items():
        subprocess.run(
            [program("mosquitto_passwd"), "-b", str(passwords), user, password],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return ["allow_anonymous false", f"password_file {passwords}"]


def _tls(files: Certificates, *, tls: bool, mtls: bool) -> list[str]:
    if not (tls or mtls):
        return []
    lines = [f"certfile {files.server}", f"keyfile {files.server_key}"]
    if mtls:
        lines += [f"cafile {files.ca}", "require_certificate true", "use_identity_as_username true"]
    return lines
