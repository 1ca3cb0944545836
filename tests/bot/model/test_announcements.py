"""Those who want to hear what happens."""

from bot.model.announcements import Listeners


def test_it_is_known_whether_anybody_listens() -> None:
    listeners, heard = Listeners[int](), list[int]()
    assert not listeners
    silence = listeners.listen(heard.append)
    assert listeners
    listeners.announce(1)
    silence()
    listeners.announce(2)
    assert not listeners
    assert heard == [1]
