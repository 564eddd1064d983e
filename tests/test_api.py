"""What researchers use: tables, plots, folders, and landmarks of other estimators."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from figures import moving_lifter
from results import analysed, refused

import formcheck
from formcheck.errors import ConfigurationError, OutputError
from formcheck.pose.layouts import LAYOUTS, Layout
from formcheck.pose.track import PoseTrack

PEAKS_DEG = (0.0, 30.0, 45.0)
# Points of each layout by the lifter's own side, as its authors number them.
SHOULDER_HIP_KNEE = {"coco-17": (5, 11, 13), "body-25": (5, 12, 13), "blazepose-33": (11, 23, 25)}


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_tables_hold_what_the_files_hold(tmp_path: Path) -> None:
    analysis = analysed(PEAKS_DEG)
    folder = analysis.save(tmp_path / "set")
    for table, name in (
        (analysis.frames_table(), "frames.csv"),
        (analysis.reps_table(), "reps.csv"),
    ):
        written = rows(folder / name)
        assert list(table) == list(written[0])
        for column, values in table.items():
            assert len(values) == len(written)
            if values.dtype.kind == "f":
                told = [float(row[column]) if row[column] else np.nan for row in written]
                np.testing.assert_allclose(values, told, atol=0.006)
    frames = analysis.frames_table()
    assert set(frames["rep"].tolist()) == {0, 1, 2, 3}
    assert frames["phase"].dtype.kind == "U"
    assert analysis.reps_table()["complete"].tolist() == [True] * 3


def test_the_table_of_a_set_that_was_not_measured_has_no_numbers_for_the_back() -> None:
    table = refused().reps_table()
    assert np.isnan(table["lumbar_peak_deg"]).all()


def test_pandas_is_asked_for_by_name() -> None:
    table = analysed(PEAKS_DEG).reps_table()
    if importlib.util.find_spec("pandas"):
        assert list(table.pandas().columns) == list(table)
    else:
        with pytest.raises(ConfigurationError, match="pip install pandas"):
            table.pandas()


def test_a_plot_goes_into_axes_of_ones_own() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    analysis = analysed(PEAKS_DEG)
    assert analysis.plot(axes) is axes
    drawn = {line.get_label(): line for line in axes.lines}
    shown = np.asarray(drawn["lumbar angle"].get_ydata(), np.float64)
    np.testing.assert_array_equal(shown, analysis.kinematics.back.lumbar_deg)


def test_a_result_is_saved_whole_and_not_overwritten(tmp_path: Path) -> None:
    analysis = analysed(PEAKS_DEG)
    folder = analysis.save(tmp_path / "set")
    names = {"analysis.json", "frames.csv", "reps.csv", "report.html", "track.npz"}
    assert {file.name for file in folder.iterdir()} == names
    with pytest.raises(OutputError, match="already"):
        analysis.save(folder)
    assert analysis.save(folder, force=True) == folder
    again = formcheck.analyze(folder / "track.npz", "deadlift")
    assert [rep.peak_deg for rep in again.reps] == [rep.peak_deg for rep in analysis.reps]


def given(layout: Layout, track: PoseTrack) -> np.ndarray:
    """The track's landmarks as another estimator gives them: NaN where it has others."""
    order = LAYOUTS[layout]
    points = np.full((len(track), int(layout.rpartition("-")[2]), 2), np.nan)
    for mediapipe, own in reversed(list(enumerate(order))):
        points[:, own] = track.landmarks_px[:, mediapipe]
    return points


@pytest.mark.parametrize("layout", list(LAYOUTS))
@pytest.mark.parametrize("lift", ["deadlift", "squat"])
def test_landmarks_of_other_estimators_are_counted_and_refused_a_back(
    layout: Layout, lift: str
) -> None:
    track = moving_lifter(lift, [0.0] * 3)  # type: ignore[arg-type]
    points = given(layout, track)
    shoulder, hip, knee = SHOULDER_HIP_KNEE[layout]
    for own, mediapipe in ((shoulder, 11), (hip, 23), (knee, 25)):
        np.testing.assert_array_equal(points[:, own], track.landmarks_px[:, mediapipe])
    other = PoseTrack.from_landmarks(points, track.time_s, (1280, 720), layout=layout)
    analysis = formcheck.analyze_track(other, formcheck.Settings(lift))
    assert len(analysis.reps) == 3
    assert not analysis.measured
    assert "back-hidden" in {reason.code for reason in analysis.reasons}
    assert analysis.kinematics.view.facing == "right"


def test_with_an_outline_the_back_is_measured_as_ever() -> None:
    track = moving_lifter("deadlift", PEAKS_DEG)
    other = PoseTrack.from_landmarks(
        track.landmarks_px, track.time_s, (1280, 720), profile=track.profile
    )
    mine, theirs = (
        [rep.peak_deg for rep in formcheck.analyze_track(one, formcheck.Settings("deadlift")).reps]
        for one in (other, track)
    )
    assert mine == pytest.approx(theirs, abs=1.0)
    assert np.isfinite(mine).all()


def test_a_point_that_one_side_lacks_is_that_of_the_other() -> None:
    points = np.zeros((1, 17, 2))
    points[0, 3], points[0, 4] = np.nan, (5.0, 6.0)
    track = PoseTrack.from_landmarks(points, [0.0], (100, 100), layout="coco-17")
    assert track.landmarks_px[0, 7].tolist() == [5.0, 6.0]


@pytest.mark.parametrize(
    ("points", "layout", "words"),
    [
        (np.zeros((2, 18, 2)), "coco-17", r"\(N, 17, 2\)"),
        (np.zeros((2, 17, 3)), "coco-17", r"\(N, 17, 2\)"),
        (np.zeros((2, 17, 2)), "coco-18", "coco-18"),
    ],
)
def test_wrong_landmarks_are_refused(points: np.ndarray, layout: Layout, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PoseTrack.from_landmarks(points, [0.0, 0.1], (100, 100), layout=layout)
