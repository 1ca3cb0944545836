"""Random messages, as a broken device, a hostile one, or somebody with a text editor would publish them."""

from collections.abc import Callable, Mapping
import json
import random
import time
from typing import Any

from custom_components.dinox_mqtt_bot.bot.model.message import NO_PROPERTIES, Message, Properties

from .configurations import Configurations
from .words import Words

TOPICS = (
    *(
        "home/a",
        "home/b",
        "home/freezer/temperature",
        "home/x/y/z",
        "home//",
        "/",
        "home/ev\nil",
        "home/💧/x",
    ),
    *("$SYS/broker/x", "home/\u202eevil", "a.b/json/node", "pubsub.x/utf8/n", "esp/x", "home/" + "x" * 3000),
    *("home/" + "/".join("l" * 200), "zigbee2mqtt/dev", "zigbee2mqtt/dev/availability", "home/#", "home/+"),
)
_CONFIGS = tuple(
    f"homeassistant/{kind}/config"
    for kind in (
        *("sensor/a", "sensor/n/o", "device/d1", "light/l", "climate/c", "event/e", "fan/e", "update/u"),
        *("cover/c", "number/c", "select/c", "lock/c", "switch/s", "binary_sensor/b", "device_automation/a"),
        *("valve/v", "siren/s", "humidifier/h", "text/t", "button/b", "image/i", "camera/c", "vacuum/v"),
    )
)
_TASMOTA = ("tasmota/discovery/AABBCCDDEEFF/config", "tasmota/discovery/AABBCCDDEEFF/sensors")
_BEGINNINGS = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM", b"ID3", b"RIFF1234WEBP", b"OggS"),
    *(b"\x1aE\xdf\xa3", b"\0\0\0\x18ftypmp42", b"PK\3\4", b"\x1f\x8b\x08", b"\xff\xfb\x90", b"%PDF-1.7"),
)
_BLANKS = (b"", b" ", b"\n", b"\0", b"null", b"\xef\xbb\xbf22", b"22\0", b"\xff\xfe2\x002\x00", b"{}", b"[]")
_TIMES = (
    "1",
    "1700000000",
    "1700000000000",
    "2026-01-01",
    "9" * 400,
    "-1e999",
    "nan",
    "+99:99",
    "2026-11-28T10:00:00+99:99",
)
_MOST_DEEP, _MOST_LONG = 100_000, 1_000_000


