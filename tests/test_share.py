"""What is sent of a set: the worst repetition, then the best, with one sentence."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from clipmaker import Image
from results import analysed, clip_of, refused

from formcheck.analysis import SetAnalysis
from formcheck.outputs import Outputs, write_result
from formcheck.report.words import key_reps
from formcheck.results.describe import describe
from formcheck.results.folder import SHARE_PICTURE_NAME, SHARE_VIDEO_NAME, ResultFolder


def shared(analysis: SetAnalysis, clip: Path, out: Path, *, blur_face: bool = False) -> Path:
    outputs = Outputs(html=False, video=False, share=True, blur_face=blur_face, track=False)
    with ResultFolder(out, "clip") as folder:
        write_result(clip, analysis, describe(analysis), folder, outputs)
        folder.publish()
    return out / "clip"


def picture_of(folder: Path) -> Image:
    return np.asarray(cv2.imread(str(folder / SHARE_PICTURE_NAME)), np.uint8)


def frames_of(file: Path) -> tuple[list[float], list[Image]]:
    """Times and pictures of a video."""
    video = cv2.VideoCapture(str(file))
    times_s: list[float] = []
    frames: list[Image] = []
    while True:
        read, frame = video.read()
        if not read:
            return times_s, frames
        times_s.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        frames.append(np.asarray(frame, np.uint8))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[SetAnalysis, Path, Path]:
    """Two repetitions, the second the worse: as they are sent, and without the face."""
    analysis, home = analysed((-20.0, 30.0)), tmp_path_factory.mktemp("shared")
    clip = clip_of(analysis.track, home / "set.mp4")
    plain = shared(analysis, clip, home / "plain")
    return analysis, plain, shared(analysis, clip, home / "blurred", blur_face=True)


def test_it_is_some_seconds_of_both_repetitions(both: tuple[SetAnalysis, Path, Path]) -> None:
    analysis, folder, _ = both
    times_s, frames = frames_of(folder / SHARE_VIDEO_NAME)
    assert 2.0 < times_s[-1] < 8.0
    assert np.all(np.diff(times_s) > 0.05)
    # Two scenes: their titles differ, and change once.
    titles = [frame[:30].astype(int) for frame in frames]
    changes = [i for i in range(1, len(titles)) if np.abs(titles[i] - titles[i - 1]).mean() > 2]
    assert len(changes) == 1
    worst, best = key_reps(describe(analysis))
    assert (worst.rep.index, best.rep.index) == (2, 1)
    rep = analysis.reps[1]
    span_s = min(rep.end_s, rep.peak_s + 1.5) - max(rep.start_s, rep.peak_s - 2.0)
    assert changes[0] == pytest.approx(10 * span_s, abs=3)


def test_the_picture_shows_both_side_by_side(both: tuple[SetAnalysis, Path, Path]) -> None:
    picture = picture_of(both[1])
    assert picture.shape[1] == 2 * 560
    assert picture.shape[0] > 560 + 60  # a title above, the sentence below
    assert picture[-60:].max() > 200


def test_of_a_refused_set_there_is_nothing_to_send(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        folder = shared(refused(), tmp_path / "never-read.mp4", tmp_path)
    assert "there is no share.mp4" in caplog.text
    assert not (folder / SHARE_PICTURE_NAME).exists()


def test_the_face_is_hidden_in_it_too(both: tuple[SetAnalysis, Path, Path]) -> None:
    shown, covered = (picture_of(folder) for folder in both[1:])
    assert shown.shape == covered.shape
    assert np.abs(shown.astype(int) - covered).max() > 30
    films = [frames_of(folder / SHARE_VIDEO_NAME)[1][5].astype(int) for folder in both[1:]]
    assert np.abs(films[0] - films[1]).max() > 30
