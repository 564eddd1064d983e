"""Measure whether a second look, on a crop, tells outlines that are not the back's.

    python benchmarks/second_look.py [--clips ../shared/clips] [--out benchmarks/second_look.md]

Crops of several sizes (`formcheck.pose.second_look`). The scenes of `outline.py`, five times a
second: points that would be called back without a second look are sorted by whether the nearest
one agrees, and by whether they lie on the back's own edge. Real clips of bare, unhidden backs:
how often the second look does not find the lifter, or is wrong about the back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import numpy as np
from common.rendered import CACHE, folder_of, rendered_clip
from common.scenes import GROUPS, Case, cases
from common.script import LABELLED, options
from numpy.typing import NDArray
from outline import compare

from formcheck.analysis import Settings, read_track
from formcheck.arrays import BoolArray
from formcheck.models.store import ensure
from formcheck.pose import second_look
from formcheck.pose.detector import Detector
from formcheck.pose.facing import OPENING_FRAMES, faces_left
from formcheck.pose.landmarker import PoseFinder
from formcheck.pose.outline import EdgeView
from formcheck.pose.second_look import SecondLook
from formcheck.video.reader import Frame, open_video

_HALVES_TRUNKS = (1.2, 1.7, 2.3)
_EVERY_S = 0.2
# Backs that nothing hides, by eye.
_CLEAR = ("deadlift-bare-*", "deadlift-neutral", "deadlift-rounded")


class _Often(SecondLook):
    """Looks again at even times, at a crop of each size, and takes no notice."""

    def __init__(self) -> None:
        super().__init__(partial(Detector, ensure(), video=False))
        self.seen: dict[float, list[EdgeView]] = {}

    def add(self, view: EdgeView, picture: NDArray[np.uint8]) -> EdgeView:
        time_s = view.time_s
        if not self.seen or time_s >= max(self.seen) + _EVERY_S:
            self.seen[time_s] = []
            for half in _HALVES_TRUNKS:
                with patch.object(second_look, "_HALF_TRUNKS", half):
                    self.seen[time_s].append(self.looked(view, picture))
        return view


def looked_at(clip: Path) -> dict[float, list[EdgeView]]:
    """Views with second looks at crops of each size, by their times."""
    with open_video(clip, max_fps=None) as video:
        frames: Iterator[Frame] = iter(video)
        opening = list(islice(frames, OPENING_FRAMES))
        with PoseFinder(ensure(), second_look=False) as first:
            left = faces_left([first.find(frame) for frame in opening])
        often = _Often()
        with PoseFinder(ensure(), mirror=left, second_look=False) as finder:
            finder.second = often
            for frame in (*opening, *frames):
                finder.find(frame)
    return often.seen


def sorted_points(case: Case) -> NDArray[np.int64]:
    """Per size: points agreed and right, agreed and wrong, not agreed and right, and wrong."""
    take = case.take
    clip = folder_of(take, CACHE) / f"{take.name}.mp4"
    rendered_clip(take, max_fps=0, back=True)
    with patch.object(SecondLook, "add", lambda _, view, *__: view):
        track = read_track(clip, Settings(take.plan.lift, max_fps=0))
    found, seen = compare(case, track), looked_at(clip)
    kin = found.analysis.kinematics
    ventral = int(kin.back.surface == "ventral")
    counts = np.zeros((len(_HALVES_TRUNKS), 4), np.int64)
    called, right = found.called, found.right
    for size in range(len(_HALVES_TRUNKS)):
        nearest = np.abs(track.time_s[:, None] - np.array(list(seen))).argmin(axis=1)
        apart = np.stack([views[size].disagrees[ventral] for views in seen.values()])[nearest]
        parts = (~apart & right, ~apart & ~right, apart & right, apart & ~right)
        counts[size] += [int((called & part).sum()) for part in parts]
    return counts


def scene_row(group: str, size: int, counts: NDArray[np.int64]) -> str:
    """One line of the scenes' table."""
    agreed_right, agreed_wrong, right, wrong = (int(count) for count in counts)
    every = agreed_right + agreed_wrong + right + wrong
    cells = (
        group,
        f"{2 * _HALVES_TRUNKS[size]:.1f}",
        f"{(agreed_right + right) / every:.1%}",
        f"{agreed_right / (agreed_right + agreed_wrong):.1%}",
        f"{right / (agreed_right + right):.1%}",
    )
    return f"| {' | '.join(cells)} |"


def clear_rows(folder: Path) -> Iterator[str]:
    """Of real clear backs, by the size of the crop."""
    clips = [clip for pattern in _CLEAR for clip in sorted(folder.glob(f"{pattern}.mp4"))]
    seen = [views for clip in clips for views in looked_at(clip).values()]
    for size, half in enumerate(_HALVES_TRUNKS):
        views = [every[size] for every in seen]
        known: list[BoolArray] = [view.disagrees[0] for view in views if view.again is not None]
        wrong = sum(view.doubtful for view in views)
        yield (
            f"| {2 * half:.1f} | {len(views)} | {1 - len(known) / len(views):.0%} "
            f"| {wrong / len(views):.0%} | {np.mean(known):.1%} |"
        )


_ABOUT = """# A second look on a crop

Now and then MediaPipe looks once more, at a crop about the trunk and without a memory. Points
of the back that it shows elsewhere, by 0.02 trunk lengths and more, weigh less; by 0.04 and more
they are left out, for a quarter of a second around (`formcheck/pose/second_look.py`). Is it
right, and how large must the crop be? formcheck's is 3.4 trunk lengths wide.

## Scenes with truth

Scenes of [outline.md](outline.md), looked at five times a second. **right before**: points that
would be called back and that are; **right after**: the same without those that the nearest
second look shows elsewhere; **lost**: right points that go with them.

| scenes | crop, trunk lengths | right before | right after | lost |
|---|---|---|---|---|
"""
_REAL = """
## Real clear backs

{clips}, backs that nothing hides, by eye.
How often the second look does not find the lifter, does not agree somewhere along the back, and
with how many of its points.

| crop, trunk lengths | looks | lifter not found | some disagreement | points |
|---|---|---|---|---|
"""


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "second_look.md")
    parser.add_argument("--clips", type=Path, default=LABELLED)
    arguments = parser.parse_args()
    counts: dict[str, NDArray[np.int64]] = defaultdict(
        lambda: np.zeros((len(_HALVES_TRUNKS), 4), np.int64)
    )
    for case in cases():
        counts[case.group] += sorted_points(case)
    lines = [
        scene_row(group, size, counts[group][size])
        for group in GROUPS
        if group in counts
        for size in range(len(_HALVES_TRUNKS))
    ]
    text = _ABOUT + "\n".join(lines) + "\n"
    if arguments.clips.is_dir():
        text += _REAL.format(clips=", ".join(f"`{one}`" for one in _CLEAR))
        text += "\n".join(clear_rows(arguments.clips)) + "\n"
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
