"""The name of a server that cannot be looked up, and then can: DNS that fails, hangs, and comes back."""

from collections.abc import Iterator
import socket
import threading
from typing import Any

from people import QUICK, World, until
import pytest

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.xmpp.probe import probe
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing

NAME = "chat.example.test"
IMPATIENT = Timing(connect=0.2, answer=4, first_pause=0.02, longest_pause=0.1)


class NameService:
    """Knows one name, if it `works`; while it `hangs` it does not answer. Counts who asks at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.works = False
        self.asked = 0
        self.at_once = 0
        self._answers = threading.Event()
        self._answers.set()
        self._system = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def hang(self) -> None:
        self._answers.clear()

    def answer(self) -> None:
        self._answers.set()

    def _look_up(self, host: Any, *args: Any, **options: Any) -> Any:
        if host not in {NAME, "home.test"}:
            return self._system(host, *args, **options)
        self.asked += 1
        self.at_once += 1
        self._answers.wait(60)
        self.at_once -= 1
        if not self.works:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self._system("127.0.0.1", *args, **options)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameService]:
    service = NameService(monkeypatch)
    yield service
    service.answer()


async def test_a_name_that_is_not_found_says_so_and_is_found_later(world: World, names: NameService) -> None:
    bot = await world.bot(wait=False, host=NAME)
    await bot.offline("unknown_host")
    assert "name resolution" in bot.link.status.detail
    await until(lambda: names.asked >= 3)
    names.works = True
    await bot.online()


async def test_a_session_outlives_the_name_service(world: World, names: NameService) -> None:
    names.works = True
    bot = await world.bot(host=NAME)
    alice = await world.person("alice")
    names.works = False
    bot.say("still here")
    await until(lambda: alice.bodies == ["still here"])
    bot.link.reconnect()
    await bot.offline("unknown_host")
    names.works = True
    await bot.online()


@pytest.mark.parametrize("where", [{"host": NAME}, {"host": "", "port": 0}])
async def test_a_name_service_that_hangs_is_asked_once(
    world: World, names: NameService, where: dict[str, Any]
) -> None:
    """Each question takes one of Home Assistant's threads until it is answered."""
    names.hang()
    bot = await world.bot(wait=False, timing=IMPATIENT, **where)
    await bot.offline("unknown_host")
    losses = len(bot.reasons)
    bot.link.reconnect()
    await until(lambda: len(bot.reasons) > losses)
    assert (names.asked, names.at_once) == (1, 1)
    await bot.link.stop()
    names.answer()
    await until(lambda: not names.at_once)


async def test_a_name_service_that_hung_is_used_again(world: World, names: NameService) -> None:
    names.hang()
    bot = await world.bot(wait=False, host=NAME, timing=QUICK)
    await bot.offline("unknown_host")
    names.works = True
    names.answer()
    await bot.online()


@pytest.mark.parametrize("hangs", [False, True])
async def test_the_dialog_is_told_that_the_name_is_unknown(
    world: World, names: NameService, *, hangs: bool
) -> None:
    if hangs:
        names.hang()
    with pytest.raises(BotError, match="xmpp_unknown_host"):
        await probe(world.settings(host=NAME), world.lab.client_ssl(), timing=IMPATIENT)
