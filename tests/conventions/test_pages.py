"""Pages written from Home Assistant's texts are up to date, and every page is found from the README."""

import re

import pytest
from source import ROOT

from lab.document import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run scripts/document"


def test_every_page_is_linked_and_every_link_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *DOCS.glob("*.md")]
    linked = {
        (page.parent / target).resolve()
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    }
    assert [str(path) for path in linked if not path.exists()] == []
    assert set(DOCS.glob("*.md")) <= linked


def test_what_is_said_to_be_there_is_shown_by_a_test_that_there_is() -> None:
    rows = [
        line.split(" | ") for line in (DOCS / "compared.md").read_text("utf-8").splitlines() if "✔" in line
    ]
    named = [row[-1].strip(" |`") for row in rows if len(row) == 3]
    assert len(named) > 50
    for each in named:
        path, _, test = each.partition("::")
        text = (ROOT / path).read_text("utf-8")
        assert not test or f"def {test}(" in text, each
