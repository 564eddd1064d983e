"""Clips whose picture changes its shape midway, as a browser records them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["ClipShapes", "Part"]

_SAME_SHAPE = 0.02
_EARLY_S = 0.002  # times in WebM are rounded to 1 ms


@dataclass(frozen=True)
class Part:
    """From one change of the picture to the next.

    Attributes
    ----------
    start_s : float
        Since the clip's first frame.
    width, height : int
        Of the picture [px].
    """

    start_s: float
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height} from {self.start_s:.1f} s"


@dataclass(frozen=True)
class ClipShapes:
    """The parts of a clip, and the canvas on which all have the same scale.

    Attributes
    ----------
    parts : sequence of Part
        The first begins at 0.
    """

    parts: Sequence[Part]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas [px]."""
        return max(part.width for part in self.parts), max(part.height for part in self.parts)

    @property
    def change(self) -> bool:
        """Whether there is more than one shape; other sizes of one shape are no matter."""
        first = self.parts[0]
        return any(
            abs(part.width * first.height / (part.height * first.width) - 1) > _SAME_SHAPE
            for part in self.parts
        )

    @property
    def in_scale(self) -> bool:
        """Whether every part is cut from the same picture: as wide, or as high."""
        return 1 in {len({p.width for p in self.parts}), len({p.height for p in self.parts})}

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts))

    def own_shape(self, picture: NDArray[Any], time_s: float) -> NDArray[Any]:
        """A picture in the middle of the canvas, no longer stretched to the first one's size."""
        at = bisect_right([part.start_s for part in self.parts], time_s + _EARLY_S) - 1
        part = self.parts[max(0, at)]
        own = cv2.resize(picture, (part.width, part.height), interpolation=cv2.INTER_AREA)
        width, height = self.size
        left, top = (width - part.width) // 2, (height - part.height) // 2
        canvas = np.zeros((height, width, 3), np.uint8)
        canvas[top : top + part.height, left : left + part.width] = own
        return canvas
