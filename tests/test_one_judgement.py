"""Every output shows the one judgement: a borderline, a likely and a clear set through all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from results import analysed, written

from formcheck.analysis import SetAnalysis
from formcheck.annotate.colours import grade_rgb
from formcheck.annotate.scene import captions
from formcheck.assessment.judgement import GRADES, Grade
from formcheck.assessment.scale import moment_words, scale
from formcheck.assessment.wording import SEVERITY, Severity, grade_words, rounding_label
from formcheck.batch.clips import Clip
from formcheck.batch.pages import index_page
from formcheck.batch.results import ClipResult
from formcheck.batch.sparkline import sparklines
from formcheck.batch.tables import reps_table, summary_table
from formcheck.commands.terminal import print_result
from formcheck.history.database import make_history, read_sets
from formcheck.live.cues import Cue, CueWatch
from formcheck.live.events import cue_event, rep_event
from formcheck.live.tally import CountedRep, Tally
from formcheck.live.words import last_rep
from formcheck.report import words
from formcheck.report.angle_chart import angle_chart
from formcheck.report.page import write_report
from formcheck.report.result import read_result
from formcheck.results.comparison import compare
from formcheck.results.describe import describe
from formcheck.results.document import AnalysisDocument
from formcheck.results.plot import plot_angle

# A neutral repetition, and one that is as rounded as the grade says.
SETS: dict[Grade, tuple[float, float]] = {
    "no": (-20.0, -19.0),
    "borderline": (-20.0, -7.0),
    "likely": (-20.0, 4.0),
    "clear": (-20.0, 25.0),
}
TONES: dict[Severity, str] = {"info": "good", "caution": "caution", "stop": "stop"}


@dataclass(frozen=True)
class Case:
    """A set of one grade, analysed."""

    grade: Grade
    analysis: SetAnalysis
    document: AnalysisDocument

    @property
    def label(self) -> str:
        """As every output has to say it."""
        return rounding_label(self.grade, "lower back")

    @property
    def severity(self) -> Severity:
        """What it has to weigh."""
        return SEVERITY.get(self.grade, "info")

    @property
    def others(self) -> list[str]:
        """What no output may say."""
        return [grade_words(g) for g in GRADES if g not in {self.grade, "no"}]

    def agrees(self, text: str) -> None:
        """Whether a text says this grade, and no other."""
        assert grade_words(self.grade) in text
        assert not [words for words in self.others if words in text]


@cache
def case_of(grade: Grade) -> Case:
    analysis = analysed(SETS[grade])
    return Case(grade, analysis, describe(analysis))


@pytest.fixture(params=["borderline", "likely", "clear"])
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


def clip_result(case: Case) -> ClipResult:
    clip = Clip(f"/x/{case.grade}.mp4", "Ann", "deadlift", 80.0, "2026-02-02")
    return ClipResult("folder", clip, case.document, words.headline(case.document), "", "")


def test_the_judgement_itself(case: Case) -> None:
    first, second = case.analysis.judged.reps
    assert first is not None
    assert second is not None
    assert (first.grade, second.grade) == ("no", case.grade)
    said = case.document.rounding
    assert said is not None
    assert (said.grade, said.words) == (case.grade, case.label)
    grades = [rep.rounding.grade for rep in case.document.reps if rep.rounding]
    assert grades == ["no", case.grade]
    found = [f for f in case.document.findings if f.code == "lumbar-flexion"]
    assert [(f.rep, f.severity, f.label) for f in found] == [
        (2, case.severity, case.label),
        (None, case.severity, case.label),
    ]


def test_the_headline_and_the_score(case: Case) -> None:
    said = words.headline(case.document)
    assert said.tone == TONES[case.severity]
    verb = {"borderline": "came close to rounding"}.get(case.grade, grade_words(case.grade))
    assert said.text.startswith(f"Your lower back {verb} in 1 of 2 reps")
    if case.severity != "info":
        assert said.label.endswith(grade_words(case.grade))
    low, high = {"info": (85, 100), "caution": (50, 79), "stop": (0, 49)}[case.severity]
    assert case.document.score is not None
    assert low <= case.document.score <= high


def test_the_terminal(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    print_result(case.document)
    out = " ".join(capsys.readouterr().out.split())
    assert words.headline(case.document).text.split(",")[0] in out
    assert not [other for other in case.others if other in out]


def test_the_report_and_its_charts(case: Case, tmp_path: Path) -> None:
    folder = written(case.analysis, tmp_path)
    page = write_report(folder).read_text(encoding="utf-8")
    body = page[page.index("<main>") : page.index("<noscript>")]
    # The legend of the video's colours names all grades.
    body = body.replace(body[body.index('id="film-words"') :], "") if "film-words" in body else body
    assert case.label in body.lower()
    assert not [other for other in case.others if other in body]
    chart = angle_chart(read_result(folder), scale(case.analysis.exercise, case.analysis.neutral))
    pins = [trace for trace in chart["data"] if trace.get("mode") == "markers"]
    assert [pin["name"] for pin in pins] == [case.severity]
    assert pins[0]["customdata"][0][1] == f"rep 2: {case.label}"
    assert not [s for s in chart["layout"]["shapes"] if "round" in s["name"]]
    assert plot_angle(case.analysis, "svg")


def test_the_annotated_video(case: Case) -> None:
    shown = captions(case.analysis)
    assert {one.label for one in shown} == {"", case.label}
    limits = scale(case.analysis.exercise, case.analysis.neutral)
    said = Counter(
        moment_words(one.lumbar_deg, one.grade, limits)
        for one in shown
        if one.lumbar_deg is not None
    )
    assert said[grade_words(case.grade)] > 0
    beyond = GRADES[GRADES.index(case.grade) + 1 :]
    assert not [said[grade_words(grade)] for grade in beyond if said[grade_words(grade)]]
    assert "arched" not in said
    first = case.analysis.reps[0].rep
    assert {grade_rgb(one.grade) for one in shown[: first.end]} == {(255, 255, 255)}


def test_the_batch(case: Case) -> None:
    result = clip_result(case)
    page = index_page([result], [], []).decode("utf-8")
    assert result.headline.text in page.replace("&#39;", "'")
    assert f'data-verdict="{result.headline.label}"' in page
    (chart,) = sparklines([result])
    assert [mark.flagged for mark in chart.marks] == [False, case.severity != "info"]
    summary = summary_table([result]).decode("utf-8-sig")
    assert f",{case.grade}," in summary
    reps = reps_table([result]).decode("utf-8-sig").splitlines()
    assert f",{case.grade}," in reps[2]
    assert ",no," in reps[1]


def test_the_history_and_comparisons(case: Case) -> None:
    (past,) = read_sets(make_history([clip_result(case)]))
    assert past.verdict == words.headline(case.document).label
    sound = describe(case_of("no").analysis)
    notes = compare(sound, describe(case.analysis)).notes
    assert notes[0].endswith(f"{case.label}.")
    assert rounding_label("no", "lower back") in notes[0]


def test_the_live_words_and_cues(case: Case) -> None:
    found = tuple(f for f in case.analysis.findings if f.rep == 2)
    rep = CountedRep(case.analysis.reps[1], found, ended=True)
    case.agrees(last_rep((rep,)).words)
    case.agrees(rep_event(1, 2, rep, "deadlift").text)
    watch, now_s = CueWatch(), rep.measures.end_s
    assert watch.news(Tally((rep,)), now_s) == []
    cues = watch.news(Tally((rep,)), now_s + 0.2)
    # Two words for one who moves; the grade is in the colour, and in all that stays.
    expected = [Cue("lumbar-flexion", "Back rounding", case.severity, 1, case.label)]
    # Close to the limit is not called out to one who has the bar in the hands.
    assert cues == ([] if case.severity == "info" else expected)
    assert [cue_event(1, cue).text for cue in cues] == [f"! {case.label}" for _ in cues]


def test_a_sound_set_is_called_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    case = case_of("no")
    said = words.headline(case.document)
    assert (said.tone, said.label) == ("good", "No fault found")
    print_result(case.document)
    out = capsys.readouterr().out
    assert not [other for other in case.others if other in out]
    sentences = out.partition("No rounding")[2]
    assert sentences
    assert "arched" not in sentences
    assert "Your normal:" in out
