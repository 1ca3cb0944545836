"""The outbox and ledger tables: notices as rows, and the changes that move them."""

from dataclasses import asdict
import json
import sqlite3

from ..bot.model.history import LedgerRow
from ..bot.model.notice import Notice, Push, Reference
from ..bot.model.rules import Priority
from ..bot.model.status import Delivery
from .backlog import RowChange
from .damage import built

# States beside those of `Delivery`.
HELD = "held"
MERGED = "merged"
SUPERSEDED = "superseded"
RETRACTED = "retracted"

# Lines of the ledger only: the notice is queued all the same.
RETRYING = "retrying"
AGAIN = "again"

# What was settled and is put again under its id is settled.
PUT = """
INSERT INTO outbox
    (id, contact, text, at, priority, replaces, chain, push, state, changed, room, file, refers)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
MOVE = "UPDATE outbox SET state = ?1, changed = ?2, sent_at = ifnull(sent_at, ?3) WHERE id = ?4"
# What `MOVE` sets: the state of the notice whose id is the last value.
STATE = ("outbox", slice(3, 4))
MERGE = "UPDATE outbox SET state = 'merged', changed = ?2, chain = ?3 WHERE id = ?1"
# A notice whose row was purged, or could not be stored, has no ledger.
ENTER = """
INSERT OR IGNORE INTO ledger (notice, state, at, note) SELECT id, ?2, ?3, ?4 FROM outbox WHERE id = ?1
"""
# The newest of these stays in the ledger.
_NEWEST = """
INSERT INTO ledger (notice, state, at, note) SELECT id, '{}', ?2, ?3 FROM outbox WHERE id = ?1
ON CONFLICT (notice, state) DO UPDATE SET at = excluded.at, note = excluded.note
"""
RETRY, WAITS_AGAIN = _NEWEST.format(RETRYING), _NEWEST.format(AGAIN)

# Read holds for all sent to the contact before: one statement, since rows are in the order of putting.
_READ_WITH = """
    FROM outbox WHERE state IN ('sent', 'received') AND contact = (SELECT contact FROM outbox WHERE id = ?1)
    AND rowid < (SELECT rowid FROM outbox WHERE id = ?1)
"""
_READ_ALL = " FROM outbox WHERE state IN ('sent', 'received') AND ?1 IN ('', contact)"
_ENTER_READ = "INSERT OR IGNORE INTO ledger (notice, state, at) SELECT id, 'read', ?2"
_MOVE_READ = "UPDATE outbox SET state = 'read', changed = ?2 WHERE rowid IN (SELECT rowid"
READ_WITH = (f"{_ENTER_READ} {_READ_WITH}", f"{_MOVE_READ} {_READ_WITH})")
READ_ALL = (f"{_ENTER_READ} {_READ_ALL}", f"{_MOVE_READ} {_READ_ALL})")

_NOTICE = "SELECT id, contact, text, at, priority, replaces, push, room, file, refers FROM outbox"
WAITING = f"{_NOTICE} WHERE state = 'queued' ORDER BY priority >= {Priority.ALERT.value} DESC, at, rowid"
KEPT = f"{_NOTICE} WHERE state = 'held' AND contact = ? ORDER BY at, rowid"
LIVE = """
SELECT id, contact, chain, replaces <> '', state,
    NOT (room OR refers LIKE '%"retracts": true%'), ifnull(sent_at, 0.0)
