"""Notices for rooms that wait: until the bot is in the room, or until the room has passed them on."""

from collections.abc import Iterator

from ..bot.model.notice import Notice


class RoomNotices:
    """Notices of one session by the bare JIDs of their rooms, each room's in the order in which they came."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[str, Notice]] = {}

    def __contains__(self, notice_id: str) -> bool:
        return any(notice_id in waiting for waiting in self._rooms.values())

    def put(self, room: str, notice: Notice) -> None:
        """Have a notice wait."""
        self._rooms.setdefault(room, {})[notice.id] = notice

    def pop(self, notice_id: str) -> tuple[str, Notice | None]:
        """Return a notice that waits no more, after its room; nothing if it did not wait."""
        for room, waiting in self._rooms.items():
            if notice_id in waiting:
                return room, waiting.pop(notice_id)
        return "", None

    def of(self, room: str) -> Iterator[Notice]:
        """Yield what waits for a room, the oldest first."""
        yield from list(self._rooms.get(room, {}).values())

    def count(self, room: str) -> int:
        """Return how many wait for a room."""
        return len(self._rooms.get(room, ()))

    def take(self, room: str) -> dict[str, Notice]:
        """Take all that waits for a room, by id."""
        return self._rooms.pop(room, {})

    def put_first(self, room: str, notices: dict[str, Notice]) -> None:
        """Have notices wait before those that do already."""
        if notices:
            self._rooms[room] = notices | self._rooms.get(room, {})

    def clear(self) -> None:
        """Forget them all: the session has ended, and the outbox says them again."""
        self._rooms.clear()
