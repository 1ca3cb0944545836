"""What is wanted is what the broker holds, and overlapping filters show a publish once."""

import asyncio
from collections import Counter
from dataclasses import replace

from broker_bench import Bench, Opener, Peer
from publishing import Publish, publish
import pytest
from scripted_broker import scripted

from custom_components.dinox_mqtt_bot.bot.model.message import Message, Properties, QoS
from custom_components.dinox_mqtt_bot.broker import copies as copies_module
from custom_components.dinox_mqtt_bot.broker.connack import Connack
from custom_components.dinox_mqtt_bot.broker.copies import Copies, identifier_of
from custom_components.dinox_mqtt_bot.broker.settings import Protocol
from custom_components.dinox_mqtt_bot.broker.wanted import Request, Subscribe, Unsubscribe, Wanted
from lab.mqtt_wire import Visit, packet
from lab.servers import Server

V5 = Connack(Protocol.MQTT_5, session_present=False, identifiers=True)
V5_RESUMED = Connack(Protocol.MQTT_5, session_present=True, identifiers=True)
V311 = Connack(Protocol.MQTT_311, session_present=False)
V311_RESUMED = Connack(Protocol.MQTT_311, session_present=True)


def requests(wanted: Wanted) -> list[Request]:
    """Send everything; the packet identifiers go on where they were."""
    sent = []
    for request in wanted.requests():
        wanted.sent(len(wanted._pending) + 1, request)
        sent.append(request)
    return sent


def grant(wanted: Wanted, code: int = 1) -> None:
    """Let the broker answer everything."""
    for mid, request in list(wanted._pending.items()):
        if isinstance(request, Subscribe):
            wanted.answered(mid, [(code, "reason")] * len(request.filters))
        else:
            wanted.left(mid)


def asked(filters: list[Request]) -> list[str]:
    return [name for request in filters if isinstance(request, Subscribe) for name, _ in request.filters]


def given_up(filters: list[Request]) -> list[str]:
    return [name for request in filters if isinstance(request, Unsubscribe) for name in request.filters]


def test_only_the_difference_is_asked_for() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1), "b": QoS(1)})
    wanted.opened(V5)
    assert asked(requests(wanted)) == ["a", "b"]
    grant(wanted)
    wanted.want({"b": QoS(1), "c": QoS(1)})
    sent = requests(wanted)
    assert (given_up(sent), asked(sent)) == (["a"], ["c"])
    assert requests(wanted) == []


def test_what_is_renewed_is_asked_for_again_with_its_retained_messages() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1), "b": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    grant(wanted)
    wanted.opened(V5_RESUMED)
    wanted.renew(["a", "unknown"])
    sent = {name: each.retain_handling for each in requests(wanted) for name in asked([each])}
    assert sent == {"a": 0, "b": 1}
    grant(wanted)
    wanted.renew(["b"])
    assert asked(requests(wanted)) == ["b"]


def test_another_qos_is_another_wish() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(0)})
    wanted.opened(V5)
    requests(wanted)
    wanted.want({"a": QoS(2)})
    assert requests(wanted) == [Subscribe((("a", QoS(2)),), identifier_of("a"))]


def test_without_identifiers_a_packet_has_100_filters() -> None:
    wanted = Wanted()
    wanted.want({f"t/{n}": QoS(1) for n in range(250)})
    wanted.opened(V311)
    assert [len(r.filters) for r in requests(wanted)] == [100, 100, 50]


