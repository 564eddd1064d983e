"""Draw the key frame of every repetition of a folder of clips on contact sheets.

    python benchmarks/contact_sheet.py --out FOLDER [--clips ../shared/clips]
        [--tracks FOLDER] [NAME ...]

To be looked at one by one: does the drawn line lie on the lifter's back? Each picture
shows the moment that is reported, with clip, repetition and angle; where nothing was
measured, the turning point. The clips are no part of the project, and neither are the sheets.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path

import cv2
import numpy as np
from common.kept import kept_track
from common.script import LABELLED
from numpy.typing import NDArray

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.annotate.render import draw_clip
from formcheck.lifts.exercises import AUTO, EXERCISES
from formcheck.results.folder import key_frame_name

_TILE_PX, _ACROSS, _DOWN = 400, 5, 4
_MOST_REPS = 6


def tiles(clip: Path, exercise: str, tracks: Path | None) -> list[NDArray[np.uint8]]:
    """One picture for each of the first repetitions of a clip."""
    analysis = analyze_track(kept_track(clip, tracks), Settings(exercise))
    reps = analysis.reps[:_MOST_REPS]
    moments_s = {
        number: rep.peak_s if rep.measured else _turn_s(analysis, number)
        for number, rep in enumerate(reps, 1)
    }
    with tempfile.TemporaryDirectory() as folder:
        draw_clip(clip, analysis, Path(folder), video=False, key_moments_s=moments_s)
        return [
            _titled(Path(folder) / key_frame_name(number), clip.stem, number, analysis)
            for number in moments_s
        ]


def _turn_s(analysis: SetAnalysis, number: int) -> float:
    rep = analysis.reps[number - 1].rep
    return float(analysis.track.time_s[(rep.start + rep.end) // 2])


def _titled(path: Path, clip: str, number: int, analysis: SetAnalysis) -> NDArray[np.uint8]:
    stored = cv2.imread(str(path))
    assert stored is not None
    picture = cv2.resize(stored, (_TILE_PX, _TILE_PX))
    rep = analysis.reps[number - 1]
    lost = " ".join(reason.code for reason in analysis.reasons if reason.refuses)
    angle = f"{rep.peak_deg:+.0f} +-{rep.uncertainty_deg:.0f}" if rep.measured else f"- {lost}"
    for row, text in enumerate((clip, f"{number}: {angle}")):
        for colour, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
            at = (6, 18 + 20 * row)
            cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width)
    return np.asarray(picture, np.uint8)


def main() -> None:
    """Draw the sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="clips by name; all of them without")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=Path, default=LABELLED)
    parser.add_argument("--tracks", type=Path, help="folder to keep pose tracks in")
    arguments = parser.parse_args()
    with (arguments.clips / "labels.csv").open(encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    made: list[NDArray[np.uint8]] = []
    for label in labels:
        clip = arguments.clips / label["file"]
        if not arguments.names or clip.stem in arguments.names:
            lift = label["exercise"] if label["exercise"] in EXERCISES else AUTO
            made += tiles(clip, lift, arguments.tracks)
    arguments.out.mkdir(parents=True, exist_ok=True)
    page = _ACROSS * _DOWN
    for at in range(0, len(made), page):
        some = made[at : at + page]
        some += [np.zeros_like(made[0])] * (-len(some) % _ACROSS)
        rows = [np.hstack(some[i : i + _ACROSS]) for i in range(0, len(some), _ACROSS)]
        cv2.imwrite(str(arguments.out / f"sheet-{at // page + 1}.jpg"), np.vstack(rows))
    print(f"{len(made)} pictures in {arguments.out}")


if __name__ == "__main__":
    main()
