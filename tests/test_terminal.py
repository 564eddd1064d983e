"""What a person reads of a set in the terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest
from figures import Move, moving_lifter, perform

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.assessment.contributors import Contributor
from formcheck.assessment.findings import Finding
from formcheck.commands.terminal import print_result, print_verdict
from formcheck.geometry.neutral import no_neutral
from formcheck.plain import plain
from formcheck.report.words import headline
from formcheck.results.describe import describe


def squats(peaks: list[float]) -> SetAnalysis:
    return analyze_track(moving_lifter("squat", peaks), Settings("squat"))


def printed(analysis: SetAnalysis, capsys: pytest.CaptureFixture[str]) -> str:
    print_result(describe(analysis))
    return " ".join(capsys.readouterr().out.split())


def verdict(analysis: SetAnalysis) -> str:
    return headline(describe(analysis)).line


def test_a_set_that_held_says_what_would_have_been_noticed() -> None:
    said = verdict(squats([-20.0, -19.0, -20.0, -19.0, -20.0, -19.0]))
    assert "Your form held over the set" in said
    assert "the smallest this set could show" in said


def test_what_is_no_fault_comes_after_that_there_is_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    analysis = squats([-20.0, -19.0])
    shallow = Finding("squat-depth", "info", "The squat stopped above parallel.", "")
    said = printed(replace(analysis, findings=(shallow,)), capsys)
    assert said.index("No rounding or over-arching") < said.index("info: The squat stopped above")
    caution = replace(shallow, severity="caution")
    assert verdict(replace(analysis, findings=(caution,))).startswith("The squat stopped")


def test_no_more_is_cleared_than_was_judged() -> None:
    analysis = squats([-20.0, -19.0])
    assert verdict(analysis).startswith("No rounding or over-arching found in 2 of 2")
    neutral = replace(analysis.neutral, method="first-reps")
    assert verdict(replace(analysis, neutral=neutral)).startswith("No rounding found in 2 of 2")


def test_a_set_that_drifted_says_from_when() -> None:
    said = verdict(squats([-5.0, -5.0, -4.0, 4.0, 13.0, 22.0]))
    assert re.search(r"From rep [34] on your lower back rounded more", said)
    assert "held" not in said


def test_without_a_neutral_it_says_why_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    ways = [Move(1.0, 0.0, 40.0), Move(1.0, 1.0, 0.0)]
    track = perform("deadlift", [Move(0.3, 1.0, 0.0), *ways * 3])
    analysis = analyze_track(track, Settings("deadlift"))
    said = printed(analysis, capsys)
    assert "no-neutral: There is no neutral to count flexion from:" in said
    assert "in the first repetitions the back was rounded beyond flat at rest." in said
    assert "stand upright and still for a second" in said
    assert not verdict(analysis).startswith("Not measured")


def test_the_verdict_alone_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_verdict(describe(squats([-20.0, -21.0])))
    out = capsys.readouterr().out
    assert out.startswith("No rounding or over-arching found in 2 of 2")
    assert out.count("\n") == 1
    assert "\N{MINUS SIGN}" not in out


def test_the_score_shows_what_each_part_cost(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(squats([-20.0, -19.0, 0.0, 1.0]), capsys)
    assert "of 100, based on 100 % of the criteria: rounding 2" in out
    assert "completeness 10 of 10." in out
    unseen = (no_neutral(),) * 2
    blind = replace(squats([-20.0, -19.0]), neutral=unseen[0], neutrals=unseen)
    assert "arching not seen" in printed(blind, capsys)


def test_without_a_verdict_the_reason_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(squats([0.0, 1.0]), capsys)
    assert "A trend needs 4 complete repetitions; there are 2." in out


def test_what_was_found_is_told_although_the_back_was_not_seen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    analysis = analyze_track(moving_lifter("squat", [0.0], yaw_deg=80.0), Settings("squat"))
    shallow = Finding("squat-depth", "info", "The squat stopped above parallel.", "No harm.")
    out = printed(replace(analysis, findings=(shallow,)), capsys)
    assert out.index("Not measured") < out.index("The squat stopped above parallel.")
    assert "info: No harm." in out


def test_a_pause_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    analysis = squats([0.0, 1.0, 0.0, 1.0])
    assert analysis.fatigue is not None
    paused = replace(analysis.fatigue.worst, paused_after=(2,))
    fatigue = replace(analysis.fatigue, sets=(paused,))
    out = printed(replace(analysis, fatigue=fatigue), capsys)
    assert "A pause after repetition 2" in out


def test_contributors_are_for_a_person_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    one = Contributor("standing-slouch", "low", "Stands flat.", "May slouch.", "Is there room?")
    out = printed(replace(squats([0.0]), contributors=(one,)), capsys)
    assert "possible cause (low confidence): Stands flat." in out
    assert "possible, to be" not in printed(squats([0.0]), capsys)


def test_what_is_logged_is_not_hidden_with_the_native_chatter() -> None:
    code = """
import logging, os
from formcheck.commands.stderr import native_chatter_hidden
logging.basicConfig()
with native_chatter_hidden(shown=False):
    os.write(2, b"chatter")
    logging.warning("within")
logging.warning("after")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stderr.splitlines() == ["WARNING:root:within", "WARNING:root:after"]


def test_names_do_not_steer_the_terminal() -> None:
    assert plain("\x1b[31mred\x07\u202e") == "\ufffd[31mred\ufffd\ufffd"
    assert plain("ü 硬拉 🏋 ü\n", lines=True) == "ü 硬拉 🏋 ü\n"
    assert plain("two\nlines") == "two\ufffdlines"
