"""One word for one thing, as docs/glossary.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
PACKAGE = ROOT / "formcheck"
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page != GLOSSARY),
    *sorted(PACKAGE.rglob("*.py")),
    *sorted(PACKAGE.rglob("*.j2")),
    *sorted(PACKAGE.rglob("page/*")),
]


def avoided() -> list[str]:
    """The words of the last column."""
    rows = re.findall(r"^\|.*\|.*\| (.*?) \|$", GLOSSARY.read_text(encoding="utf-8"), re.M)
    return [word.strip() for row in rows[1:] for word in row.split(",") if word.strip()]


def test_the_glossary_names_words_to_avoid() -> None:
    assert {"sureness", "anew", "least flexed"} <= set(avoided())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_uses_the_words_of_the_glossary(page: Path) -> None:
    # A field of analysis.json keeps its name.
    text = page.read_text(encoding="utf-8")
    told = re.sub(r"`\w+`|\b(sureness|Sureness)\b(?=[\s:=\]\)\},(.]|$)", "", text)
    told = re.sub(r"[\[\"'._]sureness|Sureness|_sureness", "", told)
    for word in avoided():
        assert not re.search(rf"\b{word}(s|ed|ing)?\b", told, re.IGNORECASE), word
