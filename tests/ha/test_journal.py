"""What was confirmed is there again, also if Home Assistant did not come to save it."""

from datetime import timedelta
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from running import add_subentry, bot_entry, running, topics

from custom_components.dinox_mqtt_bot.bot.model.rules import Subscription
from custom_components.dinox_mqtt_bot.entry.journal import KEY, MOST_STATES, Journal
from custom_components.dinox_mqtt_bot.entry.rule_store import RuleStore
from custom_components.dinox_mqtt_bot.entry.rules import TOPICS


class Texts:
    """`bot.ports.Memory`, in a dict."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str) -> str:
        return self.texts.get(key, "")

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value


class Home:
    """One entry through changes and sudden ends. `saved` is what Home Assistant has on its disk."""

    def __init__(self, hass: HomeAssistant, *filters: str) -> None:
        self.hass = hass
        self.memory = Texts()
        self.entry = bot_entry({}, topics(*filters), {"paused": False})
        self.entry.add_to_hass(hass)
        self.begin()
        self.saved: dict[str, Any] = {}
        self.save()

    def begin(self) -> None:
        self.journal = Journal(self.hass, self.entry, self.memory)
        self.journal.async_restore()
        self.rules = RuleStore(self.hass, self.entry)

    def note(self) -> None:
        self.journal.async_note()
        self.journal.async_write()

    def save(self) -> None:
        self.saved = json.loads(json.dumps(self.entry.as_dict()))

    async def killed(self) -> None:
        """Begin anew with what was saved."""
        self.journal.async_close()
        self.hass.config_entries._entries.pop(self.entry.entry_id)
        known = self.saved
        self.entry = MockConfigEntry(
            domain=known["domain"],
            title=known["title"],
            entry_id=known["entry_id"],
            options=known["options"],
            subentries_data=known["subentries"],
        )
        object.__setattr__(self.entry, "modified_at", dt_util.parse_datetime(known["modified_at"]))
        self.entry.add_to_hass(self.hass)
        self.begin()

    @property
    def filters(self) -> list[str]:
        return sorted(each.unique_id or "" for each in self.entry.subentries.values())

    def close(self) -> None:
        self.journal.async_close()


@pytest.fixture
def home(hass: HomeAssistant):
    home = Home(hass, "home/a", "home/b")
    yield home
    home.close()


async def test_what_was_not_saved_is_restored(home: Home) -> None:
    await home.rules.put_subscription(Subscription("home/c"))
    home.note()
    await home.rules.remove_subscription("home/a")
    await home.rules.put_subscription(Subscription("home/b", alias="Kitchen"))
    await home.rules.set_paused(True)
    home.note()
    before = {each.unique_id: each.subentry_id for each in home.entry.subentries.values()}
    await home.killed()
    assert home.filters == ["home/b", "home/c"]
    assert [each.title for each in home.entry.subentries.values()] == ["Kitchen", "home/c"]
    assert home.entry.options == {"paused": True}
    assert before == {each.unique_id: each.subentry_id for each in home.entry.subentries.values()}
    # Killed again before it is saved.
    await home.killed()
    assert home.filters == ["home/b", "home/c"]


async def test_what_was_saved_is_left_as_it_is(home: Home) -> None:
    await home.rules.put_subscription(Subscription("home/c"))
    home.note()
    home.save()
    await home.killed()
    assert home.filters == ["home/a", "home/b", "home/c"]
    saved = home.entry.modified_at
    await home.killed()
    assert home.entry.modified_at == saved


async def test_a_state_saved_in_between_is_brought_to_the_last(home: Home) -> None:
    await home.rules.put_subscription(Subscription("home/c"))
    home.note()
    home.save()
    await home.rules.remove_subscription("home/c")
    await home.rules.put_subscription(Subscription("home/d"))
    home.note()
    await home.killed()
    assert home.filters == ["home/a", "home/b", "home/d"]


async def test_what_was_deleted_later_without_the_bot_stays_deleted(home: Home) -> None:
    await home.rules.put_subscription(Subscription("home/c"))
    home.note()
    # The bot is not running: nobody notes it.
    await home.rules.remove_subscription("home/c")
    home.save()
    await home.killed()
    assert home.filters == ["home/a", "home/b"]
    assert home.memory.get(KEY) == ""


async def test_two_that_changed_names_are_restored(home: Home) -> None:
    one, two = home.entry.subentries.values()
    update = home.hass.config_entries.async_update_subentry
    update(home.entry, one, unique_id=None)
    update(home.entry, two, unique_id="home/a", title="was b")
    update(home.entry, one, unique_id="home/b", title="was a")
    home.note()
    await home.killed()
    assert [(each.unique_id, each.title) for each in home.entry.subentries.values()] == [
        ("home/b", "was a"),
        ("home/a", "was b"),
    ]


async def test_what_a_form_is_about_to_do_is_done(home: Home) -> None:
    home.journal.async_foresee(subentry=TOPICS.write(Subscription("home/c")))
    await home.killed()
    assert home.filters == ["home/a", "home/b", "home/c"]
    home.save()
    home.journal.async_foresee(options={"paused": True})
    await home.killed()
    assert (home.entry.options, home.filters) == ({"paused": True}, ["home/a", "home/b", "home/c"])


async def test_what_a_form_has_done_is_not_done_twice(home: Home, hass: HomeAssistant) -> None:
    (rule,) = topics("home/c")
    home.journal.async_foresee(subentry=rule)
    add_subentry(hass, home.entry, rule)
    home.save()
    await home.killed()
    assert home.filters == ["home/a", "home/b", "home/c"]


async def test_changes_by_the_hundred_are_written_together(home: Home, hass: HomeAssistant) -> None:
    for number in range(100):
        await home.rules.put_subscription(Subscription(f"many/{number}"))
        home.journal.async_note()
    assert len(json.loads(home.memory.get(KEY))["subentries"]) == 3
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=1))
    assert len(json.loads(home.memory.get(KEY))["subentries"]) == 102
    await home.killed()
    assert len(home.filters) == 102


async def test_the_first_of_very_many_states_counts(home: Home, hass: HomeAssistant) -> None:
    for number in range(MOST_STATES + 10):
        hass.config_entries.async_update_entry(home.entry, options={"paused": bool(number % 2), "n": number})
        home.journal.async_note()
    home.journal.async_write()
    assert len(json.loads(home.memory.get(KEY))["before"]) == MOST_STATES
    await home.killed()
    assert home.entry.options["n"] == MOST_STATES + 9


def save_to_disk(hass: HomeAssistant, *entries: ConfigEntry) -> None:
    file = Path(hass.config.path(".storage", "core.config_entries"))
    file.parent.mkdir(exist_ok=True)
    written = [json.loads(json.dumps(each.as_dict())) for each in entries]
    file.write_text(json.dumps({"data": {"entries": written}}))


async def later(hass: HomeAssistant, seconds: float) -> None:
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_it_is_forgotten_once_home_assistant_has_saved_it(home: Home, hass: HomeAssistant) -> None:
    save_to_disk(hass, home.entry)
    old = home.saved
    await home.rules.put_subscription(Subscription("home/c"))
    home.note()
    await later(hass, 6)
    assert home.memory.get(KEY) != ""
    save_to_disk(hass, home.entry)
    await later(hass, 20)
    assert home.memory.get(KEY) == ""
    # Whoever puts an older file in its place means it.
    home.saved = old
    await home.killed()
    assert home.filters == ["home/a", "home/b"]


async def test_what_was_saved_in_between_is_no_state_to_go_on_from(home: Home, hass: HomeAssistant) -> None:
    old = home.saved
    await home.rules.put_subscription(Subscription("home/c"))
    home.note()
    save_to_disk(hass, home.entry)
    home.save()
    in_between = home.saved
    await home.rules.put_subscription(Subscription("home/d"))
    home.note()
    await later(hass, 6)
    await home.rules.put_subscription(Subscription("home/e"))
    home.note()
    home.saved = in_between
    await home.killed()
    assert home.filters == ["home/a", "home/b", "home/c", "home/d", "home/e"]
    home.saved = old
    await home.killed()
    assert home.filters == ["home/a", "home/b"]


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"before": 7}', "null"])
async def test_what_cannot_be_read_changes_nothing(home: Home, text: str) -> None:
    home.memory.set(KEY, text)
    await home.killed()
    assert home.filters == ["home/a", "home/b"]


@pytest.mark.parametrize("subentries", [None, [7], [{}]])
async def test_what_is_not_whole_changes_nothing(home: Home, subentries: object) -> None:
    kept = {"subentries": subentries, "options": {}} if subentries else {}
    state = home.entry.modified_at.isoformat()
    home.memory.set(KEY, json.dumps({"before": [state], "state": "", **kept}))
    await home.killed()
    assert home.filters == ["home/a", "home/b"]


async def test_a_running_bot_writes_down_what_the_settings_change(hass: HomeAssistant, data: Any) -> None:
    entry = bot_entry(data, topics("home/a"))
    async with running(hass, entry) as runtime:
        added = add_subentry(hass, entry, topics("home/b")[0])
        await runtime.settle()
        kept = json.loads(runtime.store.get(KEY))
        assert [each["unique_id"] for each in kept["subentries"]] == ["home/a", "home/b"]
        hass.config_entries.async_remove_subentry(entry, added.subentry_id)
        await runtime.settle()
        kept = json.loads(runtime.store.get(KEY))
        assert [each["unique_id"] for each in kept["subentries"]] == ["home/a"]
        assert kept["state"] == entry.modified_at.isoformat()
        # A reload within the second: what is not saved is kept on.
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert json.loads(entry.runtime_data.store.get(KEY))["before"] == kept["before"]


async def test_a_bot_begins_with_what_it_kept(hass: HomeAssistant, data: Any) -> None:
    entry = bot_entry(data, topics("home/a"))
    async with running(hass, entry) as runtime:
        old, options = entry.modified_at, dict(entry.options)
        await RuleStore(hass, entry).put_subscription(Subscription("home/b"))
        await runtime.settle()
    # As if Home Assistant had been killed before it saved.
    first = next(each for each in entry.subentries.values() if each.unique_id == "home/a")
    kept: dict[str, ConfigSubentry] = {first.subentry_id: first}
    object.__setattr__(entry, "subentries", MappingProxyType(kept))
    object.__setattr__(entry, "options", MappingProxyType(options))
    object.__setattr__(entry, "modified_at", old)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert sorted(each.filter for each in entry.runtime_data.bot.rules.subscriptions) == ["home/a", "home/b"]
    assert await hass.config_entries.async_unload(entry.entry_id)
