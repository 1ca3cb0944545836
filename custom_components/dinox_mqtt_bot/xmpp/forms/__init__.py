"""Commands as ad-hoc commands (XEP-0050) with data forms (XEP-0004)."""
