"""The parts of the run, by name, each with what it needs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from .bombs import drop_bombs
from .damage import damage_databases
from .disks import fill_disk
from .floods import flood_chat, flood_discovery, flood_topics
from .line_fuzz import fuzz_lines
from .omemo import send_encrypted
from .packet_fuzz import fuzz_packets
from .payload_fuzz import fuzz_payloads
from .sm_lies import tell_lies
from .stanza_fuzz import fuzz_stanzas
from .strangers import siege_ejabberd, siege_prosody
from .template_growth import grow_templates
from .trial import Trial
from .voices import forge_voices
from .watch import Watch

type Part = Callable[[Trial, Watch], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, and after how many seconds it hangs: short, long, and per thousand inputs more."""

    run: Part
    seconds: float = 90.0
    long_seconds: float = 900.0
    counted: str = ""
    per_thousand: float = 0.0


PARTS: Mapping[str, Plan] = {
    "payloads": Plan(fuzz_payloads, counted="payloads", per_thousand=10),
    "lines": Plan(fuzz_lines, counted="lines", per_thousand=30),
    "stanzas": Plan(fuzz_stanzas, counted="stanzas", per_thousand=30),
    "packets": Plan(fuzz_packets, counted="sessions", per_thousand=300),
    "bombs": Plan(drop_bombs),
    "templates": Plan(grow_templates),
    "discovery": Plan(flood_discovery),
    "topics": Plan(flood_topics),
    "floods": Plan(flood_chat),
    "disk": Plan(fill_disk),
    "damage": Plan(damage_databases),
    "lies": Plan(tell_lies),
    "voices": Plan(forge_voices),
    "omemo": Plan(send_encrypted),
    "prosody": Plan(siege_prosody, seconds=170),
    "ejabberd": Plan(siege_ejabberd, seconds=170),
}
