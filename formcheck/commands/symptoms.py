"""``formcheck symptoms``: soreness or a sign of injury, and when to see a professional."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from formcheck.symptoms import Answer, SymptomOutcome

__all__ = ["symptoms"]

_STYLES = {
    "emergency": "bold white on red",
    "prompt": "bold red",
    "professional": "bold yellow",
    "possible-injury": "yellow",
    "incomplete": "bold cyan",
    "watch": "cyan",
    "soreness": "green",
}
_WORDS: dict[Any, Answer] = {
    True: "yes",
    False: "no",
    "yes": "yes",
    "y": "yes",
    "no": "no",
    "n": "no",
    "unknown": "unknown",
    "?": "unknown",
    "": "unknown",
    None: "unknown",
}


def symptoms(
    answers: Annotated[
        Path | None,
        typer.Option(help="Answers in a .toml or .json file, instead of being asked."),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a file of answers to fill in, and stop.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(help="Keep answers and outcome in this file; else nothing is stored."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Tell soreness from a reason to see a professional, after training that hurt the back.

    Asks up to twelve questions and says what to do and how soon. Any warning
    sign wins over everything reassuring, and a question left open is not a
    "no". It sorts by urgency and never diagnoses; nothing is stored unless you
    ask for it with --save.

        formcheck symptoms
        formcheck symptoms --template > answers.toml
        formcheck symptoms --answers answers.toml --json
    """
    from formcheck.symptoms import assess

    if template:
        sys.stdout.write(_template())
        return
    given = _read(answers) if answers else _ask()
    outcome = assess(given)
    if save:
        _save(save, given, outcome)
    if as_json:
        sys.stdout.write(_as_json(given, outcome))
    else:
        _show(outcome)


def _ask() -> dict[str, Answer]:
    """Ask one question after the other; an emergency ends the questions."""
    from rich.console import Console
    from rich.prompt import Prompt

    from formcheck.errors import ConfigurationError
    from formcheck.symptoms import QUESTIONS

    console = Console(stderr=True, highlight=False)
    console.print("Answer y for yes, n for no; Enter if you do not know.")
    given: dict[str, Answer] = {}
    for number, question in enumerate(QUESTIONS, start=1):
        try:
            word = Prompt.ask(
                f"{number}/{len(QUESTIONS)}  {question.text}",
                console=console,
                choices=["y", "n", "?"],
                default="?",
            )
        except EOFError:
            raise ConfigurationError(
                "The answers ended before the questions did.\nAnswer them in a terminal, or give "
                "a file with --answers (formcheck symptoms --template prints one)."
            ) from None
        given[question.code] = _WORDS[word]
        if question.leads_to == "emergency" and given[question.code] == "yes":
            break
    return given


def _read(path: Path) -> dict[str, Answer]:
    """Read a file of answers."""
    import tomllib

    from formcheck.errors import ConfigurationError, InputError
    from formcheck.files import read_text

    text = read_text(path)
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise InputError(f"{path} is not {kind}: {error}.") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no answers by name; see formcheck symptoms --template.")
    for code, word in found.items():
        if not isinstance(word, str | bool | None) or _normal(word) not in _WORDS:
            raise ConfigurationError(
                f"{path}: {code} is answered {word!r}; answer it yes, no or unknown."
            )
    return {code: _WORDS[_normal(word)] for code, word in found.items()}


def _normal(word: str | bool | None) -> str | bool | None:
    return word.strip().lower() if isinstance(word, str) else word


def _template() -> str:
    from formcheck.symptoms import QUESTIONS

    lines = ["# Answer yes, no or unknown. Unknown is not no."]
    for question in QUESTIONS:
        lines += [f"# {question.text}", f'{question.code} = "unknown"']
    return "\n".join(lines) + "\n"


def _as_json(given: dict[str, Answer], outcome: SymptomOutcome) -> str:
    from formcheck.symptoms import CARE

    return json.dumps({"answers": given, **asdict(outcome), "care": CARE}, indent=2) + "\n"


def _save(path: Path, given: dict[str, Answer], outcome: SymptomOutcome) -> None:
    """Write a new file, whole or not at all."""
    from formcheck.errors import OutputError

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_as_json(given, outcome))
    except FileExistsError as error:
        raise OutputError(f"There is a file {path} already.\nChoose another name.") from error
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _show(outcome: SymptomOutcome) -> None:
    from rich.console import Console
    from rich.text import Text

    from formcheck.symptoms import CARE, QUESTIONS

    console = Console(highlight=False)
    console.print(Text(outcome.headline, style=_STYLES[outcome.level]))
    console.print(Text(outcome.action))
    console.print("Because of:")
    for reason in outcome.reasons:
        console.print(Text(f"  - {reason}"))
    if outcome.level != "incomplete" and outcome.open_questions:
        console.print("Not answered, and more urgent if the answer is yes:")
        for question in QUESTIONS:
            if question.code in outcome.open_questions:
                console.print(Text(f"  - {question.text}"))
    console.print(Text(CARE, style="dim"))
