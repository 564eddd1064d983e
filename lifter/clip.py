"""A take as files: the clip, its truth frame by frame, and its summary."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from lifter.back import ALONG, STATES, BackEdge
from lifter.params import Take
from lifter.render import Rendered, Renderer
from lifter.truth import FrameTruth

__all__ = ["ClipFiles", "motion_truth", "summary", "write_clip"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClipFiles:
    """Where one take was written.

    Attributes
    ----------
    masks, back
        True silhouettes and the trunk's own outlines, or None.
    """

    video: Path
    frames_csv: Path
    summary_json: Path
    masks: Path | None
    back: Path | None


def _rows(truths: list[FrameTruth]) -> Iterator[list[object]]:
    names = list(truths[0].joints_px)
    joints = [f"{n}_{part}" for n in names for part in ("x_px", "y_px", "hidden")]
    yield [
        "frame", "time_s", "lumbar_deg", "flexion_deg", "thoracic_deg", "pelvis_deg",
        "rep", "phase", "u", *joints,
    ]  # fmt: skip
    for t in truths:
        row: list[object] = [t.index, round(t.time_s, 5)]
        row += [round(v, 3) for v in (t.lumbar_deg, t.flexion_deg, t.thoracic_deg, t.pelvis_deg)]
        row += [t.rep, t.phase, round(t.u, 4)]
        for name in names:
            x, y = t.joints_px[name]
            row += [round(x, 2), round(y, 2), int(name in t.hidden)]
        yield row


def _extreme(truths: list[FrameTruth], pick: Callable[[Any], FrameTruth]) -> dict[str, float]:
    found = pick(truths)
    return {
        "lumbar_deg": round(found.lumbar_deg, 2),
        "flexion_deg": round(found.flexion_deg, 2),
        "at_s": round(found.time_s, 3),
    }


def _flexed(truths: list[FrameTruth]) -> FrameTruth:
    return max(truths, key=lambda t: t.lumbar_deg)


def _arched(truths: list[FrameTruth]) -> FrameTruth:
    return min(truths, key=lambda t: t.lumbar_deg)


def _rep(renderer: Renderer, truths: list[FrameTruth], rep: int) -> dict[str, object]:
    mine = [s for s in renderer.motion.strokes if s.rep == rep]
    during = [t for t in truths if t.rep == rep]
    turning = "home" if renderer.lift.starts_far else "far"
    times = {s.phase: round(s.end_s - s.start_s, 3) for s in mine}
    return {
        "index": rep,
        "start_s": round(mine[0].start_s, 3),
        "turn_s": round(next(s.start_s for s in mine if s.phase == turning), 3),
        "end_s": round(mine[-1].end_s, 3),
        "concentric_s": times["concentric"],
        "eccentric_s": times.get("eccentric"),
        "peak": _extreme(during, _flexed),
        "least": _extreme(during, _arched),
    }


def _plain(value: object) -> object:
    """Turn nan into null, for strict JSON."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def summary(renderer: Renderer, truths: list[FrameTruth]) -> dict[str, object]:
    """Repetitions, neutral and every parameter of a take."""
    take = renderer.take
    reps = [_rep(renderer, truths, k + 1) for k in range(take.plan.reps)]
    return {
        "name": take.name,
        "lift": take.plan.lift,
        "facing": take.camera.facing,
        "yaw_deg": take.camera.yaw_deg,
        "frames": len(truths),
        "fps": take.camera.fps,
        "duration_s": round(len(truths) / take.camera.fps, 3),
        "standing_lumbar_deg": -take.body.lordosis_deg,
        "reps": reps,
        "parameters": _plain(asdict(take)),
    }


def motion_truth(renderer: Renderer) -> list[FrameTruth]:
    """Truth of every frame without drawing anything (no joint counts as hidden)."""
    return [renderer.truth_only(i) for i in range(len(renderer))]


def _encode(path: Path, renderer: Renderer, frames: Iterator[Rendered]) -> list[FrameTruth]:
    camera = renderer.take.camera
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (camera.width_px, camera.height_px),
        fps=camera.fps,
        codec="libx264",
        pix_fmt_in="rgb24",
        pix_fmt_out="yuv420p",
        quality=None,
        macro_block_size=2,
        output_params=[
            "-crf", str(camera.crf), "-preset", "fast", "-threads", "1",
            "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact",
        ],
    )  # fmt: skip
    truths = []
    writer.send(None)
    try:
        for done in frames:
            writer.send(np.ascontiguousarray(done.rgb))
            truths.append(done.truth)
    finally:
        writer.close()
    return truths


def write_clip(
    take: Take,
    folder: Path,
    *,
    masks: bool = False,
    back: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ClipFiles:
    """Render a take to ``<name>.mp4`` with ``.truth.csv`` and ``.truth.json`` beside it.

    Parameters
    ----------
    masks
        Also write the true silhouettes to ``<name>.masks.npz``: ``packed``,
        bits of shape (frames, height, width / 8), and ``shape``.
    back
        Also write the trunk's own outlines to ``<name>.back.npz`` (see `lifter.back`):
        ``along`` (k), ``edge_px`` (frames, 2, k, 2), back and front, and ``state``
        (frames, 2, k), the number of a name in ``names``.
    progress
        Called with frames done and frames in all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(take)
    stem = folder / take.name
    silhouettes: list[NDArray[np.uint8]] = []
    outlines: list[BackEdge] = []

    def drawn() -> Iterator[Rendered]:
        for i in range(len(renderer)):
            done = renderer.frame(i, back=back)
            if done.back is not None:
                outlines.append(done.back)
            if masks:
                silhouettes.append(np.packbits(done.mask > 127, axis=1))
            yield done
            if progress is not None:
                progress(i + 1, len(renderer))

    partial = folder / f".{take.name}.part.mp4"
    try:
        truths = _encode(partial, renderer, drawn())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    files = ClipFiles(
        stem.with_name(f"{take.name}.mp4"),
        stem.with_name(f"{take.name}.truth.csv"),
        stem.with_name(f"{take.name}.truth.json"),
        stem.with_name(f"{take.name}.masks.npz") if masks else None,
        stem.with_name(f"{take.name}.back.npz") if back else None,
    )
    with files.frames_csv.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(_rows(truths))
    text = json.dumps(summary(renderer, truths), indent=1)
    files.summary_json.write_text(text + "\n", encoding="utf-8")
    if files.masks is not None:
        size = np.array([len(truths), renderer.height, renderer.width])
        np.savez_compressed(files.masks, packed=np.stack(silhouettes), shape=size)
    if files.back is not None:
        np.savez_compressed(
            files.back,
            along=ALONG,
            edge_px=np.stack([o.px for o in outlines]).astype(np.float32),
            state=np.stack([o.state for o in outlines]),
            names=np.array(STATES),
        )
    partial.replace(files.video)
    return files
