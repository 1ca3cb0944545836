"""The name of a broker that cannot be looked up, and then can: DNS that fails, hangs, and comes back."""

import socket
import threading
from typing import Any

from broker_bench import Bench, Opener, run_blocking
import pytest

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.broker import login
from custom_components.dinox_mqtt_bot.broker.probe import probe
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings
from lab.servers import Server

NAME = "broker.example.test"


class NameService:
    """Knows one name, if it `works`; while it `hangs` it does not answer. Counts who asks at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.works = False
        self.asked = 0
        self.at_once = 0
        self.most_at_once = 0
        self._answers = threading.Event()
        self._answers.set()
        self._system = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def hang(self) -> None:
        self._answers.clear()

    def answer(self) -> None:
        self._answers.set()

    def _look_up(self, host: Any, *args: Any, **options: Any) -> Any:
        if host != NAME:
            return self._system(host, *args, **options)
        self.asked += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self._answers.wait(60)
        self.at_once -= 1
        if not self.works:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._system("127.0.0.1", *args, **options)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Any:
    service = NameService(monkeypatch)
    yield service
    service.answer()


async def test_a_name_that_is_not_found_says_so_and_is_found_later(
    link: Opener, names: NameService, mosquitto: Server
) -> None:
    bench: Bench = link(mosquitto, host=NAME)
    await bench.offline("unknown_host")
    assert "Name or service not known" in bench.link.status.detail
    await bench.until(lambda: names.asked >= 3)
    names.works = True
    await bench.online()


async def test_a_name_that_is_lost_while_connected_is_missed_with_the_next_connection_only(
    link: Opener, names: NameService, mosquitto: Server
) -> None:
    names.works = True
    bench: Bench = link(mosquitto, host=NAME)
    await bench.online()
    names.works = False
    bench.link.reconnect()
    await bench.offline("unknown_host")
    names.works = True
    await bench.online()


async def test_a_name_service_that_hangs_keeps_one_thread_and_no_more(
    link: Opener, names: NameService, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(login, "_ABANDON_SECONDS", 0.05)
    names.hang()
    bench: Bench = link(mosquitto, host=NAME)
    reported: list[int] = []
    monkeypatch.setattr(bench.link._backoff, "next", lambda: reported.append(1) or 0.01)
    await bench.offline("unknown_host")
    await bench.until(lambda: len(reported) >= 5)
    assert (names.asked, names.most_at_once) == (1, 1)
    assert bench.link.status.phase is Phase.OFFLINE
    names.works = True
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 10.0)
    names.answer()
    await bench.online()
    assert names.most_at_once == 1


async def test_stop_does_not_wait_for_a_name_service(
    link: Opener, names: NameService, mosquitto: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "_ABANDON_SECONDS", 0.05)
    names.hang()
    bench: Bench = link(mosquitto, host=NAME)
    await bench.until(lambda: names.at_once)
    await bench.link.stop()
    assert names.at_once == 1


@pytest.mark.parametrize("hangs", [False, True])
async def test_the_dialog_is_told_that_the_name_is_unknown(
    names: NameService, monkeypatch: pytest.MonkeyPatch, socket_enabled: None, *, hangs: bool
) -> None:
    monkeypatch.setattr(login, "_CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(login, "_ABANDON_SECONDS", 0.05)
    if hangs:
        names.hang()
    with pytest.raises(BotError, match="unknown_host") as refused:
        await probe(BrokerSettings(NAME, 1883, "c"), None, run_blocking)
    assert refused.value.placeholders["host"] == NAME
