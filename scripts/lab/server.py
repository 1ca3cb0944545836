"""One server process on this machine's loopback: start it, stop it, kill it, freeze it."""

from collections.abc import Callable, Iterable, Mapping
import contextlib
import os
from pathlib import Path
import shutil
import signal
import subprocess
import time

from .ports import LOOPBACK, connect

__all__ = ["IS_ROOT", "LOOPBACK", "Server", "ServerMissingError", "ServerStartError", "end_orphan", "program"]

IS_ROOT = os.geteuid() == 0

type Ready = Callable[["Server"], None]


class ServerStartError(RuntimeError):
    """The server did not come up; the text ends with its log."""


class ServerMissingError(ServerStartError):
    """The server's program is not on this machine."""


def program(name: str, *folders: str) -> str:
    """Return the path of a program, also from /usr/sbin, which is not on every user's PATH."""
    path = os.pathsep.join(
        [os.environ.get("PATH", ""), *(folders or ("/usr/sbin", "/usr/bin", "/usr/local/sbin"))]
    )
    found = shutil.which(name, path=path)
    if found is None:
        raise ServerMissingError(f"{name} is not installed; scripts/setup --servers installs it")
    return found


def end_orphan(directory: Path) -> None:
    """End the server that a killed program left behind in this directory."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((directory / "pid").read_text())
        command = Path(f"/proc/{pid}/cmdline")
        # The number may be another program's by now. A dead process has no command line.
        while str(directory).encode() in command.read_bytes():
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


class Server:
    """One running server. `ports` and `directory` stay the same over restarts."""

    def __init__(
        self,
        name: str,
        directory: Path,
        argv: list[str],
        ports: dict[str, int],
        *,
        wait_for: Iterable[str],
        ready: Ready | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """`wait_for` names the ports that must answer before `start` returns; then `ready` is called."""
        self.name = name
        self.directory = directory
        self.ports = ports
        self._argv = argv
        self._env = env
        self._wait_for = tuple(wait_for)
        self._ready = ready
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id; 0 when it is not running."""
        return self._child.pid if self._child is not None and self._child.poll() is None else 0

    @property
    def running(self) -> bool:
        """Whether the process lives (a frozen one does)."""
        return self.pid != 0

    def start(self) -> None:
        """Start it, again on the same ports and data, and wait until it answers. Raises ServerStartError."""
        if self.running:
            return
        with (self.directory / "stdout.log").open("ab") as out:
            self._child = subprocess.Popen(
                self._argv,
                cwd=self.directory,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self.directory / "pid").write_text(str(self._child.pid))
        try:
            for name in self._wait_for:
                self.wait_port(name)
            if self._ready is not None:
                self._ready(self)
        except BaseException as err:
            self.kill()
            if isinstance(err, ServerStartError):
                raise ServerStartError(f"{self.name}: {err}\n{self.log()[-3000:]}") from err
            raise

    def wait_port(self, name: str, timeout: float = 180) -> None:
        """Wait until the port answers. Raises ServerStartError."""
        self.wait(lambda: connect(self.ports[name], 1).close(), f"port {name} did not open", timeout)

    def wait(self, attempt: Callable[[], object], complaint: str, timeout: float = 180) -> None:
        """Repeat `attempt` until it raises no OSError. Raises ServerStartError."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not self.running:
                raise ServerStartError("it ended at once")
            with contextlib.suppress(OSError):
                attempt()
                return
            time.sleep(0.02)
        raise ServerStartError(complaint)

    def stop(self, sig: int = signal.SIGTERM, timeout: float = 15) -> None:
        """End it and wait for its end; after `timeout` by SIGKILL."""
        if self._child is None or self._child.poll() is not None:
            return
        self.thaw()
        self._child.send_signal(sig)
        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it the hard way (SIGKILL): it can neither say goodbye nor save."""
        if self._child is not None:
            self._signal_all(signal.SIGKILL)
            self._child.wait(10)

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Let it hang: its connections stay open and answer nothing (SIGSTOP)."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, sig: int) -> None:
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, sig)

    def log(self) -> str:
        """Return everything it logged, file by file."""
        files = sorted(self.directory.glob("*.log"))
        return "".join(f"--- {file.name}\n{file.read_text(errors='replace')}" for file in files)
