"""Every known defect of the plugin whose idea this is has its test, or the reason why it cannot happen."""

import ast
from functools import cache
import json
import re

import pytest
from source import INTEGRATION, ROOT, functions, modules

PAGE = ROOT / "docs" / "adr" / "0013-the-peers-defects.md"
DEFECTS = [f"D{number}" for number in range(1, 90)]
NAMED = re.compile(r"`((?:bot|broker|conventions|e2e|ha|lab|store|xmpp)(?:/\w+)*)/(\w+)::(\w+)`")


@cache
def rows() -> dict[str, str]:
    """Return what stands in the last column of the page, by the number of the defect."""
    cells = [line.split("|") for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| D\d", line)]
    return {row[1].strip(): row[3].strip() for row in cells}


@cache
def written(folder: str, name: str) -> frozenset[str]:
    """Return the tests of a file."""
    file = ROOT / "tests" / folder / f"test_{name}.py"
    return frozenset(each.name for each in functions(ast.parse(file.read_text("utf-8"))))


def test_the_page_has_every_defect_once() -> None:
    assert list(rows()) == DEFECTS
    assert sum(len(NAMED.findall(row)) for row in rows().values()) > 150


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_a_test_that_exists_or_a_reason(defect: str) -> None:
    row = rows()[defect]
    named = NAMED.findall(row)
    assert named or len(row.split()) > 6
    assert [each for each in named if f"test_{each[2]}" not in written(each[0], each[1])] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_is_escaped_for_another_medium(language: str) -> None:
    texts = (INTEGRATION / "translations" / f"{language}.json").read_text("utf-8")
    assert len(json.loads(texts)) > 3
    assert re.findall(r"&\w+;|&#\d+;", texts) == []


def test_nothing_is_read_from_the_environment() -> None:
    """What the environment says is no setting, so it cannot end up in one."""
    assert len(modules()) > 100
    found = [
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
    ]
    assert found == []
