"""The private servers do what the other tests rely on."""

from collections.abc import Iterator
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import threading

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
import pytest

from lab.devices import Value
from lab.home import Home
from lab.servers import LOOPBACK, Lab, Server


@pytest.fixture
def lab(socket_enabled: None) -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def retained(port: int, topic: str) -> bytes | None:
    """Return the retained payload of a topic."""
    got: list[bytes] = []
    arrived = threading.Event()

    def hear(_: Client, __: object, message: MQTTMessage) -> None:
        got.append(message.payload)
        arrived.set()

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = hear
    client.connect(LOOPBACK, port)
    client.subscribe(topic)
    client.loop_start()
    arrived.wait(10)
    client.disconnect()
    client.loop_stop()
    return got[0] if got else None


def answers(server: Server) -> bool:
    """Whether somebody listens at the MQTT port."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, server.ports["mqtt"])) == 0


def test_a_restarted_broker_has_its_ports_and_its_retained_messages(lab: Lab) -> None:
    broker = lab.mosquitto()
    port = broker.ports["mqtt"]
    with Home(port) as home:
        home.publish(Value("a", b"kept", 1, retain=True))
    broker.stop()
    stopped = answers(broker)
    broker.start()
    assert (stopped, broker.ports["mqtt"], retained(port, "a")) == (False, port, b"kept")


def test_a_killed_server_is_gone_at_once(lab: Lab) -> None:
    broker = lab.mosquitto()
    broker.kill()
    assert not broker.running
    assert not answers(broker)


def test_a_frozen_server_takes_connections_but_does_not_answer(lab: Lab) -> None:
    broker = lab.mosquitto()
    broker.freeze()
    with socket.create_connection((LOOPBACK, broker.ports["mqtt"]), 1) as sock:
        sock.settimeout(0.5)
        sock.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        with pytest.raises(TimeoutError):
            sock.recv(4)
        broker.thaw()
        sock.settimeout(5)
        assert sock.recv(4) == b"\x20\x02\x00\x00"


def test_a_frozen_server_can_be_stopped(lab: Lab) -> None:
    broker = lab.mosquitto()
    broker.freeze()
    broker.stop(timeout=5)
    assert not broker.running


def test_servers_listen_on_the_loopback_only(lab: Lab) -> None:
    servers = [lab.mosquitto(websockets=True), lab.prosody(mqtt=True), lab.ejabberd()]
    addresses = [
        line.split()[3]
        for line in subprocess.run(
            ["ss", "-ltnpH"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        if any(f"pid={server.pid}," in line for server in servers)
    ]
    ports = {port for server in servers for port in server.ports.values()}
    assert ports >= {int(address.rpartition(":")[2]) for address in addresses}
    assert len(addresses) >= 10
    assert {address.rpartition(":")[0] for address in addresses} == {LOOPBACK}


def test_the_certificates_pass_strict_checks_with_the_domain_as_name(lab: Lab) -> None:
    server = lab.prosody(tls_required=True)
    with (
        socket.create_connection((LOOPBACK, server.ports["c2s_tls"])) as sock,
        lab.client_ssl().wrap_socket(sock, server_hostname=lab.domain) as tls,
    ):
        assert tls.version() == "TLSv1.3"


def test_nothing_is_left_when_the_program_is_terminated(socket_enabled: None) -> None:
    code = (
        "import time\nfrom lab.servers import Lab\n"
        "with Lab() as lab:\n"
        "    broker = lab.mosquitto()\n"
        "    print(broker.pid, lab.root, flush=True)\n"
        "    time.sleep(60)\n"
    )
    scripts = str(Path(__file__).parents[2] / "scripts")
    child = subprocess.Popen(
        [sys.executable, "-c", code], env={"PYTHONPATH": scripts}, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    pid, root = child.stdout.readline().split()
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=15)
    assert not Path(root.decode()).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_a_kept_lab_ends_what_a_killed_program_left_and_takes_its_ports_again(
    socket_enabled: None, tmp_path: Path
) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom lab.servers import Lab\n"
        "lab = Lab(Path(sys.argv[1])).__enter__()\n"
        "print(lab.mosquitto().ports['mqtt'], flush=True)\n"
        "os._exit(1)\n"
    )
    scripts = str(Path(__file__).parents[2] / "scripts")
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={"PYTHONPATH": scripts},
        capture_output=True,
        check=False,
    )
    with Lab(tmp_path) as lab:
        assert lab.mosquitto().ports["mqtt"] == int(killed.stdout)
