"""What is left of a long answer, until somebody asks for more of it."""

from dataclasses import dataclass, replace

from ..commands.command import Command
from ..model.bounded import Bounded
from ..model.replies import Caller, Reply, Surface, Table, Text

MOST_LEFT = 100
"""People for whom something is left."""

type _Who = tuple[Surface, str, str]


@dataclass(frozen=True, slots=True)
class _Left:
    """Rows that were not shown yet, and the command that brings what comes behind them."""

    rows: Table | None = None
    command: Command | None = None


class Pages:
    """The rest of the last long answer to each, by who asked where."""

    def __init__(self) -> None:
        self._left = Bounded[_Who, _Left](MOST_LEFT)

    def begin(self, reply: Reply, command: Command | None, caller: Caller) -> Reply:
        """Return as much of a reply as is read at once, and keep the rest for who asked."""
        following = command.following() if command and isinstance(reply, Table) and reply.further else None
        if not isinstance(reply, Table) or (len(reply.rows) <= reply.page and following is None):
            return reply
        shown, rest = _parted(reply)
        self._left.put(_key(caller), _Left(rest, following))
        return shown

    def more(self, caller: Caller) -> Reply | Command:
        """Return the next rows for somebody, or the command that brings them."""
        left = self._left.pop(_key(caller), None)
        if left is None:
            return Text("more_nothing")
        if left.rows is None:
            assert left.command is not None
            return left.command
        shown, rest = _parted(left.rows)
        if rest is not None or left.command is not None:
            self._left[_key(caller)] = replace(left, rows=rest)
        return shown


def _parted(table: Table) -> tuple[Table, Table | None]:
    """Return the rows of a table that are read first, of some the last ones, and those that are left."""
    count = len(table.rows) - table.page
    if count <= 0:
        return table, None
    if table.keep_last:
        shown, rest = table.rows[-table.page :], table.rows[:count]
    else:
        shown, rest = table.rows[: table.page], table.rows[table.page :]
    return replace(table, rows=shown, left=count), replace(table, rows=rest)


def _key(caller: Caller) -> _Who:
    return caller.surface, caller.who, caller.room
