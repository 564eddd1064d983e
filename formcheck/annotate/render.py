"""The second reading of a clip: the annotated video and the report's key frames.

What is drawn needs the whole set (its neutral, its smoothing, its repetitions), so
the clip is decoded again once it has been analysed. That takes a tenth of what
finding the pose took, and memory stays flat; H.264 is made beside it by ffmpeg.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.annotate.back import drawn_back
from formcheck.annotate.band import Band
from formcheck.annotate.bar_path import bar_way, draw_way
from formcheck.annotate.encoder import VideoWriter, video_size
from formcheck.annotate.faces import FaceBlur
from formcheck.annotate.scene import captions
from formcheck.annotate.share import Share
from formcheck.arrays import Picture
from formcheck.assessment.scale import scale
from formcheck.cores import available_cores
from formcheck.results.folder import POSTER_NAME, VIDEO_NAME, key_frame_name
from formcheck.video.reader import Frame, open_video

__all__ = ["draw_clip", "face_note"]

_log = logging.getLogger(__name__)

# Phones and laptops show no more, and 1080p would double the encoder's work.
_MAX_SIDE_PX = 1280
_KEY_FRAME_PX = 560
_POSTER_PX = 720
# Square about the trunk, its side in trunk lengths: head and knees come with it.
_KEY_FRAME_TRUNKS = 2.1
_JPEG_QUALITY = 82
# The encoder is a process of its own, with threads of its own; more than it can take wait.
_MOST_THREADS = 4


def draw_clip(
    clip: Path,
    analysis: SetAnalysis,
    folder: Path,
    *,
    video: bool = True,
    key_moments_s: dict[int, float] | None = None,
    poster_s: float | None = None,
    share: Share | None = None,
    blur_face: bool = False,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Write the annotated video, and the key frames of some repetitions.

    Parameters
    ----------
    clip : Path
        The clip that was analysed.
    analysis : SetAnalysis
    folder : Path
        Where to write `VIDEO_NAME` and the key frames.
    video : bool
        Without it only the key frames are drawn.
    key_moments_s : dict of int to float
        Which moment to show of which repetition.
    poster_s : float, optional
        The frame of the video that is written as `POSTER_NAME`.
    share : Share, optional
        What is to be sent of it.
    blur_face : bool
        Cover the lifter's face in all of it.
    on_frame : callable, optional
        Called after each frame with the number of frames done.

    Raises
    ------
    OutputError
        If the video cannot be written.
    """
    moments = _frames_at(analysis, key_moments_s or {})
    poster_at = None if poster_s is None else analysis.track.nearest(poster_s)
    blur = _blur(analysis) if blur_face else None
    wanted = None if video else set(moments) | (share.wanted if share else set())
    with ExitStack() as stack:
        film = stack.enter_context(_film(analysis, folder, poster_at)) if video else None
        for at, frame in _analysed_frames(clip, analysis, wanted):
            picture = frame.image
            if blur:
                blur.cover(picture, at)
            for rep in moments.get(at, ()):
                _write_picture(folder / key_frame_name(rep), _key_frame(picture, analysis, at))
            if share:
                share.add(picture, at)
                if at in share.moments:
                    share.add_still(_key_frame(picture, analysis, at), at)
            if film:
                film.add(picture, at)
            if on_frame:
                on_frame(at + 1)
    if share:
        share.write(folder)


def _blur(analysis: SetAnalysis) -> FaceBlur:
    if note := face_note(analysis):
        _log.warning("%s", note)
    return FaceBlur(analysis.track, analysis.kinematics.lifter)


def face_note(analysis: SetAnalysis) -> str:
    """Where the lifter's face cannot be told, so that the whole picture is covered; or nothing."""
    hidden = FaceBlur(analysis.track, analysis.kinematics.lifter).hidden
    if not hidden:
        return ""
    when = ", ".join(f"{start_s:.1f} to {end_s:.1f} s" for start_s, end_s in hidden)
    return f"The face could not be followed, and the whole picture is hidden, from {when}."


def _frames_at(analysis: SetAnalysis, moments_s: dict[int, float]) -> dict[int, list[int]]:
    """Repetitions to picture, by the frame that shows them."""
    frames: dict[int, list[int]] = {}
    for rep, moment_s in moments_s.items():
        frames.setdefault(analysis.track.nearest(moment_s), []).append(rep)
    return frames


def _shrunk(picture: Picture) -> Picture:
    """No larger than a page shows it before the video plays."""
    zoom = _POSTER_PX / max(picture.shape)
    if zoom >= 1:
        return picture
    small = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _analysed_frames(
    clip: Path, analysis: SetAnalysis, wanted: Collection[int] | None
) -> Iterator[tuple[int, Frame]]:
    """The frames of the track with their index in it, up to the last that is wanted."""
    if wanted is not None and not wanted:
        return
    track = analysis.track
    index = {int(frame): at for at, frame in enumerate(track.frame)}
    with open_video(clip, max_fps=track.max_fps or None) as video:
        for frame in video:
            if frame.index in index:
                yield index[frame.index], frame
                if wanted is not None and index[frame.index] >= max(wanted):
                    return


