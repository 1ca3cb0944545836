"""`scripts/bench [--json FILE] [--messages N] [--repeats N] [--qos N] [--profile]`."""

import argparse
from dataclasses import asdict
import json
from pathlib import Path
from statistics import median
import sys

from lab.servers import Lab

from . import chat, commits, known, rules, stages
from .load import TOPICS, Load
from .receive import RECEIVERS
from .run import blocked, measure

HELD_TOO_LONG_MS = 50.0

type Figures = dict[str, object]

# A home's broker has its own defaults; only what would lose messages of the load is lifted.
BROKER = "max_queued_messages 0\nlog_dest none\npersistence false"


def main() -> None:
    arguments = _arguments()
    if arguments.profile:
        stages.main()
        return
    names = arguments.only or list(RECEIVERS)
    load = Load(arguments.messages, arguments.qos)
    with Lab() as lab:
        broker = lab.mosquitto(extra=BROKER).ports["mqtt"]
        rates = _rates(broker, load, names, arguments.repeats)
        _print_rates(rates, load)
        figures: Figures = {"messages_per_cpu_second": {name: round(rate) for name, rate in rates.items()}}
        failures = [] if arguments.only else _measure_the_rest(lab, broker, load, figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    if failures:
        sys.exit("\n".join(failures))


def _measure_the_rest(lab: Lab, broker: int, load: Load, figures: Figures) -> list[str]:
    """Measure what only the whole path has; return what is not as it must be."""
    held = blocked(broker, load, _tell)
    _print_held(held)
    latency = chat.latency(lab, broker, _tell)
    _print_latency(latency)
    figures["loop_blocked_ms_p99"] = round(held["p99"], 2)
    figures["loop_blocked_ms_worst"] = round(held["held"], 2)
    figures["mqtt_to_chat_ms"] = {name: round(latency.normal[name], 1) for name in ("p50", "p99")}
    figures["commit_ms"] = _measure_commits()
    failures = _measure_known(lab, figures)
    if held["held"] > HELD_TOO_LONG_MS:
        failures.append(f"FAILURE: the event loop was held for more than {HELD_TOO_LONG_MS:.0f} ms")
    return failures + _measure_rules(figures)


def _measure_known(lab: Lab, figures: Figures) -> list[str]:
    _tell("configurations")
    found = known.measure(lab.mosquitto(extra=BROKER).ports["mqtt"])
    figures["known_5000"] = {name: round(value, 2) for name, value in asdict(found).items()}
    print(f"\n{known.CONFIGURATIONS:,} retained configurations: known after {found.seconds:.2f} s,")
    print(f"of which {found.cpu_seconds:.2f} s of a processor; the loop was held for {found.held_ms:.1f} ms")
    print(f"at the longest, and they take {found.grown_mb:.1f} MB.")
    return list(known.failures(found))


def _measure_commits() -> dict[str, float]:
    _tell("commits")
    found = commits.compare()
    print(
        f"\nA commit of one message: {found.ordinary:.2f} ms; with an alert in it {found.with_alert:.2f} ms,"
    )
    print("since that waits until the disk has it (the median of each, taking turns).")
    return {"ordinary": round(found.ordinary, 3), "with_alert": round(found.with_alert, 3)}


def _measure_rules(figures: Figures) -> list[str]:
    _tell("alert rules")
    found = rules.compare()
    _print_rules(found)
    figures["rules_10_to_10000_ratio"] = found.receive.ratio
    figures["rules_10_to_10000_and_one_more_a_message_ratio"] = found.one_more.ratio
    figures["rules_with_conditions_beside_ratio"] = found.joined.ratio
    figures["rules_so_with_conditions_beside_ratio"] = found.met.ratio
    figures["rules_with_conditions_beside_10000_ratio"] = found.joined_many.ratio
    return list(rules.failures(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--messages", type=int, default=20_000, help="measured messages a run (20000)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each receiver, taking turns (3)")
    parser.add_argument("--qos", type=int, default=1, choices=(0, 1), help="quality of service (1)")
    parser.add_argument("--only", nargs="+", choices=RECEIVERS, help="compare just these, and nothing more")
    parser.add_argument(
        "--profile", action="store_true", help="time each stage of the path by itself instead"
    )
    return parser.parse_args()


def _rates(port: int, load: Load, names: list[str], repeats: int) -> dict[str, float]:
    """Return messages per CPU second of each, the median of runs that take turns."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(repeats):
        for name in names:
            _tell(f"{name} ({turn + 1}/{repeats})")
            found[name].append(measure(name, port, load).per_cpu_second)
    return {name: median(rates) for name, rates in found.items()}


def _print_rates(rates: dict[str, float], load: Load) -> None:
    print(f"\nMessages per CPU second of the receiving process ({load.messages:,} messages, QoS {load.qos},")
    print(f"{TOPICS:,} topics, Mosquitto; the median of runs that take turns)\n")
    base = rates.get("paho_mqtt5")
    for name, rate in rates.items():
        ratio = f"{rate / base:8.2f} × paho_mqtt5" if base else ""
        print(f"  {name:14} {rate:12,.0f} {1e6 / rate:10.1f} µs each {ratio}")


def _print_held(held: dict[str, float]) -> None:
    print("\nEvent loop held during the whole path, the load and then hostile payloads (5 MB and more, JSON")
    print("nested 10,000 deep, a device of 2,500 components) and a marker that reads 5,000 notices:")
    print(f"p99 {held['p99']:.1f} ms, longest {held['worst']:.1f} ms,")
    print(f"of which by this process {held['held']:.1f} ms")


def _print_rules(found: rules.Found) -> None:
    print(
        f"\nA message with {rules.FEW} alert rules and with {rules.MANY:,}, "
        f"in microseconds of the event loop (the median\nof {rules.ROUNDS} rounds that take turns). "
        "The rules that are about a message are the same ones, but in the third line. In the next\n"
        f"two it is {rules.FEW} rules both times, and the second time each has another topic's condition,\n"
        "times of the week, and a rule that it waits for; in the second of them its own condition is so\n"
        "both times, and the other topic's is not. In the last line each has all that both times:\n"
    )
    for name, costs in (
        ("judged by the alert rules", found.judge),
        ("Bot.receive, all of it", found.receive),
        ("and one more rule for each topic", found.one_more),
        ("rules with conditions beside", found.joined),
        ("and the first condition is so", found.met),
        ("10 and 10,000 of them", found.joined_many),
    ):
        print(f"  {name:34} {costs.few:8.2f} {costs.many:8.2f} {costs.ratio:8.2f} ×")


def _print_latency(latency: chat.Latency) -> None:
    print(
        "\nFrom publish to the contact's XMPP client (Mosquitto, the bot's parts in one process without Home"
    )
    print("Assistant, Prosody; 10 messages a second):")
    for name, times in (("normal", latency.normal), ("alert", latency.alert)):
        print(f"  {name:8} p50 {times['p50']:8.1f} ms, p99 {times['p99']:8.1f} ms")
    print("Normal messages are gathered on purpose: 0.3 s, and new chat messages keep 2 s apart.")


def _tell(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
