"""The page without a browser: its words, its files, its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import run
from figures import Move, perform
from results import BREAKDOWN, HOSTILE, analysed, breakdown, held, refused, written

from formcheck.analysis import Settings, analyze_track
from formcheck.assessment import rubric
from formcheck.assessment.scale import Scale
from formcheck.errors import InputError, OutputError
from formcheck.lifts.exercises import EXERCISES
from formcheck.report import REPORT_NAME, write_report
from formcheck.report.angle_chart import angle_chart
from formcheck.report.result import Frames, Result, read_result
from formcheck.report.set_chart import set_chart
from formcheck.report.words import (
    degrees,
    evidence_items,
    finding_groups,
    headline,
    key_reps,
    typical_uncertainty,
    what_was_read,
)
from formcheck.results.document import AnalysisDocument
from formcheck.results.folder import key_frame_name

LIMITS = Scale(-40.0, -25.0)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(analysed(BREAKDOWN, name=HOSTILE), tmp_path_factory.mktemp("result"), breakdown)


@pytest.fixture
def document(folder: Path) -> dict[str, Any]:
    """A document to be changed at will."""
    return dict(json.loads((folder / "analysis.json").read_text(encoding="utf-8")))


def checked(document: dict[str, Any]) -> AnalysisDocument:
    """The same with its types, as it is read."""
    return AnalysisDocument.model_validate(document, extra="ignore")


def limits_of(lift: str) -> dict[str, float | None]:
    """The limits that an analysis of a lift records."""
    return {name: getattr(EXERCISES[lift], name) for name in rubric.LIMITS}


def finding(code: str, severity: str, rep: int | None = None, at_s: float = 1.0) -> dict[str, Any]:
    return {
        "code": code,
        "severity": severity,
        "rep": rep,
        "at_s": at_s,
        "message": f"{code} was seen.",
        "why": "",
        "evidence": {},
        "advice": "",
    }


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("held", "Your form held over the set: no drift of 7° or more"),
        ("drift", "Your form changed from rep 5 on."),
        ("tired", "You slowed down by 31 %; your lower back held."),
        ("breakdown", "Your form gave way from rep 5 on; your speed fell by 31 %."),
        ("too-few-reps", "Too few repetitions to tell how the set changed."),
        ("not-measured", "How the set changed could not be told."),
    ],
)
def test_each_verdict_is_said(document: dict[str, Any], verdict: str, words: str) -> None:
    document["fatigue"] |= {"verdict": verdict, "sets": []}
    document["findings"] = []
    said = headline(checked(document))
    assert said.tone == "good"
    assert said.text.startswith("No rounding or over-arching found in 7 of 7 reps")
    assert len(said.more) == 1
    assert said.more[0].startswith(words)


def test_a_breakdown_is_laid_to_the_slowing_only_where_they_began_together(
    document: dict[str, Any],
) -> None:
    document["findings"] = []
    document["fatigue"] |= {"verdict": "breakdown", "sets": [], "slow_from_rep": 5}
    document["fatigue"]["together"] = True
    assert "from rep 5 on, as you slowed down by 31 %." in headline(checked(document)).line
    document["fatigue"] |= {"slow_from_rep": 3, "together": False}
    said = headline(checked(document)).line
    assert "from rep 5 on; your speed fell by 31 % from rep 3 on." in said
    assert "as you slowed" not in said


def test_a_finding_on_the_whole_set_is_not_said_twice(document: dict[str, Any]) -> None:
    document["findings"] = [
        finding("lumbar-flexion", "stop"),
        finding("breakdown-under-fatigue", "caution"),
    ]
    said = headline(checked(document))
    # The gravest first, as a coach would say it.
    assert said.text == "lumbar-flexion was seen."
    assert said.more == ["breakdown-under-fatigue was seen."]
    assert said.tone == "stop"


def test_a_drift_into_arching_is_told_as_the_course_of_the_set(document: dict[str, Any]) -> None:
    document["fatigue"] |= {"verdict": "drift", "direction": "arching", "sets": []}
    document["findings"] = [finding("extension-drift", "caution")]
    said = headline(checked(document))
    assert (said.text, said.more) == ("extension-drift was seen.", [])


@pytest.mark.parametrize(
    ("lift", "method", "words"),
    [
        ("deadlift", "standing", "No rounding or over-arching found in"),
        ("deadlift", "first-reps", "No rounding found in"),
        ("overhead-press", "first-reps", "No over-arching found in"),
        ("sit-up", "standing", "No fault found in"),
    ],
)
def test_no_more_is_cleared_than_was_judged(
    document: dict[str, Any], lift: str, method: str, words: str
) -> None:
    document["exercise"]["name"] = lift
    document["settings"]["rubric"] |= limits_of(lift)
    document["neutral"]["method"] = method
    document["findings"] = []
    assert headline(checked(document)).text.startswith(words)


def test_where_nothing_could_be_judged_there_is_no_verdict(document: dict[str, Any]) -> None:
    """A back extension is asked for over-arching alone, which needs a neutral."""
    document["exercise"]["name"] = "back-extension"
    document["settings"]["rubric"] |= limits_of("back-extension")
    document["neutral"]["method"] = "none"
    document["findings"] = []
    document["view"]["reasons"] = [
        {"code": code, "message": f"{code}!", "advice": "Film again.", "refuses": False}
        for code in ("view-doubtful", "no-neutral")
    ]
    said = headline(checked(document))
    assert said.tone == "unknown"
    assert said.short == "Not measured: no-neutral!"
    document["findings"] = [finding("incomplete-reps", "caution")]
    assert headline(checked(document)).tone == "caution"


def test_what_the_lift_asks_for_besides_is_in_the_table(tmp_path: Path) -> None:
    def measure(document: dict[str, Any]) -> None:
        document["reps"][0]["lift"] |= {"depth_thigh_deg": -12.4, "curl_deg": None}

    page = write_report(written(analysed((0.0, 5.0)), tmp_path, measure))
    text = page.read_text(encoding="utf-8")
    assert '<th scope="col">Thigh above level</th>' in text
    assert ">\N{MINUS SIGN}12°</td>" in text
    assert "Flexion from lying" not in text


def test_without_a_neutral_the_page_says_why_and_what_to_do(tmp_path: Path) -> None:
    ways = [Move(1.0, 0.0, 40.0), Move(1.0, 1.0, 0.0)]
    track = perform("deadlift", [Move(0.3, 1.0, 0.0), *ways * 3], fps=10.0)
    folder = written(analyze_track(track, Settings("deadlift")), tmp_path)
    text = write_report(folder).read_text("utf-8")
    assert "There is no neutral to count flexion from: " in text
    assert "rounded beyond flat at rest.</strong> Before the first repetition stand" in text
    assert finding_groups(read_result(folder).document)  # the set is judged all the same


def test_the_upper_back_is_in_the_table_where_it_was_measured(tmp_path: Path) -> None:
    def measure(document: dict[str, Any]) -> None:
        seen, _ = (rep["thoracic_deg"] for rep in document["reps"])
        seen |= {"peak": 41.6, "uncertainty": 5.2}

    text = write_report(written(analysed((0.0, 5.0)), tmp_path, measure)).read_text("utf-8")
    assert '<th scope="col">Upper back, most rounded</th>' in text
    assert ">+42° ±5°</td>" in text


def test_a_table_without_upper_backs_has_no_column_for_them(tmp_path: Path) -> None:
    def older(document: dict[str, Any]) -> None:
        del document["reps"][0]["thoracic_deg"]
        document["reps"][1]["thoracic_deg"] |= {"peak": None}

    text = write_report(written(analysed((0.0, 5.0)), tmp_path, older)).read_text("utf-8")
    assert "Upper back" not in text


def test_it_says_which_part_of_the_movement_was_measured(document: dict[str, Any]) -> None:
    assert what_was_read(checked(document)) == []
    for rep in document["reps"]:
        rep |= {"visible_low": 0.4, "visible_high": 1.0}
    document["quality"]["read_off"] = "front"
    front, part = what_was_read(checked(document))
    assert "front of the trunk" in front
    assert part.startswith("Measured in 40% of the lower half of the movement, and in 100%")


def test_what_is_merely_to_be_known_is_not_marked_as_a_fault(tmp_path: Path) -> None:
    def shallow(document: dict[str, Any]) -> None:
        document["findings"] = [finding("squat-depth", "info", 1)]
        document["reps"][0]["findings"] = ["squat-depth"]

    page = write_report(written(analysed((0.0, 5.0)), tmp_path, shallow))
    text = page.read_text(encoding="utf-8")
    assert '<span aria-hidden="true">● </span>above parallel' in text
    assert 'class="flagged"' not in text


def test_several_sets_are_named(document: dict[str, Any]) -> None:
    one = document["fatigue"] | {"verdict": "held", "first_rep": 1, "last_rep": 3}
    two = one | {"verdict": "too-few-reps", "first_rep": 4, "last_rep": 7, "reason": "Only two."}
    document["fatigue"]["sets"] = [one, two]
    document["findings"] = []
    said = headline(checked(document)).more
    assert said[0].startswith("Repetitions 1 to 3: Your form held")
    assert said[1] == "Repetitions 4 to 7: Only two."


def test_nothing_is_claimed_of_a_set_that_was_not_measured(tmp_path: Path) -> None:
    document = read_result(written(refused(), tmp_path)).document
    said = headline(document)
    assert said.tone == "unknown"
    assert said.text.startswith("Measured: deadlift, 2 repetitions, up in 0.8 s, down in ")
    assert said.text.endswith(" body lengths a second on the way up (each ±8 %).")
    assert said.more[0].startswith("Not measured: The camera looks at the front")
    assert finding_groups(document) == []  # reasons are no findings
    assert key_reps(document) == []
    assert typical_uncertainty(document) is None


def test_what_else_was_found_is_said_although_the_back_was_not_measured(tmp_path: Path) -> None:
    def add(document: dict[str, Any]) -> None:
        document["findings"].append(finding("hip-flexor-dominant", "caution"))

    folder = written(refused(), tmp_path, add)
    said = headline(read_result(folder).document)
    assert (said.tone, said.more[1:]) == ("unknown", ["hip-flexor-dominant was seen."])
    page = write_report(folder)
    assert "Hips do the work" in page.read_text(encoding="utf-8")
    assert page.stat().st_size < 100_000  # no chart, so no script for charts


def test_findings_come_together_by_code_the_gravest_first(document: dict[str, Any]) -> None:
    document["findings"] = [
        finding("velocity-loss", "info"),
        finding("lumbar-flexion", "caution", 2),
        finding("lumbar-flexion", "stop", 3),
        finding("lumbar-flexion", "stop"),
    ]
    flexion, speed = finding_groups(checked(document))
    assert flexion.main.rep is None
    assert [place.rep for place in flexion.places] == [2, 3]
    assert [place.rep for place in speed.places] == [None]


def test_the_worst_and_the_best_repetition_are_shown_where_they_differ(
    document: dict[str, Any],
) -> None:
    plain: dict[str, Any] = document["reps"][0]

    def rep(
        index: int, peak: float | None, least: float, score: float | None = None
    ) -> dict[str, Any]:
        angle = plain["lumbar_deg"] | {"peak": peak, "least": least, "least_uncertainty": 7.0}
        at_s = {"peak_s": index + 0.5, "least_s": index + 0.7}
        return plain | {"index": index, "lumbar_deg": angle, "score": score, **at_s}

    def judged_as(lift: str, *findings: dict[str, Any]) -> None:
        document["exercise"]["name"] = lift
        document["settings"]["rubric"] |= limits_of(lift)
        document["findings"] = list(findings)

    reps = [rep(1, 4.0, -50.0), rep(2, 22.0, -30.0), rep(3, None, 0.0), rep(4, 1.0, -28.0)]
    document["reps"] = reps
    judged_as("deadlift")
    worst, best = key_reps(checked(document))
    assert (worst.rep.index, worst.at_s, worst.lumbar_deg) == (2, 2.5, 22.0)
    assert (best.rep.index, best.role) == (4, "best")
    judged_as("deadlift", finding("lumbar-hyperextension", "caution", 1))
    worst, best = key_reps(checked(document))
    assert (worst.rep.index, worst.at_s, worst.what) == (1, 1.7, "most arched")
    assert (best.rep.index, worst.uncertainty_deg) == (4, 7.0)
    judged_as("overhead-press")
    assert key_reps(checked(document))[0].what == "most arched"  # all that a press is judged for
    judged_as("deadlift")
    document["reps"] = [rep(1, 4.0, -30.0, 90.0), rep(2, 3.0, -30.0, 40.0)]
    assert [one.rep.index for one in key_reps(checked(document))] == [2, 1]  # by score
    document["reps"] = reps[:1]
    assert [one.role for one in key_reps(checked(document))] == ["worst"]


def test_numbers_read_as_a_person_writes_them() -> None:
    assert degrees(-24.6) == "\N{MINUS SIGN}25°"
    assert degrees(2.38, 1) == "+2.4°"
    assert degrees(-0.3) == "+0°"
    assert degrees(None) == "not seen"
    evidence = {"lumbar_peak_deg": 24.64, "p": 0.0008, "reps_flagged": 3.0, "loss_pct": 43.4}
    assert evidence_items(evidence | {"drift_deg_per_rep": 2.38}) == [
        ("lumbar peak", "25°"),
        ("p", "0.0008"),
        ("reps flagged", "3"),
        ("loss", "43 %"),
        ("drift", "2.4° a rep"),
    ]


def test_the_charts_hold_the_numbers_of_the_files(folder: Path) -> None:
    result = read_result(folder)
    reps = result.document.reps
    angle = angle_chart(result, LIMITS)
    shades = [s for s in angle["layout"]["shapes"] if s["name"].startswith("rep")]
    assert [(s["x0"], s["x1"]) for s in shades] == [(r.start_s, r.end_s) for r in reps]
    assert {"flat", "your normal", "over-arched below"} <= {
        s["name"] for s in angle["layout"]["shapes"]
    }
    chart = {trace["name"]: trace for trace in set_chart(result)["data"]}
    assert chart["most flexed"]["y"] == [r.lumbar_deg.peak for r in reps]
    assert chart["most flexed"]["error_y"]["array"] == [r.lumbar_deg.uncertainty for r in reps]
    assert chart["most arched"]["y"] == [r.lumbar_deg.least for r in reps]
    assert chart["speed on the way up"]["y"] == [r.concentric_speed for r in reps]


@pytest.mark.parametrize("neutral_deg", [-60.0, -20.0, -3.0, -1.0, 0.0, 2.0, 9.0])
def test_the_names_of_the_lines_never_lie_on_each_other(folder: Path, neutral_deg: float) -> None:
    chart = angle_chart(read_result(folder), Scale(neutral_deg - 15.0, neutral_deg))
    words = {one["text"]: one for one in chart["layout"]["annotations"]}
    shown = [y for trace in chart["data"] for y in trace["y"] if y is not None]
    shown += [0.0, neutral_deg, neutral_deg - 15.0]
    # The chart is at least 270 points high, a word 19.
    word_deg = 19 / 270 * (max(shown) - min(shown))
    spans = {}
    for name in ("flat", "your normal"):
        one = words[name]
        low = one["y"] - (word_deg if one["yanchor"] == "top" else 0.0)
        spans[name] = low, low + word_deg
    lower, upper = sorted(spans.values())
    assert lower[1] <= upper[0] + 1e-9
    # The third is at the other side.
    assert words["over-arched below"]["xanchor"] != words["flat"]["xanchor"]


def test_many_repetitions_are_not_all_numbered(folder: Path) -> None:
    result = read_result(folder)
    one = result.document.reps[0]
    for count, shown in ((14, 14), (15, 8), (40, 14)):
        reps = [one.model_copy(update={"index": number}) for number in range(1, count + 1)]
        longer = replace(result, document=result.document.model_copy(update={"reps": reps}))
        names = {one["text"] for one in angle_chart(longer, LIMITS)["layout"]["annotations"]}
        assert len([name for name in names if name.isdecimal()]) == shown


def test_the_drift_line_has_the_slope_of_the_document_and_its_mdc(folder: Path) -> None:
    result = read_result(folder)

    def traces(direction: str) -> dict[str, Any]:
        fatigue = result.document.fatigue
        assert fatigue is not None
        said: dict[str, Any] = {
            "drift_deg_per_rep": 2.0,
            "drift_ci_deg": (1.0, 3.0),
            "mdc_deg": 6.0,
            "sets": [],
        }
        changed = fatigue.model_copy(update=said | {"direction": direction})
        document = result.document.model_copy(update={"fatigue": changed})
        return {one["name"]: one for one in set_chart(replace(result, document=document))["data"]}

    rounding = traces("rounding")
    low, high = rounding["drift +2.0° a rep"]["y"]
    assert high - low == pytest.approx(6 * 2.0, abs=0.02)
    mdc = rounding["too small to tell (MDC)"]["y"]
    assert max(mdc) - min(mdc) == pytest.approx(12.0, abs=0.02)
    assert "drift -2.0° a rep" in traces("arching")  # for the worse is downwards then


def test_gaps_stay_open_in_the_band(folder: Path) -> None:
    result = read_result(folder)
    result.frames.lumbar_deg[50:60] = float("nan")
    band, line = angle_chart(result, LIMITS)["data"][:2]
    assert line["y"][50:60] == [None] * 10
    inside = result.frames.time_s[55]
    for edge_s in (x for x in band["x"] if x is not None):
        assert abs(edge_s - inside) > 0.3


def test_a_long_clip_does_not_make_a_heavy_page(folder: Path) -> None:
    result = read_result(folder)
    frames = result.frames
    many = Frames(
        frames.time_s.repeat(300),
        frames.lumbar_deg.repeat(300),
        frames.lumbar_uncertainty_deg.repeat(300),
        frames.rep * 300,
        frames.phase * 300,
        frames.bar_forward_cm.repeat(300),
        frames.bar_height_cm.repeat(300),
    )
    chart = angle_chart(Result(folder, result.document, many), LIMITS)
    assert len(many.time_s) > 30_000
    assert len(chart["data"][1]["x"]) <= 6000


def test_names_stay_text(folder: Path) -> None:
    page = write_report(folder).read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror" in page


def test_script_endings_in_the_data_end_no_script(tmp_path: Path) -> None:
    def hostile(document: dict[str, Any]) -> None:
        document["findings"] = [finding("</script><script>alert(1)//", "stop", 1)]

    page = write_report(written(analysed((0.0,)), tmp_path, hostile)).read_text(encoding="utf-8")
    assert "</script><script>alert" not in page


def test_a_page_is_light(folder: Path) -> None:
    assert write_report(folder).stat().st_size <= 6e6


def test_the_page_is_made_again_from_the_files_alone(folder: Path, tmp_path: Path) -> None:
    first = write_report(folder).read_bytes()
    assert write_report(folder / "analysis.json", out=tmp_path / "again.html").read_bytes() == first
    result = run("report", folder)
    assert result.exit_code == 0
    assert result.stdout.strip() == str(folder / REPORT_NAME)
    assert (folder / REPORT_NAME).read_bytes() == first


def test_pictures_and_video_are_shown_only_if_they_are_there(tmp_path: Path) -> None:
    folder = written(analysed((0.0, 30.0)), tmp_path)
    page = write_report(folder).read_text(encoding="utf-8")
    assert "<video" not in page
    assert "data:image/jpeg" not in page
    (folder / key_frame_name(2)).write_bytes(b"\xff\xd8picture")
    page = write_report(folder).read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 1


def plain(document: dict[str, Any]) -> None:
    """As before fatigue was judged."""
    document |= {"fatigue": None, "score": None}
    for rep in document["reps"]:
        rep["score"] = None


@pytest.mark.parametrize(("change", "scored"), [(plain, False), (held, True), (breakdown, True)])
def test_what_the_document_does_not_say_is_left_out(
    tmp_path: Path, change: Change, scored: bool
) -> None:
    page = write_report(written(analysed((0.0, 5.0, 30.0)), tmp_path, change))
    text = page.read_text(encoding="utf-8")
    assert ("<dt>Score</dt>" in text) == scored
    assert ("minimal detectable change" in text) == scored


def test_fields_of_a_later_version_do_no_harm(tmp_path: Path) -> None:
    def add(document: dict[str, Any]) -> None:
        document["mood"] = {"value": "good"}
        document["reps"][0]["colour"] = "red"

    assert write_report(written(analysed((0.0,)), tmp_path, add)).is_file()


def break_version(folder: Path) -> None:
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    (folder / "analysis.json").write_text(json.dumps(document | {"schema_version": 9}))


def break_type(folder: Path) -> None:
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    document["reps"][0]["start_s"] = "<b>"
    (folder / "analysis.json").write_text(json.dumps(document))


def cut_frames(folder: Path) -> None:
    (folder / "frames.csv").write_text("frame,time_s\n0,0.0\n", encoding="utf-8")


def empty_frames(folder: Path) -> None:
    lines = (folder / "frames.csv").read_text(encoding="utf-8").splitlines()
    (folder / "frames.csv").write_text(lines[0] + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (break_version, "schema_version"),
        (break_type, r"reps\.0\.start_s"),
        (cut_frames, r"frames\.csv is damaged"),
        (empty_frames, "holds no frames"),
        (lambda folder: (folder / "frames.csv").unlink(), r"no file .*frames\.csv"),
        (lambda folder: (folder / "analysis.json").unlink(), "formcheck analyze"),
        (lambda folder: (folder / "analysis.json").write_bytes(b"\xff\xfe"), "cannot be read"),
        (lambda folder: (folder / "analysis.json").write_text("{"), "no analysis"),
    ],
)
def test_damaged_results_are_named_and_the_old_page_is_kept(
    tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    folder = written(analysed((0.0,)), tmp_path)
    page = write_report(folder)
    before = page.read_bytes()
    damage(folder)
    with pytest.raises(InputError, match=words):
        write_report(folder)
    assert page.read_bytes() == before
    result = run("report", folder)
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) <= 2
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]


def test_a_page_that_cannot_be_written_is_an_output_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(folder, out=tmp_path / "nowhere" / "page.html")


def test_a_set_of_one_repetition_has_no_chart_of_its_course(tmp_path: Path) -> None:
    one = write_report(written(analysed((30.0,)), tmp_path / "one")).read_text(encoding="utf-8")
    two = write_report(written(analysed((30.0, 30.0)), tmp_path / "two")).read_text("utf-8")
    assert 'id="angle-chart"' in one
    assert 'id="set-chart"' not in one
    assert 'id="set-chart"' in two