def test_what_the_session_kept_is_not_new() -> None:
    wanted = Wanted()
    wanted.want({"kept": QoS(1), "zero": QoS(0), "$share/g/s": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    for mid, request in list(wanted._pending.items()):
        assert isinstance(request, Subscribe)
        wanted.answered(mid, [(int(qos), "") for _, qos in request.filters])
    wanted.closed(abruptly=True)
    wanted.want({"kept": QoS(1), "zero": QoS(0), "$share/g/s": QoS(1), "new": QoS(1)})
    wanted.opened(V5_RESUMED)
    handling = {r.filters[0][0]: r.retain_handling for r in requests(wanted) if isinstance(r, Subscribe)}
    assert handling == {"kept": 1, "zero": 0, "$share/g/s": 0, "new": 0}


def test_without_its_session_everything_is_new() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    grant(wanted)
    wanted.closed(abruptly=True)
    wanted.opened(V5)
    assert requests(wanted) == [Subscribe((("a", QoS(1)),), identifier_of("a"))]


def test_what_an_earlier_run_left_is_given_up() -> None:
    wanted = Wanted(held=["old", "kept"])
    wanted.want({"kept": QoS(1)})
    wanted.opened(V311_RESUMED)
    sent = requests(wanted)
    assert (given_up(sent), asked(sent)) == (["old"], ["kept"])


def test_what_was_given_up_on_a_dying_connection_is_given_up_again() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1)})
    wanted.opened(V311)
    requests(wanted)
    grant(wanted)
    wanted.want({})
    assert given_up(requests(wanted)) == ["a"]
    wanted.closed(abruptly=True)
    wanted.opened(V311_RESUMED)
    assert given_up(requests(wanted)) == ["a"]
    grant(wanted)
    assert requests(wanted) == []


def test_a_refusal_is_kept_until_the_next_connection() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    grant(wanted, 0x87)
    assert wanted.refused == {"a": "reason"}
    wanted.want({"a": QoS(1), "b": QoS(1)})
    assert asked(requests(wanted)) == ["b"]
    wanted.closed(abruptly=False)
    wanted.opened(V5_RESUMED)
    assert wanted.refused == {}
    assert asked(requests(wanted)) == ["a", "b"]


def test_an_answer_that_nobody_waits_for_is_ignored() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    wanted.want({})
    requests(wanted)
    grant(wanted)
    wanted.answered(77, [(0, "")])
    assert wanted.refused == {}
    assert not wanted._granted


@pytest.mark.parametrize(
    ("connack", "name", "reason"),
    [
        (V5, "a#", "invalid_filter"),
        (Connack(Protocol.MQTT_5, False, shared_subscriptions=False), "$share/g/a", "no_shared"),
        (Connack(Protocol.MQTT_5, False, wildcards=False), "a/+", "no_wildcards"),
    ],
)  # fmt: skip
def test_what_the_broker_cannot_do_it_is_not_asked_for(connack: Connack, name: str, reason: str) -> None:
    wanted = Wanted()
    wanted.want({name: QoS(1)})
    wanted.opened(connack)
    assert requests(wanted) == []
    assert wanted.refused == {name: reason}


def test_nothing_is_asked_without_a_connection() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1)})
    assert requests(wanted) == []


@pytest.mark.parametrize("connack", [V5, V311])
def test_a_filter_that_costs_the_connection_is_found_and_refused(connack: Connack) -> None:
    wanted = Wanted()
    names = {name: QoS(1) for name in ("a", "deadly", "z")}
    wanted.want(names)
    for _ in range(10):
        wanted.opened(connack)
        while sent := asked(requests(wanted)):
            if "deadly" in sent:
                break
            grant(wanted)
        answered = [mid for mid, r in wanted._pending.items() if "deadly" not in asked([r])]
        for mid in answered if connack is V5 else []:
            wanted.answered(mid, [(1, "")])
        wanted.closed(abruptly=True)
    assert wanted.refused == {"deadly": "closes_connection"}
    assert wanted._granted.keys() | wanted._asked.keys() == {"a", "z"}
    wanted.pardon()
    wanted.opened(connack)
    assert sorted(asked(requests(wanted))) == ["a", "deadly", "z"]


def test_a_connection_that_was_closed_by_us_blames_nobody() -> None:
    wanted = Wanted()
    wanted.want({"a": QoS(1)})
    for _ in range(5):
        wanted.opened(V5)
        requests(wanted)
        wanted.closed(abruptly=False)
    assert wanted.refused == {}


def copy(topic: str, *filters: str, qos: int = 1) -> Message:
    identifiers = tuple(identifier_of(name) for name in filters)
    return Message(topic, b"", qos, properties=Properties(subscription_identifiers=identifiers))


