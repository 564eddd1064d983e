"""Two sets side by side: the numbers by hand, and the command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from figures import moving_lifter
from typer.testing import CliRunner

from formcheck.analysis import Settings, analyze_track
from formcheck.cli import app
from formcheck.errors import ConfigurationError, NothingMeasured
from formcheck.pose.track import save_track
from formcheck.results.comparison import Comparison, Difference, compare
from formcheck.results.describe import describe
from formcheck.results.document import AnalysisDocument, RepPart


@cache
def measured(lift: str = "squat") -> AnalysisDocument:
    track = moving_lifter("squat" if lift == "squat" else "deadlift", [0.0] * 4)
    return describe(analyze_track(track, Settings(lift)))


def set_of(
    peaks: Sequence[float | None], *, half: float = 3.0, neutral: float = -25.0
) -> AnalysisDocument:
    """The squat's document with other numbers in it."""
    base = measured()

    def rep(index: int, peak: float | None) -> RepPart:
        known = peak is not None
        lumbar = base.reps[0].lumbar_deg.model_copy(
            update={
                "peak": peak,
                "least": -30.0 if known else None,
                "uncertainty": half if known else None,
                "least_uncertainty": half if known else None,
            }
        )
        flexion = base.reps[0].flexion_deg.model_copy(
            update={
                "peak": peak - neutral if peak is not None else None,
                # More than that of the angle and of the neutral: skin follows bone unevenly
                "uncertainty": half + 3.0 if known else None,
            }
        )
        changed = {"index": index, "complete": True, "lumbar_deg": lumbar, "flexion_deg": flexion}
        return base.reps[0].model_copy(update={**changed, "concentric_speed": 0.5})

    still = base.neutral.model_copy(update={"lumbar_deg": neutral, "uncertainty_deg": 4.0})
    reps = [rep(i + 1, peak) for i, peak in enumerate(peaks)]
    return base.model_copy(update={"reps": reps, "neutral": still, "fatigue": None})


def pick(found: Comparison, measure: str, rep: int | None) -> Difference:
    rows = found.means if rep is None else found.reps
    return next(one for one in rows if (one.measure, one.rep) == (measure, rep))


def test_a_repetition_by_hand() -> None:
    found = pick(compare(set_of([0.0, 0.0]), set_of([10.0, 4.0])), "lumbar_peak_deg", 1)
    assert (found.first, found.second, found.difference) == (0.0, 10.0, 10.0)
    half = np.hypot(3.0, 3.0)
    assert found.interval == pytest.approx((10 - half, 10 + half))
    # The lifter's own 2.2 degrees, in both repetitions
    assert found.mdc == pytest.approx(np.sqrt(18 + 2 * (1.645 * 2.2) ** 2))
    assert found.exceeds_mdc
    assert not pick(
        compare(set_of([0.0, 0.0]), set_of([10.0, 4.0])), "lumbar_peak_deg", 2
    ).exceeds_mdc


def test_the_means_by_hand() -> None:
    found = pick(compare(set_of([0.0] * 4), set_of([8.0, 10, 12, 10])), "lumbar_peak_deg", None)
    assert found.difference == 10.0
    # The stated uncertainty does not average out; the scatter, at least 2.2, does.
    one = np.hypot(3.0, 1.645 * 2.2 / 2)
    assert found.mdc == pytest.approx(np.hypot(one, one))


def test_flexion_carries_the_doubt_of_the_neutral() -> None:
    found = pick(compare(set_of([0.0]), set_of([0.0], neutral=-35.0)), "flexion_peak_deg", 1)
    assert found.difference == 10.0
    assert found.interval[1] - 10.0 == pytest.approx(np.hypot(6.0, 6.0))


def test_a_set_against_itself_differs_in_nothing() -> None:
    found = compare(measured(), measured())
    assert len(found.notes) == 2
    level_deg = measured().quality.level_uncertainty_deg
    assert level_deg is not None
    apart = f"±{np.hypot(level_deg, level_deg):.0f}° more."
    grade = measured().rounding
    assert grade is not None
    assert found.notes[0].count(grade.words) == 2
    assert found.notes[1].endswith(f"two people, or shirts, they may differ by {apart}")
    for one in (*found.means, *found.reps):
        assert one.difference == 0.0
        assert not one.exceeds_mdc
        assert one.interval[0] < 0 < one.interval[1]
    assert pick(found, "drift_deg_per_rep", None).mdc > 0