FROM outbox
WHERE state IN ('queued', 'held', 'sent', 'received') ORDER BY rowid
"""
# A union without doubles ends also where two notices were merged into each other.
LEDGER = """
WITH RECURSIVE wanted (id) AS (
    SELECT value FROM json_each(?)
    UNION
    SELECT chain FROM wanted JOIN outbox ON outbox.id = wanted.id AND state = 'merged'
)
SELECT notice, contact, ledger.state, ledger.at, note
FROM wanted JOIN outbox ON outbox.id = wanted.id JOIN ledger ON notice = outbox.id
ORDER BY ledger.at, ledger.id
"""

# What an earlier run had handed over shortly before the chat server was last there, unconfirmed: alerts, and
# what the contact was told after them, unless its client confirmed something later. That a room has passed
# something on confirms nothing. The server was there until the chat went, or what was last stored. Nothing is
# doubted for ever.
DOUBTED = """
WITH here (id) AS (SELECT ifnull(max(id), 0) FROM connection_log WHERE link = 'xmpp' AND phase = 'online'),
last (at) AS (
    SELECT ifnull(
        (SELECT min(at) FROM connection_log, here WHERE link = 'xmpp' AND connection_log.id > here.id),
        max(
            ifnull((SELECT at FROM ledger ORDER BY id DESC LIMIT 1), 0),
            ifnull((SELECT received FROM messages ORDER BY id DESC LIMIT 1), 0)
        )
    )
),
confirmed (contact, number) AS (
    SELECT contact, max(rowid) FROM outbox WHERE state IN ('received', 'read') GROUP BY contact
),
unsure (number, id, contact, priority) AS (
    SELECT outbox.rowid, id, outbox.contact, priority FROM last, outbox LEFT JOIN confirmed USING (contact)
    WHERE state IN ('sent', 'received') AND (room OR state = 'sent') AND push = '' AND replaces = ''
    AND changed >= last.at - :unsure AND sent_at >= last.at - :patience
    AND (room OR outbox.rowid > ifnull(confirmed.number, 0))
    AND chain NOT IN (SELECT chain FROM outbox, last WHERE replaces <> '' AND changed >= last.at - :unsure)
),
first (contact, number) AS (SELECT contact, min(number) FROM unsure WHERE priority >= :alert GROUP BY contact)
SELECT unsure.id FROM unsure JOIN first USING (contact) WHERE unsure.number >= first.number
ORDER BY unsure.number
"""


def row_of(notice: Notice, chain: str, state: str) -> tuple[object, ...]:
    """Return what `PUT` takes."""
    push = json.dumps(asdict(notice.push), ensure_ascii=False) if notice.push else ""
    refers = json.dumps(asdict(notice.refers)) if notice.refers else ""
    priority = notice.priority.value
    return (
        notice.id, notice.to, notice.text, notice.at, priority, notice.replaces, chain, push, state,
        notice.at, notice.room, notice.file, refers,
    )  # fmt: skip


def entered(notice_id: str, state: str, at: float, note: str = "") -> RowChange:
    """Return a line of the ledger. The first of each state stays."""
    return RowChange(ENTER, ((notice_id, state, at, note),))


def moved(
    notice_id: str, state: str, at: float, note: str = "", said: Notice | None = None
) -> tuple[RowChange, RowChange]:
    """Return the change of a notice's state, with its line in the ledger; then `said` is said."""
    sent_at = at if state in {Delivery.SENT, Delivery.ACCEPTED, Delivery.RECEIVED} else None
    move = RowChange(MOVE, ((state, at, sent_at, notice_id),), said, sets=STATE)
    return move, entered(notice_id, state, at, note)


def merged(notice_id: str, into: str, at: float) -> tuple[RowChange, RowChange]:
    """Return what lets another notice tell what this one would have."""
    return RowChange(MERGE, ((notice_id, at, into),)), entered(notice_id, MERGED, at, into)


def read_notices(connection: sqlite3.Connection, statement: str, *parameters: object) -> list[Notice]:
    """Run `WAITING` or `KEPT`."""
    return [
        built(
            Notice,
            notice_id,
            to,
            text,
            at,
            Priority(priority),
            replaces,
            _push(push) if push else None,
            bool(room),
            bool(file),
            Reference(**json.loads(refers)) if refers else None,
        )
        for notice_id, to, text, at, priority, replaces, push, room, file, refers in connection.execute(
            statement, parameters
        )
    ]


def _push(stored: str) -> Push:
    values = json.loads(stored)
    return Push(**{**values, "choices": tuple(values.get("choices", ()))})


def read_ledger(connection: sqlite3.Connection, notice_ids: list[str]) -> list[LedgerRow]:
    """Return what became of notices and of what they were merged into, by time."""
    return [built(LedgerRow, *row) for row in connection.execute(LEDGER, (json.dumps(notice_ids),))]
