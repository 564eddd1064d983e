"""Parts of formcheck import downwards only, as docs/design.md shows; no two names clash."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "formcheck"
# What users call on an analysis is written by what lies above it: imported when called.
SHORTCUTS = {("analysis", "results"), ("analysis", "outputs")}


def levels() -> dict[str, int]:
    """The layer of each part, from the table in docs/design.md."""
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    table = re.search(r"^<!-- layers -->\n(.*?)^<!-- end -->", page, re.M | re.S)
    assert table is not None
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", table[1], re.M)
    return {name: int(level) for level, names in rows for name in re.findall(r"`(\w+)`", names)}


def modules() -> dict[Path, str]:
    """Every module, and its part: a package, or a module beside the packages."""
    parts = {
        path: path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    return {path: part for path, part in parts.items() if part not in {"__init__", "__main__"}}


def imports(tree: ast.AST, *, called: bool = False) -> Iterator[tuple[str, bool]]:
    """Parts that are imported, but for types alone; and whether only when a function is called."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "Imports are absolute."
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            inside = called or isinstance(node, ast.FunctionDef)
            yield from imports(node, called=inside)
            continue
        for name in names:
            package, *rest = name.split(".")
            if package == "formcheck" and rest and rest != ["__version__"]:
                yield rest[0], called


def test_every_part_has_its_layer() -> None:
    assert set(levels()) == set(modules().values())


def test_a_part_imports_only_what_lies_below() -> None:
    level = levels()
    wrong = [
        f"{path.relative_to(ROOT)} imports {other}, layer {level[other]} from {level[part]}"
        for path, part in modules().items()
        for other, called in imports(ast.parse(path.read_text(encoding="utf-8")))
        if other != part and level[other] >= level[part]
        if not (called and (part, other) in SHORTCUTS)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_two_public_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []
