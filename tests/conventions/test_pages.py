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


COMPARED = [
    [cell.strip() for cell in line[1:-1].split("|")]
    for line in (DOCS / "compared.md").read_text("utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| feature |", "|---"))
]


ROWS = 77


def test_all_that_others_have_is_compared() -> None:
    # A row is taken out on purpose, or not at all.
    assert len(COMPARED) >= ROWS
    assert len({row[0] for row in COMPARED}) == len(COMPARED)


@pytest.mark.parametrize("row", COMPARED, ids=lambda row: row[0])
def test_what_is_there_is_shown_by_tests_and_what_is_not_has_a_reason(row: list[str]) -> None:
    _, here, shown = row
    tests = [re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", each) for each in shown.split(", ") if each]
    assert tests if here.startswith("✔") else re.match(r"no: \w.{15}", here)
    for each in tests:
        assert each is not None
        text = (ROOT / each[1]).read_text("utf-8")
        assert re.search(rf"^(async )?def {each[2]}\(", text, re.MULTILINE), each[2]
