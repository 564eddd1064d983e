"""Lumbar angles per repetition, read off the outline of a lifter's back.

>>> import formcheck
>>> analysis = formcheck.analyze("clip.mp4", "deadlift")  # doctest: +SKIP
>>> [rep.peak_deg for rep in analysis.reps]  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from formcheck.analysis import SetAnalysis, Settings, analyze, analyze_track
    from formcheck.errors import FormcheckError
    from formcheck.live.readings import live_readings
    from formcheck.pose.track import PoseTrack, load_track, save_track

__all__ = [
    "FormcheckError",
    "PoseTrack",
    "SetAnalysis",
    "Settings",
    "analyze",
    "analyze_track",
    "live_readings",
    "load_track",
    "save_track",
]

_HOMES = {
    "FormcheckError": "errors",
    "PoseTrack": "pose.track",
    "SetAnalysis": "analysis",
    "Settings": "analysis",
    "analyze": "analysis",
    "analyze_track": "analysis",
    "live_readings": "live.readings",
    "load_track": "pose.track",
    "save_track": "pose.track",
}


def __getattr__(name: str) -> object:
    """Import a public name at its first use: the libraries below take seconds."""
    if name not in _HOMES:
        raise AttributeError(f"module 'formcheck' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"formcheck.{_HOMES[name]}"), name)
