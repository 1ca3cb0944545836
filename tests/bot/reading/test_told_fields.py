"""Fields of plain JSON, found by their names."""

from bot.reading.told_fields import ToldFields
from bot.text.excepted import parted_by_except


def test_a_line_of_any_length_is_looked_at_as_often() -> None:
    fields, looked = ToldFields(), list[str]()
    fields.learn([("print/printer", "printer", "toner 20 · paper ok")])

    def spoken(topic: str) -> bool:
        looked.append(topic)
        return True

    assert fields.begun(("toner",) * 5_000, spoken) == (0, [], False)
    assert len(looked) <= 20


def test_blanks_part_nothing_however_many_there_are() -> None:
    assert parted_by_except("lamps off" + "\t" * 20_000 + "except" + " " * 20_000 + "hall") == [
        "lamps off",
        "hall",
    ]
