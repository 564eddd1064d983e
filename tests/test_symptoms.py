"""The symptom guide: every combination of answers, and the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.errors import ConfigurationError
from formcheck.symptoms import CARE, OUTCOMES, QUESTIONS, Answer, Level, SymptomOutcome, assess

# Written down apart from the rules, as the document has them.
EMERGENCY = {"bladder_or_bowel"}
PROMPT = {"numb_or_weak_leg", "pain_down_leg", "wakes_at_night"}
PROFESSIONAL = {"severe", "constant", "worse_over_48_h", "unchanged_for_a_week"}
INJURY = {"sharp_or_sudden", "worse_moving"}
SORENESS = {"dull_both_sides", "eases"}
WARNINGS = EMERGENCY | PROMPT | PROFESSIONAL | INJURY
CODES = [question.code for question in QUESTIONS]
SIGNS = {question.code: question.sign for question in QUESTIONS}
ALL_NO: dict[str, Answer] = dict.fromkeys(CODES, "no")


def every_combination() -> Iterator[dict[str, Answer]]:
    answers: tuple[Answer, ...] = ("yes", "no", "unknown")
    for combination in product(answers, repeat=len(CODES)):
        yield dict(zip(CODES, combination, strict=True))


def expected(yes: set[str], no: set[str]) -> Level:
    urgent: list[tuple[set[str], Level]] = [
        (EMERGENCY, "emergency"),
        (PROMPT, "prompt"),
        (PROFESSIONAL, "professional"),
        (INJURY, "possible-injury"),
    ]
    for signs, level in urgent:
        if yes & signs:
            return level
    if not no >= WARNINGS:
        return "incomplete"
    return "soreness" if yes >= SORENESS else "watch"


def test_every_combination_of_answers() -> None:
    assert set(CODES) == WARNINGS | SORENESS
    seen = set()
    for answers in every_combination():
        yes = {code for code, answer in answers.items() if answer == "yes"}
        no = {code for code, answer in answers.items() if answer == "no"}
        outcome = assess(answers)
        if outcome.level != expected(yes, no):
            pytest.fail(f"{answers} lead to {outcome.level}")
        if not outcome.reasons:
            pytest.fail(f"{answers}: no reasons")
        if not {SIGNS[code] for code in yes & WARNINGS} <= set(outcome.reasons):
            pytest.fail(f"{answers}: a warning sign is not named")
        seen.add(outcome.level)
    assert seen == set(OUTCOMES)


def test_an_answer_left_out_is_one_not_known() -> None:
    assert assess({}).level == "incomplete"
    some: dict[str, Answer] = {"severe": "yes", "eases": "no"}
    padded = {code: some.get(code, "unknown") for code in CODES}
    assert assess(some) == assess(padded)


def test_what_is_more_urgent_and_not_answered_stays_open() -> None:
    outcome = assess(ALL_NO | {"severe": "yes", "bladder_or_bowel": "unknown"})
    assert outcome.level == "professional"
    assert outcome.open_questions == ("bladder_or_bowel",)
    assert assess(ALL_NO | {"bladder_or_bowel": "yes", "severe": "unknown"}).open_questions == ()


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_outcomes_say_what_to_do_and_never_diagnose(outcome: SymptomOutcome) -> None:
    words = f"{outcome.headline} {outcome.action}".lower()
    for disease in ("sciatica", "hernia", "you have", "cauda", "fracture", "diagnos"):
        assert disease not in words
    if outcome.level not in {"emergency", "prompt"}:
        assert "professional" in words
    assert "not a diagnosis" in CARE


def test_how_soon() -> None:
    assert "at once" in OUTCOMES["emergency"].action
    assert "promptly" in OUTCOMES["prompt"].action


@pytest.mark.parametrize("answers", [{"hair": "no"}, {"severe": "maybe"}])
def test_what_is_no_question_or_no_answer_is_refused(answers: dict[str, Answer]) -> None:
    with pytest.raises(ConfigurationError, match=r"hair|severe"):
        assess(answers)


def run(*arguments: str, typed: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["symptoms", *arguments], input=typed)
    return result.exit_code, result.stdout, result.stderr


def test_questions_and_answers_in_the_terminal() -> None:
    code, out, err = run(typed="n\n" * 10 + "y\n" * 2)
    assert code == 0
    assert "fits ordinary muscle soreness" in out
    assert "not a diagnosis" in out
    assert err.count("?") >= len(QUESTIONS)


def test_an_emergency_ends_the_questions() -> None:
    code, out, err = run(typed="y\n")
    assert code == 0
    assert "emergency department" in out
    assert "2/12" not in err


def test_enter_is_not_known() -> None:
    _, out, _ = run("--json", typed="\n" * 12)
    assert json.loads(out)["level"] == "incomplete"


def test_answers_that_end_early_are_an_error() -> None:
    code, _, err = run(typed="n\nn\n")
    assert code == 2
    assert "--answers" in err


def test_the_template_is_a_file_of_answers(tmp_path: Path) -> None:
    _, template, _ = run("--template")
    file = tmp_path / "answers.toml"
    file.write_text(template.replace('severe = "unknown"', 'severe = "Yes"'), encoding="utf-8")
    code, out, _ = run("--answers", str(file), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["level"] == "professional"
    assert found["reasons"] == ["severe pain"]
    assert set(found["answers"]) == set(CODES)
    assert found["open_questions"][0] == "bladder_or_bowel"


def test_json_answers_with_true_and_false(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(dict.fromkeys(CODES, False) | {"pain_down_leg": True}), "utf-8")
    _, out, _ = run("--answers", str(file), "--json")
    assert json.loads(out)["level"] == "prompt"


@pytest.mark.parametrize(
    ("name", "text", "code", "word"),
    [
        ("a.toml", 'severe = "perhaps"', 2, "severe"),
        ("a.toml", 'sever = "yes"', 2, "sever"),
        ("a.toml", "severe = 3", 2, "severe"),
        ("a.toml", "severe = [", 1, "TOML"),
        ("a.json", "{", 1, "JSON"),
        ("a.json", "[]", 1, "template"),
    ],
)
def test_bad_files_are_told_apart(
    tmp_path: Path, name: str, text: str, code: int, word: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    found, out, err = run("--answers", str(file))
    assert (found, out) == (code, "")
    assert word in err


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    code, _, err = run("--answers", str(tmp_path / "none.toml"))
    assert code == 1
    assert "none.toml" in err


def test_nothing_is_stored_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(typed="y\n")
    assert list(tmp_path.iterdir()) == []
    run("--save", "kept.json", typed="y\n")
    assert json.loads((tmp_path / "kept.json").read_text("utf-8"))["level"] == "emergency"
    code, _, err = run("--save", "kept.json", typed="y\n")
    assert code == 2
    assert "already" in err


def test_the_page_has_the_rules_as_they_are() -> None:
    page = (Path(__file__).parent.parent / "docs" / "symptoms.md").read_text(encoding="utf-8")
    for question in QUESTIONS:
        assert f"| {question.text} | `{question.code}` | {question.leads_to} |" in page
    for outcome in OUTCOMES.values():
        assert f"| {outcome.level} | {outcome.headline} | {outcome.action} |" in page
