"""Private servers on loopback for the tests and the demonstration.

    with Lab() as lab:
        broker = lab.mosquitto(auth={"ha": "secret"})
        xmpp = lab.prosody(users={"bot": "secret", "alice": "secret"})

Everything listens on 127.0.0.1 only, lives in a directory of its own, and ends with the `with` block, also
on SIGTERM. After SIGKILL of the calling process the servers stay behind.
"""

from collections.abc import Iterable, Mapping
import contextlib
from datetime import timedelta
from pathlib import Path
import shutil
import signal
import ssl
import sys
import tempfile
import threading
from typing import Self, override

from .certificates import certificates, has_expired, renew
from .ejabberd import Ejabberd, ejabberd
from .mosquitto import mosquitto
from .ports import LOOPBACK, free_ports
from .prosody import Prosody, prosody
from .server import Server, ServerMissingError, ServerStartError, end_orphan

__all__ = [
    "LOOPBACK",
    "Ejabberd",
    "Lab",
    "Prosody",
    "Server",
    "ServerMissingError",
    "ServerStartError",
    "free_ports",
]

DOMAIN = "home.test"
_DOMAINS = (DOMAIN, f"conference.{DOMAIN}", f"pubsub.{DOMAIN}", f"upload.{DOMAIN}", "localhost")


class Lab(contextlib.ExitStack):
    """A set of private servers. `root` is where their files are: given, it is kept; else it is temporary."""

    domain = DOMAIN

    def __init__(self, root: Path | None = None) -> None:
        """Nothing starts before the `with` block is entered."""
        super().__init__()
        self._kept = root is not None
        self.root = root or Path(tempfile.mkdtemp(prefix="lab-"))
        self.root.mkdir(parents=True, exist_ok=True)
        self.certificates = certificates(self.root, _DOMAINS)

    @override
    def __enter__(self) -> Self:
        super().__enter__()
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        if not self._kept:
            self.callback(shutil.rmtree, self.root, ignore_errors=True)
        return self

    @property
    def ca(self) -> Path:
        """The certificate of the authority that all servers' certificates come from."""
        return self.certificates.ca

    def client_ssl(self, *, certificate: bool = False) -> ssl.SSLContext:
        """Return a context that trusts the servers; with `certificate` it can prove a client's name."""
        context = ssl.create_default_context(cafile=str(self.ca))
        if certificate:
            context.load_cert_chain(self.certificates.client, self.certificates.client_key)
        return context

    def directory(self, name: str) -> Path:
        """Return a directory for one server: always the same in a kept root, else a fresh one."""
        if not self._kept:
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root))
        directory = self.root / name
        directory.mkdir(exist_ok=True)
        end_orphan(directory)
        return directory

    def renew(self, **lasts: float) -> None:
        """Give the servers another certificate, read when they start: `seconds=5`; without, for years."""
        renew(self.certificates, _DOMAINS, *([timedelta(**lasts)] if lasts else []))

    def has_expired(self) -> bool:
        """Whether the servers' certificate is no longer valid."""
        return has_expired(self.certificates)

    def run[S: Server](self, server: S) -> S:
        """Start a server and end it with the `with` block."""
        self.callback(server.stop)
        server.start()
        return server

    def mosquitto(
        self,
        *,
        auth: Mapping[str, str] | None = None,
        tls: bool = False,
        mtls: bool = False,
        websockets: bool = False,
        extra: str = "",
        port: int = 0,
    ) -> Server:
        """Start a broker: anonymous unless `auth`; ports `mqtt`, `ws`. `extra` are lines for its file."""
        return self.run(
            mosquitto(
                self.directory("mosquitto"),
                self.certificates,
                auth=auth,
                tls=tls,
                mtls=mtls,
                websockets=websockets,
                extra=extra,
                port=port,
            )
        )

    def prosody(
        self,
        *,
        users: Mapping[str, str] | None = None,
        tls_required: bool = False,
        mqtt: bool = False,
        newer_mqtt: bool = False,
        extra_modules: Iterable[str] = (),
        extra_global: str = "",
        extra_host: str = "",
        log_level: str = "debug",
    ) -> Prosody:
        """Start an XMPP server with ports `c2s` (STARTTLS), `c2s_tls`, `https` (uploads), `mqtt`, ...

        With `mqtt` PubSub is on MQTT too: as of 2023, which delivers nothing, or `newer_mqtt` as of 2025.
        """
        return self.run(
            prosody(
                self.directory("prosody"),
                self.certificates,
                self.domain,
                users=users or {},
                tls_required=tls_required,
                mqtt=mqtt,
                newer_mqtt=newer_mqtt,
                extra_modules=extra_modules,
                extra_global=extra_global,
                extra_host=extra_host,
                log_level=log_level,
            )
        )

    def ejabberd(
        self,
        *,
        release: str = "",
        users: Mapping[str, str] | None = None,
        tls_required: bool = False,
        mqtt_options: str = "{}",
        extra_modules: str = "",
        extra_global: str = "",
        log_level: str = "info",
    ) -> Ejabberd:
        """Start an XMPP server and broker: ports `c2s`, `c2s_tls`, `mqtt`, `mqtts`, `mqtt_ws`, ...

        With `release` it is that of another Debian, one of `ejabberd.NEWER`.
        """
        server = self.run(
            ejabberd(
                self.directory("ejabberd"),
                self.certificates,
                self.domain,
                release=release,
                tls_required=tls_required,
                mqtt_options=mqtt_options,
                extra_modules=extra_modules,
                extra_global=extra_global,
                log_level=log_level,
            )
        )
        for user, password in (users or {}).items():
            server.account(user, password, self.domain)
        return server
