"""From an open clip to its track: who is found, in which frames, shown which way round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

from formcheck.errors import InputError
from formcheck.models.store import ResolvedModel
from formcheck.pose.facing import OPENING_FRAMES, faces_left
from formcheck.pose.landmarker import PoseFinder
from formcheck.pose.picture import active_picture
from formcheck.pose.pieces import Found, find_in_pieces, find_in_stretches, piece_begins_s
from formcheck.pose.reading import Finder
from formcheck.pose.recorder import Pose, TrackRecorder
from formcheck.pose.rests import GLANCE_FPS, LEAST_GLANCED_S, WHOLE, filled, worth_reading_s
from formcheck.pose.track import PoseTrack
from formcheck.video.reader import Frame, SeekError, Video

__all__ = ["OnVideo", "track_pose"]

OnVideo = Callable[[Video], Callable[[int], None]]

# Bars are the same in all of them.
_BARS_EVERY = 4


def track_pose(
    video: Video,
    model: ResolvedModel,
    *,
    max_fps: float,
    mirror: bool | None = None,
    pieces: bool = True,
    jobs: int = 1,
    on_video: OnVideo | None = None,
) -> tuple[PoseTrack, bool]:
    """Find the lifter in every frame of an open clip; at rest in some of them.

    Parameters
    ----------
    video : Video
        Open and not yet read.
    model : ResolvedModel
        A pose landmarker bundle.
    max_fps : float
        With which the clip was opened, to be recorded; 0 for all frames.
    mirror : bool, optional
        Whether MediaPipe is shown the mirrored picture; judged from the opening if not given.
    pieces : bool
        Whether a long clip may be read in pieces, see `formcheck.pose.pieces`, and its rests
        with fewer frames, see `formcheck.pose.rests`.
    jobs : int
        Most pieces at once; the track does not depend on it.
    on_video : callable, optional
        Called with the clip before it is read, and again if some of it is read in full after
        a glance; returns what is called after every frame with the number of frames done.

    Returns
    -------
    track : PoseTrack
        Of all frames, those without a person included.
    mirrored : bool
        Whether MediaPipe was shown the mirrored picture.

    Raises
    ------
    InputError
        If the clip has no frame that can be read.
    ModelError
        If MediaPipe cannot use the bundle.
    SeekError
        If the clip cannot be read in pieces.
    """
    length_s = video.stretches_s if pieces else None
    if glanced := length_s is not None and length_s >= LEAST_GLANCED_S:
        video.glance(GLANCE_FPS)
    on_frame = on_video(video) if on_video else None
    frames = iter(video)
    opening = list(islice(frames, OPENING_FRAMES))
    active = active_picture([f.image for f in opening[::_BARS_EVERY]]) if opening else None
    look = partial(PoseFinder, model, active=active)
    glance = partial(look, second_look=not glanced)
    first: Finder
    if mirror is None:
        first, mirror = _begin(opening, glance)
    else:
        first = glance(mirror=mirror)
    found = find_in_pieces(
        video,
        opening,
        frames,
        piece_begins_s(length_s if opening else None, *([GLANCE_FPS] if glanced else [])),
        first,
        look=partial(glance, mirror=mirror),
        jobs=jobs,
        keep_background=glanced,
        on_frame=on_frame,
    )
    clip = video.summary
    if not len(found.poses):
        raise InputError(f"{clip.name} has no frame that can be read. Film it again.")
    kept = partial(
        TrackRecorder.track,
        clip=clip,
        model_name=model.name,
        model_sha256=model.sha256,
        max_fps=max_fps,
    )
    if not glanced:
        return kept(found.poses), mirror
    look = partial(look, mirror=mirror)
    return _after_a_glance(video, found, kept, look=look, jobs=jobs, on_video=on_video), mirror


def _after_a_glance(
    video: Video,
    glance: Found,
    kept: Callable[[TrackRecorder], PoseTrack],
    *,
    look: Callable[[], Finder],
    jobs: int,
    on_video: OnVideo | None,
) -> PoseTrack:
    """The track of a clip that was glanced at: read in full where that is worth it."""
    clip = video.summary
    if clip.decode_failures or clip.untimed_frames or clip.truncated:
        raise SeekError("it is not known which frames are missing")
    stretches_s = worth_reading_s(kept(glance.poses))
    length_s = float(video.times_s[-1])
    work_s = sum(min(end_s, length_s) - begin_s for begin_s, end_s in stretches_s)
    video.glance(None, share=work_s / length_s)
    on_frame = on_video(video) if on_video else None
    poses = find_in_stretches(video, glance, stretches_s, look=look, jobs=jobs, on_frame=on_frame)
    return kept(poses) if stretches_s == WHOLE else filled(kept(poses), video.times_s)


def _begin(opening: Sequence[Frame], look: Callable[..., PoseFinder]) -> tuple[Finder, bool]:
    """A finder for the whole clip, and whether it is shown the mirrored picture.

    One that turns out to be right goes on: the opening is not looked at twice.
    """
    finder = look(mirror=False)
    poses = [finder.find(frame) for frame in opening]
    if not faces_left(poses):
        return _Begun(finder, poses), False
    finder.close()
    return look(mirror=True), True


class _Begun:
    """A finder that has seen some frames already, and is now asked about them."""

    def __init__(self, finder: PoseFinder, poses: Sequence[Pose]) -> None:
        self._finder, self._poses = finder, deque(poses)

    def find(self, frame: Frame) -> Pose:
        """Find the lifter in the next frame."""
        return self._poses.popleft() if self._poses else self._finder.find(frame)

    def close(self) -> None:
        """Let go of MediaPipe."""
        self._finder.close()
