"""Analyse the labelled clips and print how view, lift, repetitions and backs came out.

    python benchmarks/clips.py [--clips ../shared/clips] [--out benchmarks/clips.md]
        [--tracks FOLDER]

The clips are not part of the project; their `labels.csv` says what each shows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common.kept import kept_track
from common.script import LABELLED, options

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.lifts.exercises import AUTO, EXERCISES
from formcheck.lifts.recognition import Recognition
from formcheck.pose.track import PoseTrack

_SPARSE_FPS = 5.0


@dataclass(frozen=True)
class Row:
    """One clip, analysed as one lift."""

    label: dict[str, str]
    analysis: SetAnalysis
    recognition: Recognition
    sparse_reps: int

    @property
    def view_right(self) -> bool | None:
        """Whether the view was judged as labelled; None where the label is not to be scored."""
        measurable = self.analysis.kinematics.measurable
        return {"side": measurable, "oblique": not measurable, "front": not measurable}.get(
            self.label["view"]
        )

    @property
    def lift_right(self) -> bool | None:
        """Whether the lift was recognised; None where the label is not to be scored.

        A lift that was said to be unclear is not wrong, but not right either.
        """
        if self.label["view"] not in {"side", "mixed"} and not self.recognition.clear:
            return None
        right = self.recognition.exercise.name == self.label["exercise"]
        return right and self.recognition.clear

    @property
    def reps_right(self) -> bool | None:
        """Whether the count is exact; None where the label is not to be scored."""
        return self._count_right(len(self.analysis.reps))

    @property
    def sparse_right(self) -> bool | None:
        """The same with five frames a second."""
        return self._count_right(self.sparse_reps)

    def _count_right(self, count: int) -> bool | None:
        sure = self.label["confidence"] == "high" and self.label["view"] == "side"
        if sure or self.label["reps"] == "0":
            return count == int(self.label["reps"])
        return None

    @property
    def back_right(self) -> bool | None:
        """Whether rounding was found just where the label has it."""
        flagged = any(f.code == "lumbar-flexion" for f in self.analysis.findings)
        return {"rounded": flagged, "neutral": not flagged}.get(self.label["back"])


def rows(clips: Path, tracks: Path | None) -> Iterator[Row]:
    """Analyse every clip as what it shows, and those of no lift as each of them."""
    with (clips / "labels.csv").open(encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    for label in labels:
        print(label["file"], flush=True)
        track = kept_track(clips / label["file"], tracks)
        recognition = analyze_track(track, Settings()).recognition
        assert recognition is not None
        if label["exercise"] in EXERCISES:
            lifts = [label["exercise"]]
        else:
            lifts = [*EXERCISES] if label["reps"] == "0" else [AUTO]
        for lift in lifts:
            sparse = analyze_track(_sparse(track), Settings(lift))
            yield Row(label, analyze_track(track, Settings(lift)), recognition, len(sparse.reps))


def table(found: list[Row]) -> str:
    """Markdown, with the counts of what was right below."""
    lines = [
        "| clip | as | recognised | label: view, reps, back | yaw | view | reps (whole) | at 5 fps "
        "| hips straightened to | most flexed of each rep | neutral | findings | reasons |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in found]
    for name in ("view", "lift", "reps", "sparse", "back"):
        marks = [getattr(row, f"{name}_right") for row in _scored(found, name)]
        scored = [mark for mark in marks if mark is not None]
        title = {"sparse": "reps at 5 fps"}.get(name, name)
        lines.append(f"\n{title}: {sum(scored)} of {len(scored)} right")
    return "\n".join(lines) + "\n"


def _scored(found: list[Row], name: str) -> list[Row]:
    """Rows that count for a score: a clip analysed as several lifts has one view and lift."""
    return (
        found
        if name in {"reps", "sparse"}
        else list({row.label["file"]: row for row in found}.values())
    )


def _line(row: Row) -> str:
    label, analysis = row.label, row.analysis
    kin = analysis.kinematics
    peaks = [
        f"{rep.peak_deg:+.0f}±{rep.uncertainty_deg:.0f}" if rep.measured else "-"
        for rep in analysis.reps
    ]
    neutral = analysis.neutral
    cells = [
        label["file"].removesuffix(".mp4"),
        analysis.exercise.name,
        _recognised(row),
        f"{label['view']}, {label['reps']}, {label['back']}",
        f"{kin.view.yaw_deg:.0f}°",
        ("measured" if kin.measurable else "refused") + _mark(row.view_right),
        f"{len(analysis.reps)} ({sum(r.rep.complete for r in analysis.reps)})"
        + _mark(row.reps_right),
        f"{row.sparse_reps}" + _mark(row.sparse_right),
        _straightest(row),
        " ".join(peaks),
        "-" if neutral.method == "none" else f"{neutral.lumbar_deg:+.0f} {neutral.method}",
        " ".join(sorted({f.code for f in analysis.findings})) + _mark(row.back_right),
        " ".join(reason.code for reason in analysis.reasons),
    ]
    return "| " + " | ".join(cells) + " |"


def _recognised(row: Row) -> str:
    seen = row.recognition
    unclear = "" if seen.clear else f", or {seen.runner_up}"
    return f"{seen.exercise.name} {seen.confidence:.0%}{unclear}" + _mark(row.lift_right)


def _straightest(row: Row) -> str:
    """Hip angle at the upper end of the whole repetitions, from the side: least to most."""
    joints = row.analysis.kinematics.joints
    ends = [rep.rep.high for rep in row.analysis.reps if rep.rep.complete]
    hips_deg = [float(np.nanmedian(joints.hip_deg[end])) for end in ends]
    if not hips_deg or not row.analysis.kinematics.measurable:
        return "-"
    least, most = round(min(hips_deg)), round(max(hips_deg))
    return f"{least}°" if least == most else f"{least}-{most}°"


def _mark(right: bool | None) -> str:
    return {True: " ✓", False: " ✗", None: ""}[right]


def _sparse(track: PoseTrack) -> PoseTrack:
    """The track as if five frames a second had been analysed."""
    wanted_s = np.arange(track.time_s[0], track.time_s[-1] + 1e-9, 1 / _SPARSE_FPS)
    kept = np.unique([int(np.abs(track.time_s - at_s).argmin()) for at_s in wanted_s])
    return track.only(kept)


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__, "clips.md")
    parser.add_argument("--clips", type=Path, default=LABELLED)
    parser.add_argument("--tracks", type=Path, help="folder to keep pose tracks in")
    arguments = parser.parse_args()
    text = table(list(rows(arguments.clips, arguments.tracks)))
    arguments.out.write_text("# Labelled real clips\n\n" + text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
