"""One page of pictures: both kinds of bodies in every lift, at home, half-way and at the far end.

python benchmarks/bodies.py [--out benchmarks/bodies.jpg]
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from common.script import options
from crowd import KINDS, crowd
from numpy.typing import NDArray

from lifter.params import Take
from lifter.render import Renderer

_LIFTER = 1
_TILE_PX = (300, 240)


def row(take: Take) -> NDArray[np.uint8]:
    """Three moments of a take, side by side."""
    renderer = Renderer(take)
    way = np.array([renderer.motion.at(i / take.camera.fps)[1].u for i in range(len(renderer))])
    moments = (2, int(np.argmin(np.abs(way - 0.5))), int(np.argmax(way)))
    return np.hstack([_tile(renderer.frame(i).rgb, renderer.frame(i).mask) for i in moments])


def _tile(rgb: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The lifter with some room around."""
    y, x = np.nonzero(mask > 127)
    height = max(1.25 * float(np.ptp(y)), float(np.ptp(x)) * _TILE_PX[1] / _TILE_PX[0] * 1.25)
    size = int(height * _TILE_PX[0] / _TILE_PX[1]), int(height)
    centre = float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2
    cut = cv2.getRectSubPix(rgb, size, centre)
    return np.asarray(cv2.resize(cut, _TILE_PX, interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Draw the page."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "bodies.jpg")
    out: Path = parser.parse_args().out
    columns = [
        np.vstack([row(take) for take in crowd(_LIFTER + 1, kind, first=_LIFTER)]) for kind in KINDS
    ]
    page = cv2.cvtColor(np.hstack(columns), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(out), page, [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(out)


if __name__ == "__main__":
    main()
