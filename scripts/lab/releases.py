"""The versions of ejabberd that tests are run on, as parameters of theirs."""

from _pytest.mark.structures import ParameterSet
import pytest

from .ejabberd import NEWER, newer_ejabberd_runs


def _parameter(release: str) -> ParameterSet:
    missing = f"the ejabberd of Debian {release} does not run here (scripts/ejabberd {release})"
    marks = pytest.mark.skipif(not newer_ejabberd_runs(release), reason=missing)
    return pytest.param(release, id=f"ejabberd-{release}", marks=marks)


OWN = pytest.param("", id="ejabberd")
NEWER_EJABBERDS = [_parameter(release) for release in NEWER]
NEWEST_EJABBERD = NEWER_EJABBERDS[-1]
"""`release` of `Lab.ejabberd`: the machine's own (23.01 on Debian 12), then newer ones not all can run."""
