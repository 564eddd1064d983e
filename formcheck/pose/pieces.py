"""Finding the lifter in several pieces of a clip at once.

MediaPipe looks at one frame after the other, on one core. So a clip is cut into pieces that
overlap, each with a MediaPipe of its own. Where the pieces begin depends on the clip alone:
a machine with more cores gets the same track, sooner.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.pose.reading import Finder, Growing, Piece, after, agree, at_work, same_pictures
from formcheck.pose.recorder import TrackRecorder
from formcheck.video.reader import Frame, SeekError, Video

__all__ = ["Found", "find_in_pieces", "find_in_stretches", "piece_begins_s"]

# A piece costs its warm-up and a MediaPipe of its own; an even number keeps two cores busy.
_PIECE_S, _LEAST_S = 8.0, 6.0
# A usual camera's frames a second, to tell how much work a second with fewer is.
_USUAL_FPS = 30.0
# A glance that sees few frames lags behind a lifter who moves: it has the lifter, not another
# person, within this.
_BESIDE_TRUNKS = 0.5


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in a clip.

    Attributes
    ----------
    poses : TrackRecorder
    prints : dict of float to int
        Of the pictures, by their times: where two are the same, the pictures are.
    """

    poses: TrackRecorder
    prints: dict[float, int]


def piece_begins_s(length_s: float | None, fps: float = _USUAL_FPS) -> list[float]:
    """Where the pieces of a clip begin; the start alone for one that is read whole.

    Parameters
    ----------
    length_s : float or None
        How long the clip states to last, see `Video.stretches_s`.
    fps : float
        Frames a second that are looked at, if they are few.
    """
    if length_s is None or (work_s := length_s * min(fps / _USUAL_FPS, 1.0)) < _LEAST_S:
        return [0.0]
    count = _even_pieces(work_s)
    return [length_s * at / count for at in range(count)]


def _even_pieces(work_s: float) -> int:
    return 2 * max(1, round(work_s / _PIECE_S / 2))


def find_in_pieces(
    video: Video,
    opening: Sequence[Frame],
    rest: Generator[Frame],
    begins_s: Sequence[float],
    finder: Finder,
    *,
    look: Callable[[], Finder],
    jobs: int,
    keep_background: bool = False,
    on_frame: Callable[[int], None] | None = None,
) -> Found:
    """Find the lifter in every frame of a clip.

    Parameters
    ----------
    video : Video
        Open.
    opening, rest : frames
        Those that were read, and the reading of the others.
    begins_s : sequence of float
        See `piece_begins_s`.
    finder : Finder
        For the first piece; it is closed at the end.
    look : callable
        Makes one for another piece.
    jobs : int
        Most pieces at once.
    keep_background : bool
        Whether the poses keep what is behind the lifter, see `find_in_stretches`.
    on_frame : callable, optional
        Called after each frame with the number of frames done.

    Raises
    ------
    SeekError
        If the clip gives other frames when it is read from the middle.
    """
    ends_s = [*begins_s[1:], np.inf]
    with closing(finder), closing(rest), at_work(video, look, jobs, on_frame) as (reading, pool):
        first = pool.submit(reading.first, finder, chain(opening, rest), ends_s[0])
        later = [
            pool.submit(reading.later, begin_s, end_s)
            for begin_s, end_s in zip(begins_s[1:], ends_s[1:], strict=True)
        ]
        before = first.result()
        rest.close()
        found, prints = Growing(before.taken(), keep_background=keep_background), before.prints
        for begin_s, end_s, future in zip(begins_s[1:], ends_s[1:], later, strict=True):
            piece = future.result()
            at = _join(video, before, piece)
            before = reading.following(before, piece, found.poses, begin_s, end_s)
            found.add(after(found.poses, before.taken(), at))
            prints |= before.prints
    return Found(found.whole(), prints)


