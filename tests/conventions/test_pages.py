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
