"""See whether a clip with rests loses anything that matters: repetitions must be read in full.

    python benchmarks/rests.py [--each 6] [--seed 90000] [--tracks FOLDER] [--sets FILE]
        [--out benchmarks/rests.md]

Labelled clips and posed sets, see `benchmarks/counting.py`, are looked at as a long clip is at
first, four times a second. Then every frame of every repetition must lie in a stretch that is
read in full. Short as these clips are, no rest in them would be skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from common.script import LABELLED, options
from counting import Case, labelled, posed

from formcheck.arrays import BoolArray
from formcheck.geometry import kinematics
from formcheck.lifts.counting import count_reps
from formcheck.lifts.exercises import EXERCISES
from formcheck.pose.rests import GLANCE_FPS, busy_stretches_s
from formcheck.pose.track import PoseTrack
from formcheck.video.thinning import begins_step


def glance(track: PoseTrack) -> PoseTrack:
    """The frames of a track that the glance at a clip keeps."""
    before_s = np.append(-1.0, track.time_s[:-1])
    kept = [begins_step(t, b, GLANCE_FPS) for t, b in zip(track.time_s, before_s, strict=True)]
    return track.only(np.flatnonzero(kept))


def read_in_full(track: PoseTrack) -> BoolArray:
    """Frames that are looked at after that glance, bool (N,)."""
    inside = np.zeros(len(track), np.bool_)
    for begin_s, end_s in busy_stretches_s(glance(track)):
        inside |= (track.time_s >= begin_s) & (track.time_s < end_s)
    return inside


def row(kind: str, cases: Sequence[Case]) -> str:
    """One line of the table."""
    reps = whole = frames = read = 0
    for case in cases:
        looked = read_in_full(case.track)
        frames, read = frames + len(looked), read + int(looked.sum())
        if case.lift not in EXERCISES:
            continue
        found = count_reps(case.track, kinematics(case.track), case.lift).reps
        reps += len(found)
        whole += sum(bool(looked[rep.start : rep.end + 1].all()) for rep in found)
    return f"| {kind} | {len(cases)} | {whole} of {reps} | {read / frames:.0%} |"


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "rests.md")
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--seed", type=int, default=90000)
    parser.add_argument("--tracks", type=Path, default=Path("tracks"))
    parser.add_argument("--sets", type=Path)
    arguments = parser.parse_args()
    cases = {
        "labelled clips": labelled(LABELLED, arguments.tracks),
        "posed sets": posed(arguments.each, arguments.seed, arguments.sets),
    }
    text = "\n".join(
        [
            "# Rests",
            "",
            "Labelled clips and posed sets as a long clip is looked at first: four times a second.",
            "Repetitions that lie whole in stretches that are read in full afterwards, and the",
            "share of all frames that do. Posed lifters never keep quite still, so little of",
            "theirs is rest. What a clip with long rests costs is in [speed.md](speed.md), and",
            "`tests/test_rests.py` holds one against its full reading.",
            "",
            "| | clips | repetitions read in full | frames read in full |",
            "|---|---|---|---|",
            *(row(kind, some) for kind, some in cases.items() if some),
            "",
        ]
    )
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