def test_the_other_way_round_changes_the_sign() -> None:
    first, second = set_of([0.0, 2.0]), set_of([9.0, 20.0])
    there, back = compare(first, second), compare(second, first)
    assert [one.difference for one in there.reps] == [-one.difference for one in back.reps]
    assert [one.mdc for one in there.reps] == [one.mdc for one in back.reps]


def test_repetitions_are_compared_as_far_as_both_were_measured() -> None:
    found = compare(set_of([0.0, None, 4.0]), set_of([1.0, 2.0, 3.0, 4.0]))
    assert [one.rep for one in found.reps if one.measure == "lumbar_peak_deg"] == [1, 3]
    assert any("3 and 4 repetitions" in note for note in found.notes)


def test_what_makes_sets_unlike_is_noted() -> None:
    first = set_of([0.0])
    method = first.neutral.model_copy(update={"method": "given"})
    turned = first.view.model_copy(update={"yaw_deg": 25.0})
    other = first.model.model_copy(update={"sha256": "1" * 64})
    second = first.model_copy(update={"neutral": method, "view": turned, "model": other})
    assert len(compare(first, second).notes) == 5


def test_different_lifts_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="same lift"):
        compare(measured("deadlift"), measured("squat"))


def test_nothing_measured_is_said() -> None:
    nothing = measured().model_copy(update={"reps": []})
    with pytest.raises(NothingMeasured):
        compare(measured(), nothing)


def test_the_back_of_one_unseen_leaves_the_speed() -> None:
    found = compare(measured(), set_of([None, None]))
    assert {one.measure for one in found.means} == {"concentric_speed"}


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of results, a track, and an analysis that differs; worked in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one").mkdir()
    text = measured().model_dump_json()
    (tmp_path / "one" / "analysis.json").write_text(text, encoding="utf-8")
    (tmp_path / "two.json").write_text(set_of([30.0] * 4).model_dump_json(), encoding="utf-8")
    save_track(moving_lifter("squat", [0.0] * 4), tmp_path / "track.npz")
    return tmp_path


def test_a_folder_and_a_file_are_compared(folder: Path) -> None:
    code, out, _ = run(folder / "one", folder / "two.json")
    assert code == 0
    assert out.startswith("Beyond the minimal detectable change: most flexed +")
    assert "90 % interval" not in out
    assert out.endswith("Open compare.html\n")
    page = (folder / "compare.html").read_text("utf-8")
    assert page.index("Beyond the minimal detectable change: most flexed +") < page.index("<table")


def test_the_table_is_printed_if_asked(folder: Path) -> None:
    code, out, _ = run(folder / "one", folder / "two.json", "-v", "--no-html")
    assert code == 0
    assert out.index("Beyond the minimal") < out.index("90 % interval")
    assert not (folder / "compare.html").exists()


def test_a_track_is_analysed_first(folder: Path) -> None:
    code, out, _ = run(folder / "one", folder / "track.npz", "-e", "squat", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["exercise"] == "squat"
    assert not any(one["exceeds_mdc"] for one in found["means"])
    assert sorted(path.name for path in folder.iterdir()) == ["one", "track.npz", "two.json"]


def test_the_lift_of_a_track_is_recognised(folder: Path) -> None:
    code, out, _ = run(folder / "one", folder / "track.npz", "--json")
    assert code == 0
    assert json.loads(out)["exercise"] == "squat"


@pytest.mark.parametrize("content", ["{", "{}", '{"schema_version": 99}', "[]", ""])
def test_what_is_no_analysis_is_told(folder: Path, content: str) -> None:
    (folder / "bad.json").write_text(content, encoding="utf-8")
    code, out, err = run(folder / "one", folder / "bad.json")
    assert (code, out) == (1, "")
    assert "bad.json" in err


def test_what_is_not_there_is_told(folder: Path) -> None:
    for missing in ("none.mp4", "none.json", "."):
        code, _, err = run(folder / "one", folder / missing)
        assert code == 1
        assert "There is no file" in err
