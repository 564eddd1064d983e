"""Help to set up the camera, step by step, and then to stand for the neutral."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.geometry.neutral import Neutral, no_neutral, standing_neutral
from formcheck.geometry.person import TRUNK_PER_STATURE
from formcheck.geometry.view import YAW_DOUBTFUL_DEG, View, judge_view
from formcheck.live.texts import text
from formcheck.pose.landmarks import LEFT, NOSE, RIGHT, middle
from formcheck.pose.track import PoseTrack
from formcheck.vectors import cross, length, unit

__all__ = ["NEUTRAL_S", "Setup", "check_setup"]

NEUTRAL_S = 2.0
_LATEST_S = 1.0
# Nearer to the picture's edge than this a joint is likely outside, and guessed.
_EDGE_SHARE = 0.01
# The mask has 256 px for a whole person: a smaller one in the picture is read with
# less than that.
_LEAST_TRUNK_PX = 256 * TRUNK_PER_STATURE
# With the body taller than this, lifted arms and a step leave the picture.
_TALLEST_SHARE = 0.92
# Mean grey level of the picture, 0..255, below which a webcam's noise blurs edges.
_DARK, _GLARING = 45.0, 225.0
# Standing still: hips and shoulders sway by less than this, in trunk lengths.
_SWAY = 0.08
# A turn that takes one step of a foot.
_LITTLE_DEG = 30.0
# Everybody is still for a moment at either end of a movement.
_NOTICED_S = 0.5


@dataclass(frozen=True)
class Setup:
    """Where the setting-up stands.

    Attributes
    ----------
    step : str
        What is asked for now: "person", "whole-body", "distance", "side-on", "light",
        "back", "stand-still", or "ready".
    words : str
        What to do, short enough to be read and heard from afar.
    more : str
        By how much, or why.
    countdown_s : float
        Still to stand; NaN while nothing is counted.
    neutral : Neutral
        Once it was taken.
    hint : str
        Something to fix that does not stop the lifter from going on.
    """

    step: str
    words: str
    more: str = ""
    countdown_s: float = math.nan
    neutral: Neutral = no_neutral()  # noqa: RUF009 - it is frozen
    hint: str = ""


def check_setup(analysis: SetAnalysis, grey: float) -> Setup:
    """Say what to fix first.

    Parameters
    ----------
    analysis : SetAnalysis
        Of the latest stretch.
    grey : float
        Mean grey level of the latest picture, 0..255.
    """
    track = analysis.track
    latest = track[int(np.searchsorted(track.time_s, track.time_s[-1] - _LATEST_S)) :]
    seen = latest.found
    if seen.mean() < 0.5:
        dark = grey < _DARK
        return replace(_dark(), step="person") if dark else Setup("person", text("setup.person"))
    checks = (_whole_body(latest), _distance(latest), _side_on(latest), _light(grey))
    wrong = next((check for check in checks if check), None)
    return wrong or _stand_still(analysis)


def _whole_body(latest: PoseTrack) -> Setup | None:
    """The joints at the ends of the body, judged by their latest middle place."""
    size = np.array([latest.clip.width, latest.clip.height])
    points = np.nanmedian(latest.landmarks_px, axis=0) / size
    ends = {
        "head": points[[NOSE, LEFT.ear, RIGHT.ear]],
        "hands": points[[LEFT.wrist, RIGHT.wrist]],
        "feet": points[[LEFT.toe, RIGHT.toe, LEFT.heel, RIGHT.heel]],
    }
    out = [
        text(f"setup.{name}")
        for name, joints in ends.items()
        if ((joints < _EDGE_SHARE) | (joints > 1 - _EDGE_SHARE)).any()
    ]
    if not out:
        return None
    more = text("setup.whole-body-more", parts=", ".join(out))
    return Setup("whole-body", text("setup.whole-body"), more)


def _distance(latest: PoseTrack) -> Setup | None:
    points = np.nanmedian(latest.landmarks_px, axis=0)
    trunk_px = float(length(middle(points, "shoulder") - middle(points, "hip")))
    if np.ptp(points[:, 1]) > _TALLEST_SHARE * latest.clip.height:
        return Setup("distance", text("setup.too-near"), text("setup.too-near-more"))
    if trunk_px < _LEAST_TRUNK_PX:
        return Setup("distance", text("setup.too-far"), text("setup.too-far-more"))
    return None


def _side_on(latest: PoseTrack) -> Setup | None:
    view = judge_view(latest, latest.found)
    if not view.yaw_deg > YAW_DOUBTFUL_DEG:
        return None
    turn = "setup.turn-a-little" if view.yaw_deg <= _LITTLE_DEG else "setup.turn"
    more = text("setup.turn-more", degrees=round(view.yaw_deg / 5) * 5)
    return Setup("side-on", text(turn, way=text(f"setup.{_way(latest, view)}")), more)


def _way(latest: PoseTrack, view: View) -> str:
    """Left or right, the lifter's own, to the side view that they are nearest to.

    Seen from the front the left shoulder is on the right of the picture, and a turn
    to the left faces that way; seen from behind both are the other way round.
    """
    points = np.nanmedian(latest.landmarks_px.astype(np.float64), axis=0)
    up = unit(middle(points, "shoulder") - middle(points, "hip"))
    across = float(cross(up, points[LEFT.shoulder] - points[RIGHT.shoulder]))
    front = across > 0
    return "left" if front == (view.facing == "right") else "right"


def _light(grey: float) -> Setup | None:
    if grey < _DARK:
        return _dark()
    if grey > _GLARING:
        return Setup("light", text("setup.bright"), text("setup.bright-more"))
    return None


def _dark() -> Setup:
    return Setup("light", text("setup.dark"), text("setup.dark-more"))


def _stand_still(analysis: SetAnalysis) -> Setup:
    still_s = _still_s(analysis.track)
    waiting = Setup(
        "stand-still", text("setup.stand"), text("setup.stand-more", seconds=f"{NEUTRAL_S:.0f}")
    )
    if still_s < NEUTRAL_S:
        counting = still_s >= _NOTICED_S
        return replace(waiting, countdown_s=NEUTRAL_S - still_s) if counting else waiting
    kin, time_s = analysis.kinematics, analysis.track.time_s
    before = time_s < time_s[-1] - NEUTRAL_S
    neutral = standing_neutral(time_s, kin.joints, kin.back, before)
    if neutral.method == "standing":
        bridged = neutral.much_bridged
        hint = text("setup.shirt") if bridged else ""
        return Setup("ready", text("setup.ready"), "", 0.0, neutral, hint)
    if np.isfinite(kin.back.lumbar_deg[~before]).mean() < 0.5:
        return Setup("back", text("setup.back"), text("setup.back-more"))
    return waiting


def _still_s(track: PoseTrack) -> float:
    """How long the lifter has stood where they are now."""
    ends = np.concatenate([track.hip_px, track.shoulder_px], axis=1)
    trunk_px = float(np.nanmedian(length(track.shoulder_px - track.hip_px)))
    moved = ~(np.abs(ends - ends[-1]).max(axis=1) < _SWAY * trunk_px)
    last = int(np.flatnonzero(moved)[-1]) + 1 if moved.any() else 0
    return float(track.time_s[-1] - track.time_s[min(last, len(track) - 1)])