def test_who_owns_a_topic_that_is_too_long_is_looked_up_each_time() -> None:
    both, long = copies(home_any=1, home_t=1), f"home/{'t' * 60_000}"
    assert not both.is_surplus(copy(long, "home/#"))
    assert both.is_surplus(copy("home/t", "home/#"))
    assert list(both._owners) == list(both._filters._found) == ["home/t"]


def copies(**granted: int) -> Copies:
    made = Copies()
    for name, qos in granted.items():
        made.grant(name.replace("_", "/").replace("any", "#"), QoS(qos))
    return made


def test_the_copy_of_the_most_specific_filter_counts() -> None:
    both = copies(home_any=1, home_t=1)
    assert [both.is_surplus(copy("home/t", name)) for name in ("home/#", "home/t")] == [True, False]


def test_the_copy_with_the_higher_qos_counts() -> None:
    both = copies(home_any=1, home_t=0)
    assert [both.is_surplus(copy("home/t", name)) for name in ("home/#", "home/t")] == [False, True]


def test_one_copy_for_all_filters_counts() -> None:
    assert not copies(home_any=1, home_t=1).is_surplus(copy("home/t", "home/#", "home/t"))


def test_a_copy_of_an_unknown_filter_counts() -> None:
    assert not copies(home_any=1, home_t=1).is_surplus(copy("home/t", "home/+"))


def test_a_copy_without_an_identifier_counts() -> None:
    assert not copies(home_any=1, home_t=1).is_surplus(copy("home/t"))


def test_a_topic_that_no_filter_matches_has_no_surplus() -> None:
    assert not copies(home_any=1, home_t=1).is_surplus(copy("garden", "home/#"))


def test_a_shared_subscription_owns_no_topic() -> None:
    both = copies(home_any=0)
    both.grant("$share/g/home/t", QoS(1))
    assert not both.is_surplus(copy("home/t", "home/#"))
    assert both.is_surplus(copy("home/t", "$share/g/home/t"))
    both.revoke("$share/g/home/t")
    assert not both.is_surplus(copy("home/t", "$share/g/home/t"))


def test_after_a_filter_has_gone_the_next_one_counts() -> None:
    both = copies(home_any=1, home_t=1, other=1)
    assert both.is_surplus(copy("home/t", "home/#"))
    both.revoke("home/t")
    assert not both.is_surplus(copy("home/t", "home/#"))


def test_the_memory_of_owners_is_bounded() -> None:
    both = copies(home_any=1, other=1)
    for number in range(20_010):
        both.is_surplus(copy(f"home/{number}", "home/#"))
    assert len(both._owners) < 20_000