class Payloads:
    """The same messages every time for one `chance`."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words = Words(chance)
        self._configurations = Configurations(chance, self._words, TOPICS)
        self._kinds: tuple[tuple[int, Callable[[], bytes]], ...] = (
            (40, lambda: self._words.number().encode()),
            (30, self._json),
            (10, lambda: chance.randbytes(chance.randrange(64))),
            (10, lambda: chance.choice(_BEGINNINGS) + chance.randbytes(chance.randrange(64))),
            (10, lambda: _encoded("".join(self._words.word() for _ in range(chance.randrange(1, 6))))),
            (10, lambda: b"[" * chance.randrange(200) + b"1" + b"]" * chance.randrange(200)),
            (10, lambda: _encoded(self._words.word()) * chance.randrange(1, 400)),
            (
                10,
                lambda: bytes(chance.choices(b'{}[]",:0123456789.eE+-truefalsn \\u', k=chance.randrange(60))),
            ),
            (10, self._damaged),
            (10, lambda: chance.choice(_BLANKS)),
            (10, self._sensor),
            (3, self._tasmota),
            (2, self._large),
        )
        self._weights = [weight for weight, _ in self._kinds]

    def message(self) -> Message:
        chance = self._chance
        topic = self._topic()
        return Message(
            topic,
            self._payload(topic),
            qos=chance.randrange(3),
            retain=chance.random() < 0.3,
            repeated=chance.random() < 0.1,
            received=time.time(),
            properties=self._properties(),
            packet_id=chance.randrange(65_536),
            connection=chance.randrange(3),
        )

    def _topic(self) -> str:
        chance = self._chance
        drawn = chance.random()
        if drawn < 0.4:
            return chance.choice(_CONFIGS)
        if drawn < 0.43:
            return chance.choice(_TASMOTA)
        if drawn < 0.93:
            return chance.choice(TOPICS)
        return "home/" + self._words.odd_characters(chance.randrange(1, 20))

    def _payload(self, topic: str) -> bytes:
        chance = self._chance
        if topic.startswith("homeassistant/") and chance.random() < 0.8:
            payload = _dumped(self._configurations.one(), as_ascii=chance.random() < 0.2)
            drawn = chance.random()
            if drawn < 0.05:
                return b""
            return payload[: chance.randrange(len(payload) + 1)] if drawn < 0.15 else payload
        make = chance.choices(self._kinds, self._weights)[0][1]
        return make()

    def _json(self) -> bytes:
        return _dumped(self._words.value(), as_ascii=self._chance.random() < 0.3)

    def _damaged(self) -> bytes:
        payload = bytearray(_dumped(self._words.value(), as_ascii=False))
        for _ in range(self._chance.randrange(4)):
            if payload:
                payload[self._chance.randrange(len(payload))] = self._chance.randrange(256)
        return bytes(payload)

    def _sensor(self) -> bytes:
        chance = self._chance
        value = {
            "t": chance.uniform(-50, 50),
            "value": chance.uniform(0, 99),
            "unit": chance.choice(("°C", "%", "")),
        }
        text = json.dumps(value)
        # The C library's words, as devices write them.
        humidity = chance.choice(("nan", "-nan", "inf", "1e999", "01", "+3"))
        return text.replace("}", f', "h": {humidity}}}').encode()

    def _tasmota(self) -> bytes:
        words = self._words
        config: dict[str, object] = {
            **{key: words.word() for key in ("ip", "dn", "t", "ft")},
            **{key: words.value(3) for key in ("rl", "so", "sn")},
            "fn": [words.word(), None],
            "tp": ["cmnd", "stat", "tele"],
            "ver": 1,
        }
        return _dumped(config, as_ascii=False)

    def _large(self) -> bytes:
        """Return what is deep, long, wide or many at once."""
        chance = self._chance
        deep, long = chance.randrange(_MOST_DEEP), chance.randrange(_MOST_LONG)
        makers: tuple[Callable[[], bytes], ...] = (
            lambda: b"[" * deep + b"]" * deep,
            lambda: b'{"a":' * deep + b"1" + b"}" * deep,
            lambda: b"9" * min(long, 100_000),
            lambda: b'{"n":' + b"9" * min(long, 100_000) + b"}",
            lambda: b"[" + b"1," * (long // 2) + b"1]",
            lambda: json.dumps({f"k{number}": number for number in range(long // 100)}).encode(),
            lambda: b'"' + b"\\u00e9" * (long // 6) + b'"',
            lambda: _encoded(self._words.word() or "x") * (long // 8),
            lambda: chance.randbytes(long),
            lambda: b"<html><title>" + b"<b>" * (long // 3),
            lambda: b"#EXTM3U\n" + b"http://a/b.m3u8\n" * (long // 16),
            *[lambda: b"1" + _encoded(self._words.run(_MOST_LONG))] * 8,
            lambda: json.dumps({"t": self._words.run(_MOST_LONG), self._words.run(2_000): 1}).encode(),
        )
        return chance.choice(makers)()

    def _properties(self) -> Properties:
        chance, words = self._chance, self._words
        if chance.random() < 0.7:
            return NO_PROPERTIES
        user = tuple(
            (
                chance.choice(("unit", "label", "timestamp", "UNIT", "late", "x", words.word())),
                chance.choice((words.word(), words.number(), chance.choice(_TIMES))),
            )
            for _ in range(chance.randrange(4))
        )
        return Properties(
            user=user,
            content_type=chance.choice(("", words.word())),
            response_topic=chance.choice(("", "home/a")),
            correlation_data=chance.randbytes(chance.randrange(9)),
        )


def as_text(message: Message) -> str:
    """Write a message down so that it can be published again."""
    properties = message.properties
    said: Mapping[str, Any] = {
        "topic": message.topic,
        "payload": message.payload.hex(),
        "qos": message.qos,
        "retain": message.retain,
        "repeated": message.repeated,
        "user": properties.user,
        "content_type": properties.content_type,
    }
    return json.dumps(said)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _dumped(value: object, *, as_ascii: bool) -> bytes:
    return _encoded(json.dumps(value, ensure_ascii=as_ascii))
