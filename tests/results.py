"""Folders of results, as `formcheck analyze` leaves them, of lifters who never lived.

What the analysis does not say yet of a set (its fatigue, its score) is put in by
hand, in the words of the output contract.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from clipmaker import Image, draw_number, write_clip
from figures import moving_lifter

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.outputs import Outputs, write_result
from formcheck.pose.track import PoseTrack
from formcheck.results.describe import describe
from formcheck.results.folder import VIDEO_NAME, ResultFolder

__all__ = ["BREAKDOWN", "HOSTILE", "analysed", "breakdown", "clip_of", "held", "refused", "written"]

HOSTILE = "<img src=x onerror=document.title='taken'>.mp4"
BREAKDOWN = (-3.0, 1.0, 0.0, 2.0, 12.0, 22.0, 30.0)
_FPS = 10.0
_OF_THE_SET = ("breakdown-under-fatigue", "flexion-drift", "velocity-loss")


def analysed(
    peaks_deg: tuple[float, ...], *, name: str = "clip.mp4", **changes: Any
) -> SetAnalysis:
    """A set of deadlifts."""
    track = moving_lifter("deadlift", peaks_deg, fps=_FPS, **changes)
    return analyze_track(replace(track, clip=replace(track.clip, name=name)), Settings("deadlift"))


def clip_of(track: PoseTrack, path: Path) -> Path:
    """A clip with a frame for each of the track, every one with its number in it."""
    height, width = track.clip.height, track.clip.width

    def frame(number: int) -> Image:
        return draw_number(number, width, height)

    write_clip(path, [frame(i) for i in range(len(track))], fps=_FPS)
    return path


def written(
    analysis: SetAnalysis,
    out: Path,
    change: Callable[[dict[str, Any]], None] = lambda _: None,
    *,
    video: bool = False,
) -> Path:
    """Write the result to a folder ``clip`` in `out`, its document changed by hand."""
    source = clip_of(analysis.track, out / "source.mp4") if video else out / "source.npz"
    with ResultFolder(out, "clip") as folder:
        write_result(source, analysis, describe(analysis), folder, Outputs(html=video))
        folder.publish()
    file = out / "clip" / "analysis.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    change(document)
    file.write_text(json.dumps(document), encoding="utf-8")
    assert (out / "clip" / VIDEO_NAME).exists() == video
    return out / "clip"


def breakdown(document: dict[str, Any]) -> None:
    """Form gave way from the fifth repetition on."""
    peaks = [rep["lumbar_deg"]["peak"] for rep in document["reps"]]
    slope = float(np.median(np.diff(peaks)))
    document["fatigue"] = _fatigue(
        document,
        verdict="breakdown",
        from_rep=5,
        from_rep_range=[4, 5],
        velocity_loss_pct=31.0,
        drift_deg_per_rep=slope,
        drift_ci_deg=[slope - 1.5, slope + 1.5],
        drift_p=0.003,
        change_deg=6 * slope,
    )
    others = [f for f in document["findings"] if f["code"] not in _OF_THE_SET]
    document["findings"] = [*others, _given_way(document["reps"][-1]["peak_s"])]
    document["score"] = 41
    document["score_parts"] = [
        _part("rounding", 11, 60),
        _part("drift", 0, 10),
        _part("completeness", 30, 30),
    ]
    for rep in document["reps"]:
        rep["score"] = 90 - 8 * rep["index"]
        rep["score_parts"] = [
            _part("rounding", 60 - 8 * rep["index"], 70),
            _part("completeness", 30, 30),
        ]
    document["contributors"] = [
        {
            "code": "hamstrings",
            "sureness": "low",
            "seen": "Rounding began early in the hinge.",
            "possible": "The hamstrings may be short.",
            "check": "How far does the straight leg rise?",
            "reps": [5, 6, 7],
            "evidence": {"onset_hip_deg": 128.0},
        }
    ]


def _given_way(at_s: float) -> dict[str, Any]:
    return {
        "code": "breakdown-under-fatigue",
        "severity": "stop",
        "rep": None,
        "at_s": at_s,
        "message": "Form gave way from rep 5 on.",
        "why": "Tired muscles hand the load over.",
        "evidence": {"change_deg": 30.0, "velocity_loss_pct": 31.0},
        "advice": "End the set before.",
    }


def _fatigue(document: dict[str, Any], **said: Any) -> dict[str, Any]:
    one = {
        "first_rep": 1,
        "last_rep": len(document["reps"]),
        "reason": "",
        "from_rep": None,
        "from_rep_range": None,
        "velocity_loss_pct": 4.0,
        "direction": "rounding",
        "drift_deg_per_rep": 0.1,
        "drift_ci_deg": [-0.6, 0.7],
        "drift_p": 0.8,
        "change_deg": 0.4,
        "late_change": False,
        "mdc_deg": 7.0,
        "paused_after": [],
        **said,
    }
    return one | {"sets": [dict(one)]}


def _part(name: str, points: float, of: float) -> dict[str, Any]:
    return {"name": name, "points": points, "of": of, "measured": True}


def held(document: dict[str, Any]) -> None:
    """Nothing changed over the set."""
    document["fatigue"] = _fatigue(document, verdict="held")
    document["score"] = 93


def refused() -> SetAnalysis:
    """A set that was filmed from the front."""
    return analysed((0.0, 0.0), yaw_deg=80.0)
