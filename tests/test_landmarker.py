"""What MediaPipe finds in a frame, with MediaPipe itself."""

from __future__ import annotations

from itertools import islice

import numpy as np
from clipmaker import SAMPLES

from formcheck.models.store import ResolvedModel
from formcheck.pose.landmarker import PoseFinder, outlined
from formcheck.video.reader import open_video


def test_a_sighting_stays_as_it_is_while_the_next_frames_are_looked_at(
    pose_model: ResolvedModel,
) -> None:
    """MediaPipe takes its memory back: live, the outline is traced a frame later."""
    with open_video(SAMPLES / "deadlift-steady.mp4") as video:
        frames = list(islice(video, 12))
    with PoseFinder(pose_model) as finder:
        at_once = [outlined(finder.look(frame)) for frame in frames]
    with PoseFinder(pose_model) as finder:
        sightings = [finder.look(frame) for frame in frames]
    for pose, sighting in zip(at_once, sightings, strict=True):
        later = outlined(sighting)
        assert np.isfinite(later.profile).mean() > 0.8
        np.testing.assert_array_equal(later.landmarks_px, pose.landmarks_px)
        np.testing.assert_array_equal(later.profile, pose.profile)
