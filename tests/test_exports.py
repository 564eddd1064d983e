"""Exports for other tools: headers, units, constant rate, nothing invented."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from figures import even_times, mirrored, moving_lifter
from results import analysed, refused
from trc import TRCData

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.pose.track import PoseTrack
from formcheck.results.exports import EXPORTS, NAMES, keypoints_json, mot, trc


@pytest.fixture(scope="module")
def analysis() -> SetAnalysis:
    return analysed((0.0, 30.0))


def read_trc(text: str) -> tuple[TRCData, dict[str, np.ndarray], np.ndarray]:
    """Header, markers (N, 3) by name, and times of a TRC file, by a reader of others."""
    data = TRCData()
    data.parse(text, line_sep="\n")
    return data, {name: np.array(data[name]) for name in data["Markers"]}, np.array(data["Time"])


def read_mot(text: str) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Header fields and columns of a MOT file, the table by numpy."""
    head, body = text.split("endheader\n")
    fields = dict(line.split("=") for line in head.splitlines() if "=" in line)
    table = np.genfromtxt(StringIO(body), names=True)
    return fields, {name: table[name] for name in table.dtype.names or ()}


def test_the_trc_header_tells_what_follows(analysis: SetAnalysis) -> None:
    text = trc(analysis, "markers.trc", 1.75)
    header, markers, time_s = read_trc(text)
    assert text.split("\n")[5] == ""
    assert text.startswith("PathFileType\t4\t(X/Y/Z)\tmarkers.trc\n")
    assert header["Units"] == "m"
    assert header["NumFrames"] == len(time_s)
    assert header["NumMarkers"] == len(markers) == 36
    assert header["DataRate"] == 10
    assert list(markers)[:33] == list(NAMES)


def test_a_trunk_is_its_share_of_the_height(analysis: SetAnalysis) -> None:
    for height_m in (1.5, 2.0):
        _, markers, _ = read_trc(trc(analysis, "x", height_m))
        hip = (markers["left_hip"] + markers["right_hip"]) / 2
        shoulder = (markers["left_shoulder"] + markers["right_shoulder"]) / 2
        length_m = np.linalg.norm(shoulder - hip, axis=1)
        assert np.nanmedian(length_m) == pytest.approx(0.288 * height_m, rel=0.02)


def test_up_is_up_and_forwards_is_forwards_whichever_way_the_lifter_faces(
    analysis: SetAnalysis,
) -> None:
    other = analyze_track(mirrored(analysis.track), Settings("deadlift"))
    for one in (analysis, other):
        _, markers, _ = read_trc(trc(one, "x", 1.75))
        standing = int(np.nanargmax(markers["nose"][:, 1]))
        assert markers["nose"][standing, 1] > markers["left_hip"][standing, 1] > 0.5
        toe, heel = markers["right_foot_index"], markers["right_heel"]
        assert toe[standing, 0] > heel[standing, 0]
    assert np.allclose(markers["nose"][:, 2], 0)


def test_the_back_is_among_the_markers(analysis: SetAnalysis) -> None:
    _, markers, _ = read_trc(trc(analysis, "x", 1.75))
    seen = np.isfinite(markers["back_lumbar"]).all(axis=1)
    assert seen.mean() > 0.9
    hip = (markers["left_hip"] + markers["right_hip"]) / 2
    behind = hip[seen, 0] - markers["back_lumbar"][seen, 0]
    assert np.median(behind) > 0  # of the hip, at any moment of the lift


def uneven_track() -> PoseTrack:
    rng = np.random.default_rng(3)
    times_s = even_times(8.0, 30.0)
    times_s = np.sort(times_s + rng.uniform(-0.012, 0.012, times_s.size))
    return moving_lifter("deadlift", [0.0], times_s=times_s - times_s[0])


def test_a_varying_rate_becomes_constant_at_the_right_values() -> None:
    track = uneven_track()
    analysis = analyze_track(track, Settings("deadlift"))
    fields, columns = read_mot(mot(analysis, "x", 1.75))
    assert int(fields["nRows"]) == len(columns["time"])
    assert np.ptp(np.diff(columns["time"])) < 2e-6
    assert np.median(np.diff(columns["time"])) == pytest.approx(1 / 30, abs=1e-3)
    expected = np.interp(columns["time"], track.time_s, 180 - analysis.kinematics.joints.hip_deg)
    assert columns["hip_flexion_r"] == pytest.approx(expected, abs=0.01)


def test_the_mot_counts_flexion_as_opensim_does(analysis: SetAnalysis) -> None:
    fields, columns = read_mot(mot(analysis, "angles.mot", 1.75))
    assert fields["inDegrees"] == "yes"
    assert int(fields["nColumns"]) == len(columns)
    at = int(np.argmin(np.abs(columns["time"] - analysis.reps[1].peak_s)))
    flexion = analysis.reps[1].peak_deg - analysis.neutral.lumbar_deg
    assert columns["lumbar_extension"][at] == pytest.approx(-flexion, abs=0.1)
    assert np.nanmin(columns["hip_flexion_r"]) > -1
    assert np.nanmax(columns["hip_flexion_r"]) > 60
    assert "Resampled to 10 Hz" in mot(analysis, "x", 1.75)


def test_what_was_not_seen_stays_missing(analysis: SetAnalysis) -> None:
    landmarks = analysis.track.landmarks_px.copy()
    landmarks[20:40] = np.nan
    gap = analyze_track(replace(analysis.track, landmarks_px=landmarks), Settings("deadlift"))
    _, columns = read_mot(mot(gap, "x", 1.75))
    assert np.isnan(columns["hip_flexion_r"][25:35]).all()
    _, markers, _ = read_trc(trc(gap, "x", 1.75))
    assert np.isnan(markers["nose"][25:35]).all()
    _, markers, _ = read_trc(trc(refused(), "x", 1.75))
    for name in ("back_sacrum", "back_lumbar", "back_thoracolumbar"):
        assert np.isnan(markers[name]).all()
    assert np.isfinite(markers["right_foot_index"]).any()
    _, columns = read_mot(mot(refused(), "x", 1.75))
    assert np.isnan(columns["lumbar_extension"]).all()


def test_keypoints_keep_true_times_and_pixels(analysis: SetAnalysis) -> None:
    data = json.loads(keypoints_json(analysis, "", math.nan))
    track = analysis.track
    assert data["names"] == list(NAMES)
    assert [frame["time_s"] for frame in data["frames"]] == pytest.approx(track.time_s)
    assert data["frames"][7]["points_px"][0] == pytest.approx(track.landmarks_px[7, 0], abs=0.06)
    assert len(data["frames"][7]["back_px"]) > 10


def test_a_frame_without_a_person_has_null_points(analysis: SetAnalysis) -> None:
    landmarks = analysis.track.landmarks_px.copy()
    landmarks[4] = np.nan
    lost = analyze_track(replace(analysis.track, landmarks_px=landmarks), Settings("deadlift"))
    assert json.loads(keypoints_json(lost, "", 0))["frames"][4]["points_px"] is None


def test_one_frame_is_enough(analysis: SetAnalysis) -> None:
    one = analyze_track(analysis.track[:1], Settings("deadlift"))
    for name, make in EXPORTS.values():
        assert make(one, name, 1.75)