def test_what_another_takes_the_place_of_is_given_up_once_that_is_granted() -> None:
    wanted = Wanted()
    wanted.want({"x/+": QoS(1), "y": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    grant(wanted)
    wanted.want({"x/#": QoS(1)})
    sent = requests(wanted)
    assert (given_up(sent), asked(sent)) == (["y"], ["x/#"])
    assert requests(wanted) == []
    assert not wanted.copies.is_surplus(copy("x/1", "x/+"))
    grant(wanted)
    assert given_up(requests(wanted)) == ["x/+"]


@pytest.mark.parametrize("code", [0x87, None])
def test_what_another_cannot_take_the_place_of_is_given_up_all_the_same(code: int | None) -> None:
    """It is refused, or never answered: what is not wanted is not held on to."""
    wanted = Wanted()
    wanted.want({"x/+": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    grant(wanted)
    wanted.want({"x/#": QoS(1)})
    assert given_up(requests(wanted)) == []
    if code is None:
        wanted.doubt(wanted.unanswered)
    else:
        grant(wanted, code)
    assert given_up(requests(wanted)) == ["x/+"]


def test_of_very_many_it_is_not_asked_which_take_the_place_of_which() -> None:
    wanted = Wanted(held=[f"old/{number}" for number in range(200)])
    wanted.want({f"new/{number}": QoS(1) for number in range(200)})
    wanted.opened(V5_RESUMED)
    assert given_up(requests(wanted)) == []
    grant(wanted)
    assert len(given_up(requests(wanted))) == 200


def test_what_leaves_with_the_session_owns_no_topic_in_the_next() -> None:
    wanted = Wanted()
    wanted.want({"x/#": QoS(1), "x/1": QoS(1)})
    wanted.opened(V5)
    requests(wanted)
    grant(wanted)
    wanted.want({"x/#": QoS(1)})
    requests(wanted)
    wanted.closed(abruptly=True)
    wanted.opened(V5)
    assert wanted.copies._known == set()


def test_while_filters_change_the_first_copy_counts_and_then_the_owners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(copies_module, "monotonic", lambda: clock[0])
    both = copies(home_any=1, home_t=1)
    both.grant("$share/g/home/t", QoS(1))
    both.change()
    wide, narrow = copy("home/t", "home/#"), copy("home/t", "home/t")
    assert [both.is_surplus(each) for each in (wide, narrow, narrow, wide, wide)] == [
        *(False, True, False, True, False)
    ]
    assert both.is_surplus(copy("home/t", "$share/g/home/t"))
    assert both.is_surplus(replace(wide, retain=True))
    clock[0] += 5
    # The last of them has its copy on the way still.
    both.change()
    assert not both.is_surplus(wide)
    clock[0] += 4.9
    both._unsettled_until = clock[0]
    assert [both.is_surplus(each) for each in (wide, narrow, narrow)] == [True, True, False]


@pytest.mark.parametrize("protocol", [Protocol.MQTT_5, Protocol.MQTT_311])
@pytest.mark.parametrize("pause", [0.01, 0.1])
async def test_filters_that_change_while_messages_come_lose_and_double_nothing(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol, pause: float
) -> None:
    bench: Bench = link(mosquitto, protocol=protocol)
    top = f"flow{protocol}{pause}".replace(".", "_")
    wide, narrow, level = f"{top}/#", f"{top}/b", f"{top}/+"
    sets = (
        *((wide,), (wide, narrow), (wide,), (wide, level), (level, wide, narrow)),
        *((narrow,), (level, narrow), (level,)),
    )
    await bench.subscribed(wide)
    payloads = [b"%d" % number if number % 3 else b"same" for number in range(600)]

    async def say() -> None:
        for payload in payloads:
            await peer.publish(f"{top}/b", payload, qos=1)

    said = asyncio.create_task(say())
    turn = 0
    while not said.done():
        await asyncio.wait({said}, timeout=pause)
        turn += 1
        bench.link.want(dict.fromkeys(sets[turn % len(sets)], QoS.AT_LEAST_ONCE))
    await said
    await peer.publish(f"{top}/b", b"end", qos=1)
    await bench.until(lambda: b"end" in bench.payloads)
    assert Counter(bench.payloads) == Counter([*payloads, b"end"])


@pytest.mark.parametrize("protocol", [Protocol.MQTT_5, Protocol.MQTT_311])
async def test_overlapping_filters_show_a_publish_once(
    link: Opener, peer: Peer, mosquitto: Server, protocol: Protocol
) -> None:
    bench: Bench = link(mosquitto, protocol=protocol)
    top = f"lap{protocol}"
    await bench.subscribed(f"{top}/#", f"{top}/+", f"{top}/a")
    for number in range(20):
        await peer.publish(f"{top}/a", b"%d" % number, qos=1)
    await peer.publish(f"{top}/end", b"end", qos=1)
    await bench.until(lambda: b"end" in bench.payloads)
    assert bench.payloads == [*[b"%d" % number for number in range(20)], b"end"]
    await bench.link.publish("other", b"", QoS.AT_LEAST_ONCE, False)
    assert bench.link.unacknowledged == 0


async def test_surplus_copies_of_qos_2_are_acknowledged(link: Opener, peer: Peer, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    await bench.subscribed("lap2/#", "lap2/a", qos=QoS.EXACTLY_ONCE)
    for number in range(30):
        await peer.publish("lap2/a", b"%d" % number, qos=2)
    await bench.received(30)
    assert bench.payloads == [b"%d" % number for number in range(30)]


async def test_a_wish_may_change_at_any_time(link: Opener, peer: Peer, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    bench.link.want({"early": QoS.AT_MOST_ONCE})
    await bench.settled()
    bench.link.want({"late": QoS.AT_MOST_ONCE})
    bench.link.want({"later": QoS.AT_MOST_ONCE, "late": QoS.AT_MOST_ONCE})
    await bench.settled()
    for topic in ("early", "late", "later"):
        await peer.publish(topic, topic.encode(), qos=1)
    await bench.received(2)
    assert bench.payloads == [b"late", b"later"]


async def test_a_thousand_filters_are_subscribed(link: Opener, peer: Peer, mosquitto: Server) -> None:
    bench: Bench = link(mosquitto)
    await bench.subscribed(*[f"thousand/{number}" for number in range(1_000)])
    await peer.publish("thousand/0", b"0", qos=1)
    await peer.publish("thousand/999", b"999", qos=1)
    await bench.received(2)
    assert bench.payloads == [b"0", b"999"]


async def test_shared_subscriptions_split_the_load(link: Opener, peer: Peer, mosquitto: Server) -> None:
    benches: list[Bench] = [link(mosquitto), link(mosquitto)]
    for bench in benches:
        await bench.subscribed("$share/crew/load")
    for number in range(20):
        await peer.publish("load", b"%d" % number, qos=1)
    await benches[0].until(lambda: sum(len(bench.messages) for bench in benches) == 20)
    assert all(bench.messages for bench in benches)


async def test_filters_of_an_earlier_run_are_given_up(link: Opener, peer: Peer, mosquitto: Server) -> None:
    first: Bench = link(mosquitto, client_id="held")
    await first.subscribed("held/old", "held/new")
    await first.link.stop()
    second: Bench = link(mosquitto, client_id="held", held=["held/old", "held/new"])
    await second.subscribed("held/new")
    await peer.publish("held/old", b"old", qos=1)
    await peer.publish("held/new", b"new", qos=1)
    await second.received(1)
    assert second.payloads == [b"new"]


async def test_retained_messages_do_not_come_again_with_the_session(
    link: Opener, peer: Peer, mosquitto: Server
) -> None:
    await peer.publish("stay", b"retained", qos=1, retain=True)
    bench: Bench = link(mosquitto)
    await bench.subscribed("stay")
    await bench.received(1)
    bench.cut()
    await bench.until(lambda: len(bench.statuses) == 3)
    await bench.settled()
    await peer.publish("stay", b"live", qos=1)
    await bench.received(2)
    assert bench.payloads == [b"retained", b"live"]


async def test_a_refused_filter_is_told_with_its_reason(link: Opener) -> None:
    async def act(visit: Visit) -> None:
        await visit.welcome(b"\x29\0")
        await visit.grant(0x87, 1)
        visit.send(publish(Publish("open", b"1"), v5=True))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.subscribed("secret", "open")
        await bench.received(1)
        assert bench.link.refused == {"secret": "Not authorized"}
        await bench.until(lambda: len(bench.statuses) > 1 and bench.statuses[-1] == bench.statuses[-2])
        await bench.link.stop()


async def test_a_broker_without_identifiers_gets_none(link: Opener) -> None:
    bodies: list[bytes] = []

    async def act(visit: Visit) -> None:
        await visit.welcome(b"\x29\0")
        bodies.append(await visit.grant(1, 1))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.subscribed("a", "b")
        assert bodies[0][2:] == b"\0" + b"\0\1a\1" + b"\0\1b\1"
        await bench.link.stop()


async def test_a_subscription_of_mqtt_5_has_its_identifier(link: Opener) -> None:
    bodies: list[bytes] = []

    async def act(visit: Visit) -> None:
        await visit.welcome()
        bodies.append(await visit.grant(1))
        leaving = await visit.expect(10)
        visit.send(packet(0xB0, leaving[:2] + b"\0\0"))
        await visit.forever()

    async with scripted(act) as broker:
        bench: Bench = link(broker.port)
        await bench.subscribed("a")
        size = bodies[0][2]
        assert bodies[0][3] == 0x0B
        assert bodies[0][3 + size :] == b"\0\1a\1"
        bench.link.want({})
        await bench.settled()
        await bench.link.stop()
