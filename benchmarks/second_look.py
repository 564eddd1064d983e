"""Measure whether a second look, on a crop, tells outlines that are not the back's.

    python benchmarks/second_look.py [--out benchmarks/second_look.md]

The scenes of `outline.py`. In some frames of each, MediaPipe looks once more, at a crop about
the trunk and without what it saw before. Points that the product calls back are sorted by
whether the second outline agrees, and by whether they lie on the back's own edge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import cv2
import numpy as np
from common.rendered import CACHE, folder_of
from common.scenes import GROUPS, cases
from common.script import options
from numpy.typing import NDArray
from outline import Compared, compare

from formcheck.arrays import FloatArray
from formcheck.models.store import ensure
from formcheck.pose.outline import trace_outline
from formcheck.video.reader import open_video

_FRAMES = 8
# Half the side of the crop, in trunk lengths: at 0.9 nobody is found in four frames of ten.
_HALF_TRUNKS = 1.2
# Outlines further apart do not agree, in trunk lengths: as far as a point may lie from the
# back's own edge in `outline.py`.
_AGREE = 0.02


def looked_at_again(found: Compared) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Some frames of the clip in which there is somebody, by their places in the track."""
    track = found.clip.picture
    there = np.flatnonzero(track.found)
    some = there[:: max(1, len(there) // _FRAMES)][:_FRAMES]
    wanted = {int(track.frame[at]): int(at) for at in some}
    take = found.case.take
    with open_video(folder_of(take, CACHE) / f"{take.name}.mp4", max_fps=None) as video:
        for frame in video:
            if frame.index in wanted:
                yield wanted[frame.index], frame.image


class SecondLook:
    """MediaPipe without a memory, on crops."""

    def __init__(self) -> None:
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(ensure().path)),
            running_mode=vision.RunningMode.IMAGE,
            output_segmentation_masks=True,
        )
        self._landmarker = vision.PoseLandmarker.create_from_options(options)

    def outline(
        self, picture: NDArray[np.uint8], hip_px: FloatArray, shoulder_px: FloatArray
    ) -> FloatArray | None:
        """The outline about the same axis, as of `trace_outline`; None where nobody is seen."""
        from mediapipe import Image, ImageFormat

        centre = (hip_px + shoulder_px) / 2
        half = _HALF_TRUNKS * float(np.linalg.norm(shoulder_px - hip_px))
        left, top = np.maximum(centre - half, 0).astype(int)
        right, bottom = (centre + half).astype(int)
        crop = np.ascontiguousarray(picture[top:bottom, left:right])
        result = self._landmarker.detect(Image(image_format=ImageFormat.SRGB, data=crop))
        if not result.pose_landmarks:
            return None
        seen = np.squeeze(result.segmentation_masks[0].numpy_view())
        mask = cv2.copyMakeBorder(seen, top, 0, left, 0, cv2.BORDER_CONSTANT, value=0.0)
        return trace_outline(np.asarray(mask, np.float32), hip_px, shoulder_px)


def sorted_points(found: Compared, look: SecondLook) -> NDArray[np.int64]:
    """Points called back: agreed and right, agreed and wrong, not agreed and right, and wrong."""
    track, kin = found.clip.picture, found.analysis.kinematics
    side = int((kin.view.facing == "right") != (kin.back.surface == "dorsal"))
    counts = np.zeros(4, np.int64)
    for at, picture in looked_at_again(found):
        again = look.outline(picture, track.hip_px[at], track.shoulder_px[at])
        if again is None:
            continue
        with np.errstate(invalid="ignore"):
            agree = np.abs(again[side] - track.profile[at, side]) < _AGREE
        called, right = found.called[at], found.right[at]
        parts = (agree & right, agree & ~right, ~agree & right, ~agree & ~right)
        counts += [int((called & part).sum()) for part in parts]
    return counts


def row(group: str, counts: NDArray[np.int64]) -> str:
    """One line of the table."""
    agreed_right, agreed_wrong, right, wrong = (int(count) for count in counts)
    every = int(counts.sum())
    cells = (
        group,
        str(every),
        f"{(agreed_right + right) / every:.1%}",
        f"{agreed_right / (agreed_right + agreed_wrong):.1%}",
        f"{right + wrong} ({wrong / max(right + wrong, 1):.0%} wrong)",
        f"{right / (agreed_right + right):.1%}",
    )
    return f"| {' | '.join(cells)} |"


_ABOUT = """# A second look on a crop

Would MediaPipe, when it looks once more at a crop about the trunk (2.4 trunk lengths wide),
tell which points are not the back's? Scenes of [outline.md](outline.md), eight frames of each.
formcheck does **not** do this yet: the look takes some 30 ms a frame and a MediaPipe of its own.

- **right before**: points that formcheck calls back and that are; **right after**: the same once
  those are left out with which the second outline does not agree (0.02 trunk lengths).
- **lost**: right points that would go with them.

| scenes | points called back | right before | right after | not agreed | lost |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Run the benchmark."""
    arguments = options(__doc__.splitlines()[0] if __doc__ else None, "second_look.md").parse_args()
    look, counts = SecondLook(), defaultdict[str, NDArray[np.int64]](lambda: np.zeros(4, np.int64))
    for case in cases():
        counts[case.group] += sorted_points(compare(case), look)
    text = _ABOUT + "\n".join(row(group, counts[group]) for group in GROUPS if group in counts)
    arguments.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
