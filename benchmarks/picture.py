"""Draw the measured back on the key frames of a sample: the README's picture.

python benchmarks/picture.py [--out docs/measured-back.jpg]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common.script import ROOT, SAMPLES
from numpy.typing import NDArray

from formcheck.analysis import SetAnalysis, analyze
from formcheck.geometry.curve import LUMBAR_FROM, LUMBAR_TO
from formcheck.lifts.measures import RepMeasures

SAMPLE = SAMPLES / "deadlift-fatigue.mp4"
REPS = (1, 8)
ZOOM, HALF_PX = 2, 330
FLAT_BGR, ROUNDED_BGR = (200, 140, 0), (0, 120, 255)


def key_frame(analysis: SetAnalysis, number: int) -> NDArray[Any]:
    """The most flexed moment of a repetition, with the curve that was measured on it."""
    rep, kin = analysis.reps[number - 1], analysis.kinematics
    at = int(np.argmin(np.abs(kin.time_s - rep.peak_s)))
    capture = cv2.VideoCapture(str(SAMPLE))
    capture.set(cv2.CAP_PROP_POS_FRAMES, int(analysis.track.frame[at]))
    picture = cv2.resize(capture.read()[1], None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
    curve, u = kin.back.curve.px[at] * ZOOM, kin.back.curve.u[at]
    lumbar = curve[np.isfinite(curve).all(axis=1) & (u > LUMBAR_FROM) & (u < LUMBAR_TO)]
    points = lumbar.astype(np.int32)
    colour = ROUNDED_BGR if any(f.rep == number for f in analysis.findings) else FLAT_BGR
    cv2.polylines(picture, [points], False, (255, 255, 255), 9, cv2.LINE_AA)
    cv2.polylines(picture, [points], False, colour, 5, cv2.LINE_AA)
    x, y = points.mean(axis=0).astype(int) - HALF_PX
    return label(np.ascontiguousarray(picture[y : y + 760, x : x + 760]), number, rep)


def label(picture: NDArray[Any], number: int, rep: RepMeasures) -> NDArray[Any]:
    """Write the number of the repetition and its angle on it."""
    text = f"rep {number}: {rep.peak_deg:+.0f} deg, +-{rep.uncertainty_deg:.0f}"
    for colour, width in (((0, 0, 0), 7), ((255, 255, 255), 2)):
        cv2.putText(
            picture, text, (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.2, colour, width, cv2.LINE_AA
        )
    return picture


def main() -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "measured-back.jpg")
    arguments = parser.parse_args()
    analysis = analyze(SAMPLE, "deadlift")
    frames = [key_frame(analysis, number) for number in REPS]
    cv2.imwrite(str(arguments.out), np.hstack(frames), [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main()
