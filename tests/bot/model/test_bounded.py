"""The dictionary that forgets its oldest."""

from hypothesis import given, strategies as st

from bot.model.bounded import Bounded


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers())), st.integers(1, 5))
def test_what_was_put_last_stays(pairs: list[tuple[str, int]], size: int) -> None:
    newest = Bounded[str, int](size)
    model: list[tuple[str, int]] = []
    for key, value in pairs:
        newest.put(key, value)
        model = [*(pair for pair in model if pair[0] != key), (key, value)][-size:]
        assert list(newest.items()) == model