def _writer(folder: Path, analysis: SetAnalysis) -> VideoWriter:
    steps_s = np.diff(analysis.track.time_s)
    fps = 1 / float(np.median(steps_s)) if len(steps_s) else 30.0
    return VideoWriter(folder / VIDEO_NAME, fps)


@contextmanager
def _film(analysis: SetAnalysis, folder: Path, poster_at: int | None) -> Iterator[_Film]:
    """The annotated video, to which frames are added; `poster_at` is written as a picture, too."""
    threads = min(available_cores(), _MOST_THREADS)
    with _writer(folder, analysis) as writer, ThreadPoolExecutor(threads) as pool:
        poster = {} if poster_at is None else {poster_at: folder / POSTER_NAME}
        film = _Film(analysis, writer, pool, most_waiting=threads, stills=poster)
        yield film
        film.finish()


class _Film:
    """Puts pictures and band together on several cores, and hands them on in their order."""

    def __init__(
        self,
        analysis: SetAnalysis,
        writer: VideoWriter,
        pool: ThreadPoolExecutor,
        *,
        most_waiting: int,
        stills: Mapping[int, Path],
    ) -> None:
        self._analysis, self._writer, self._pool = analysis, writer, pool
        self._most_waiting, self._stills = most_waiting, stills
        self._captions = captions(analysis)
        self._band: Band | None = None
        self._drawn = deque[tuple[int, Future[Picture]]]()

    def add(self, picture: Picture, at: int) -> None:
        """Have a frame drawn, and write those before it as soon as they are."""
        height, width = picture.shape[:2]
        size = video_size(width, height, _MAX_SIDE_PX)
        band = self._band or self._new_band(size)
        self._drawn.append((at, self._pool.submit(self._draw, band, size, picture, at)))
        if len(self._drawn) > self._most_waiting:
            self._write()

    def finish(self) -> None:
        """Write the frames that are still being drawn."""
        while self._drawn:
            self._write()

    def _write(self) -> None:
        at, drawn = self._drawn.popleft()
        canvas = drawn.result()
        self._writer.write(canvas, float(self._analysis.track.time_s[at]))
        if at in self._stills:
            _write_picture(self._stills[at], _shrunk(canvas))

    def _draw(self, band: Band, size: tuple[int, int], picture: Picture, at: int) -> Picture:
        height, width = picture.shape[:2]
        small = max(width, height) > _MAX_SIDE_PX
        shown = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR) if small else picture
        canvas = np.empty((band.size_px[1] + size[1], size[0], 3), np.uint8)
        canvas[: band.size_px[1]] = band.draw(self._captions[at])
        scene = canvas[band.size_px[1] :]
        scene[:] = shown[: size[1], : size[0]]
        draw_way(scene, bar_way(self._analysis, at), size[0] / width)
        back = drawn_back(self._analysis, at)
        if back:
            back.draw(scene, size[0] / width)
        return canvas

    def _new_band(self, size: tuple[int, int]) -> Band:
        self._band = Band(
            size[0],
            landscape=size[0] > size[1],
            limits=scale(self._analysis.exercise, self._analysis.neutral),
            refusal=_refusal(self._analysis),
        )
        return self._band


def _refusal(analysis: SetAnalysis) -> str:
    """Why nothing was measured, in two words."""
    if analysis.measured or not analysis.reasons:
        return ""
    return analysis.reasons[0].code.replace("-", " ")


def _key_frame(picture: Picture, analysis: SetAnalysis, at: int) -> Picture:
    """The trunk, large, with the measured back on it."""
    centre = (analysis.track.hip_px[at] + analysis.track.shoulder_px[at]) / 2
    half = _KEY_FRAME_TRUNKS * analysis.kinematics.lifter.trunk_px / 2
    height, width = picture.shape[:2]
    half = min(half, width / 2, height / 2)
    if not np.isfinite([*centre, half]).all():
        centre, half = np.array([width / 2, height / 2]), min(width, height) / 2
    low = np.clip(centre - half, 0, (width - 2 * half, height - 2 * half))
    zoom = _KEY_FRAME_PX / (2 * half)
    matrix = np.array([[zoom, 0, -low[0] * zoom], [0, zoom, -low[1] * zoom]])
    size = (_KEY_FRAME_PX, _KEY_FRAME_PX)
    shown = np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA), np.uint8)
    back = drawn_back(analysis, at)
    if back:
        back.moved(-low).draw(shown, zoom, chord=True)
    return shown


def _write_picture(path: Path, picture: Picture) -> None:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
    path.write_bytes(encoded.tobytes())
