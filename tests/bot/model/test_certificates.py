"""What is wrong with a certificate is told by a key."""

import pytest

from bot.model.certificates import EXPIRED, OTHER_NAME, UNKNOWN_AUTHORITY, fault_of


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (10, EXPIRED),
        (18, UNKNOWN_AUTHORITY),
        (19, UNKNOWN_AUTHORITY),
        (62, OTHER_NAME),
        (64, OTHER_NAME),
        (1, ""),
    ],
)
def test_codes_of_openssl(code: int, fault: str) -> None:
    assert fault_of(code) == fault
