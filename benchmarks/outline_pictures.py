"""One page of pictures: every scene of `outline.py`, with what is true of the back's outline.

    python benchmarks/outline_pictures.py [--out benchmarks/outline.jpg]

Green: the back's own edge, to be seen. Red: covered by a thing, a limb, hair, cloth or a
person, or out of the picture. White: buttocks and neck.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from common.scenes import Case, cases
from common.script import options
from numpy.typing import NDArray

from lifter.back import BEYOND, OWN, UNSEEN
from lifter.render import Rendered, Renderer

_TILE_PX = (256, 208)
_COLUMNS = 5
_OWN_RGB, _COVERED_RGB, _BEYOND_RGB = (60, 230, 60), (255, 40, 40), (255, 255, 255)

U8 = NDArray[np.uint8]


def tile(case: Case) -> U8:
    """The telling moment of a scene; for a moving camera its first and its last picture."""
    renderer = Renderer(case.take)
    fps = case.take.camera.fps
    if case.moving:
        pair = [_marked(renderer.frame(i, back=True)) for i in (0, len(renderer) - 1)]
        height = _TILE_PX[1] // 2
        small = [cv2.resize(p, (_TILE_PX[0], height), interpolation=cv2.INTER_AREA) for p in pair]
        return _labelled(np.asarray(np.vstack(small), np.uint8), case)
    way = [renderer.motion.at(i / fps)[1].u for i in range(len(renderer))]
    at = int(np.argmax(way)) if not case.room.get("walker") else round(case.room["walker_s"] * fps)
    done = renderer.frame(at, back=True)
    return _labelled(_around(_marked(done), done.truth.joints_px), case)


def _marked(done: Rendered) -> U8:
    picture = np.ascontiguousarray(done.rgb)
    assert done.back is not None
    for (x, y), state in zip(done.back.px[0], done.back.state[0], strict=True):
        if state == UNSEEN:
            continue
        colour = {OWN: _OWN_RGB, BEYOND: _BEYOND_RGB}.get(int(state), _COVERED_RGB)
        cv2.circle(picture, (int(x), int(y)), 2, colour, -1, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


def _around(picture: U8, joints_px: dict[str, tuple[float, float]]) -> U8:
    """The trunk and what is about it."""
    trunk = np.array(
        [joints_px[f"{s}_{n}"] for s in ("left", "right") for n in ("hip", "shoulder")]
    )
    width = 3.4 * max(float(np.ptp(trunk, axis=0).max()), 0.16 * picture.shape[0])
    size = int(width), int(width * _TILE_PX[1] / _TILE_PX[0])
    x, y = trunk.mean(axis=0)
    cut = cv2.getRectSubPix(picture, size, (float(x), float(y)))
    return np.asarray(cv2.resize(cut, _TILE_PX, interpolation=cv2.INTER_AREA), np.uint8)


def _labelled(picture: U8, case: Case) -> U8:
    words = f"{case.scene}, {case.movement} {case.lifter}"
    picture[:18] = picture[:18] // 3
    place, white = (5, 13), (255, 255, 255)
    cv2.putText(picture, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, white, 1, cv2.LINE_AA)
    return picture


def main() -> None:
    """Draw the page."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "outline.jpg")
    out: Path = parser.parse_args().out
    tiles = [tile(case) for case in cases()]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    page = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(out), page, [cv2.IMWRITE_JPEG_QUALITY, 62])
    print(f"{out}: {out.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
