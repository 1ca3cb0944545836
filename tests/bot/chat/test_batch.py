"""What waits in a batch takes little memory."""

from copy import replace
import json

from fakes import NOON, reading

from bot.chat.batch import LARGE_JSON, Batch
from bot.model.rules import Subscription


def test_of_a_large_message_what_its_json_was_parsed_to_does_not_wait() -> None:
    batch = Batch(1.0)
    for number, size in enumerate((1, LARGE_JSON)):
        payload = json.dumps({"text": "x" * size})
        parsed = replace(reading(f"t/{number}", payload), json=json.loads(payload))
        batch.add(parsed, Subscription("t/#"), NOON)
    assert [one.reading.json is None for one in batch.latest] == [False, True]
    assert all(one.reading.text for one in batch.latest)
