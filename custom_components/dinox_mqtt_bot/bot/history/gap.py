"""What people are told when the history cannot be written."""

from ..model.replies import Text
from ..model.status import Gap
from ..ports import When


def gap_text(gap: Gap, when: When) -> Text:
    """Return what is told: that it begins, or how much is missing now that it is over."""
    if gap.reason:
        return Text("history_stuck", {"reason": gap.reason})
    if not gap.missing:
        return Text("history_whole")
    return Text(
        "history_gap", {"count": str(gap.missing), "since": when(gap.since), "until": when(gap.until)}
    )
