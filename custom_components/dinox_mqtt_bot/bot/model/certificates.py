"""What is wrong with a certificate, by the codes of OpenSSL (`X509_V_ERR_…`)."""

EXPIRED = "tls_expired"
NOT_YET = "tls_not_yet"
OTHER_NAME = "tls_other_name"
UNKNOWN_AUTHORITY = "tls_unknown_authority"

_FAULTS = {
    9: NOT_YET,
    10: EXPIRED,
    **dict.fromkeys((2, 18, 19, 20, 21, 27), UNKNOWN_AUTHORITY),
    **dict.fromkeys((62, 64), OTHER_NAME),
}


def fault_of(code: int) -> str:
    """Return what is wrong as a key, empty for what happens to nobody."""
    return _FAULTS.get(code, "")
