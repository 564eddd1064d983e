"""Make the schema of analysis.json, and the tables of commands.md and outputs.md.

    python docs/tables.py            write them, from the code and from the commands' help
    python docs/tables.py --check    exit with 1 if one is out of date

A table stands between a comment that names it and one that ends it; what stands around
them is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup
from typer.main import get_command

from formcheck.cli import app
from formcheck.results.document import AnalysisDocument
from formcheck.results.writers import FRAME_COLUMNS, REP_COLUMNS

DOCS = Path(__file__).parent
SCHEMA = DOCS.parent / "formcheck" / "analysis.schema.json"
_BLOCK = re.compile(
    r"(<!-- (commands|schema|columns): ([^\n]+?) -->\n).*?(<!-- end -->)", re.DOTALL
)
_HELP = {"--help"}


def commands(group: Any, path: str = "") -> dict[str, Any]:
    """Every command by its words."""
    found = {path.strip(): group}
    if isinstance(group, TyperGroup):
        for name, command in group.commands.items():
            found |= commands(command, f"{path} {name}")
    return found


def option_rows(command: Any) -> Iterator[str]:
    """A row an argument and an option."""
    yield "| | |\n|---|---|"
    for parameter in command.params:
        names = [name for name in (*parameter.opts, *parameter.secondary_opts) if name.strip()]
        if _HELP.isdisjoint(names):
            yield f"| {_named(parameter, names)} | {_cell(_explained(parameter))} |"


def _named(parameter: Any, names: Sequence[str]) -> str:
    if isinstance(parameter, TyperArgument):
        return f"`{parameter.metavar or parameter.name.upper()}`"
    value = "" if parameter.is_flag else f" {parameter.metavar or '...'}"
    return ", ".join(f"`{name}{value}`" for name in names)


def _explained(parameter: Any) -> str:
    """The help, the default, and the variable of the environment."""
    said = [parameter.help]
    if isinstance(parameter.show_default, str):
        said.append(f"Default: {parameter.show_default}.")
    elif parameter.default not in {None, "", False, True} and not parameter.required:
        said.append(f"Default: {parameter.default}.")
    if parameter.envvar:
        said.append(f"Or the variable {parameter.envvar}.")
    return " ".join(said)


def command_table(name: str) -> str:
    """The options of one command."""
    found = commands(get_command(app), "formcheck")
    rows = list(option_rows(found["formcheck" if name == "formcheck" else f"formcheck {name}"]))
    return "\n".join(rows) if len(rows) > 1 else "It has no options."


def schema_table(name: str) -> str:
    """The fields of one part of analysis.json."""
    schema = AnalysisDocument.model_json_schema()
    part = schema if name == "AnalysisDocument" else schema["$defs"][name]
    rows = ["| field | type | |", "|---|---|---|"]
    for field, told in part["properties"].items():
        rows.append(f"| `{field}` | {_type(told)} | {_cell(told.get('description', ''))} |")
    return "\n".join(rows)


def _type(told: dict[str, Any]) -> str:
    """A type in words; parts are linked."""
    if "anyOf" in told:
        return ", ".join(_type(one) for one in told["anyOf"])
    if "$ref" in told:
        name = told["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in told or "const" in told:
        return " · ".join(f"`{value}`" for value in told.get("enum", [told.get("const")]))
    if told["type"] == "array":
        return _array(told)
    if told["type"] == "object":
        return f"{_type(told['additionalProperties'])} by name"
    bounds = f", {told['minimum']:g} to {told['maximum']:g}" if "maximum" in told else ""
    return str(told["type"]) + bounds


def _array(told: dict[str, Any]) -> str:
    if "prefixItems" in told:
        return f"[{', '.join(_type(one) for one in told['prefixItems'])}]"
    return f"list of {_type(told['items'])}"


def columns_table(name: str) -> str:
    """The columns of a table of results."""
    columns = {"reps.csv": REP_COLUMNS, "frames.csv": FRAME_COLUMNS}[name]
    return "\n".join(f"1. `{column}`" for column in columns)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


TABLES: dict[str, Callable[[str], str]] = {
    "commands": command_table,
    "schema": schema_table,
    "columns": columns_table,
}


def filled(text: str) -> str:
    """A page with its tables made again."""
    return _BLOCK.sub(lambda m: f"{m[1]}{TABLES[m[2]](m[3])}\n{m[4]}", text)


def schema_file() -> str:
    """What `formcheck schema` prints."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | AnalysisDocument.model_json_schema(), indent=2) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write what is out of date, or only say what is."""
    pages = (DOCS / "commands.md", DOCS / "outputs.md")
    made = {page: filled(page.read_text(encoding="utf-8")) for page in pages}
    made[SCHEMA] = schema_file()
    old = [path for path, text in made.items() if path.read_text(encoding="utf-8") != text]
    print("out of date:" if old else "up to date", *(path.name for path in old))
    if "--check" in arguments:
        return int(bool(old))
    for path in old:
        path.write_text(made[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