def find_in_stretches(
    video: Video,
    glance: Found,
    stretches_s: Sequence[tuple[float, float]],
    *,
    look: Callable[[], Finder],
    jobs: int,
    on_frame: Callable[[int], None] | None = None,
) -> TrackRecorder:
    """Find the lifter in every frame of some stretches of a clip that was glanced at.

    In between there is what the glance found. The background that it saw serves them, too.

    Parameters
    ----------
    video : Video
        Read to its end.
    glance : Found
        In some frames of all of the clip.
    stretches_s : sequence of (float, float)
        When each begins and ends; they rise, and do not touch.
    look, jobs, on_frame
        See `find_in_pieces`.

    Raises
    ------
    SeekError
        If the clip gives other frames when it is read from the middle, or shows another lifter.
    """
    times_s, glanced = video.times_s, glance.poses
    snapped_s = [_between_glances(glanced.time_s, *stretch) for stretch in stretches_s]
    found, rested_s = Growing(TrackRecorder()), -np.inf
    with at_work(video, look, jobs, on_frame) as (reading, pool):
        stretches = [
            [(begin_s, end_s, pool.submit(reading.later, begin_s, end_s)) for begin_s, end_s in one]
            for one in _in_even_pieces(snapped_s, float(times_s[-1]))
        ]
        for pieces in stretches:
            found.add(glanced.since_s(rested_s).until_s(pieces[0][0]))
            before: Piece | None = None
            for begin_s, end_s, future in pieces:
                piece = future.result()
                _hold_against(glance, piece, times_s)
                if before:
                    piece = reading.following(before, piece, found.poses, begin_s, end_s)
                    taken = after(found.poses, piece.taken())
                elif begin_s > 0 and not agree(glanced, piece.poses, _BESIDE_TRUNKS):
                    raise SeekError("the clip shows another lifter when it is read from the middle")
                else:
                    taken = _beginning(piece.taken().since_s(begin_s), glanced)
                numbers = np.searchsorted(times_s, taken.time_s).tolist()
                found.add(replace(taken, index=numbers))
                before, rested_s = piece, end_s
            if before:
                before.finder.close()
    found.add(glanced.since_s(rested_s))
    return found.whole()


def _join(video: Video, before: Piece, piece: Piece) -> int:
    """Number of the piece's first frame in the clip."""
    same_pictures(before.prints, piece.prints)
    return video.join(piece.video)


def _between_glances(
    glanced_s: Sequence[float], begin_s: float, end_s: float
) -> tuple[float, float]:
    """A stretch that begins and ends with a frame that the glance saw, or with the clip."""
    first = bisect_right(glanced_s, begin_s) - 1
    last = bisect_left(glanced_s, end_s)
    return glanced_s[max(first, 0)], glanced_s[last] if last < len(glanced_s) else np.inf


def _in_even_pieces(
    stretches_s: Sequence[tuple[float, float]], length_s: float
) -> Iterator[list[tuple[float, float]]]:
    """Where the pieces of each stretch begin and end; the last one ends after the stretch."""
    works_s = [min(end_s, length_s) - begin_s for begin_s, end_s in stretches_s]
    each_s = sum(works_s) / _even_pieces(sum(works_s))
    for (begin_s, end_s), work_s in zip(stretches_s, works_s, strict=True):
        count = max(1, round(work_s / each_s)) if each_s else 1
        begins_s = [begin_s + work_s * at / count for at in range(count)]
        yield list(zip(begins_s, [*begins_s[1:], float(np.nextafter(end_s, np.inf))], strict=True))


def _hold_against(glance: Found, piece: Piece, times_s: FloatArray) -> None:
    """See that a piece shows what the glance showed."""
    if not len(piece.poses) or not np.isin(piece.poses.time_s, times_s).all():
        raise SeekError("the clip has other frames when it is read from the middle")
    same_pictures(glance.prints, piece.prints)


def _beginning(stretch: TrackRecorder, glanced: TrackRecorder) -> TrackRecorder:
    """A stretch that begins with a frame of the glance: what moved since the one before it."""
    if not len(stretch):
        return stretch
    same = glanced.since_s(stretch.time_s[0]).until_s(np.nextafter(stretch.time_s[0], np.inf))
    if not len(same):
        return stretch
    kept = {name: getattr(same.poses[0], name) for name in ("camera", "cut", "behind")}
    return replace(stretch, poses=[replace(stretch.poses[0], **kept), *stretch.poses[1:]])
