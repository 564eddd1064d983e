"""Backs of two kinds of bodies that no model was fitted to (benchmarks/stored_outlines.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from formcheck.arrays import FloatArray
from formcheck.geometry.lumbar import AngleReading, read_back
from formcheck.geometry.posture import FEATURES

STORED = Path(__file__).parent / "outlines.npz"
GROUPS = [
    f"{kind} {lift}" for kind in ("drawn", "anny") for lift in ("deadlift", "squat bodyweight")
]


def clips(group: str) -> list[str]:
    """Clips of lifters of a kind in a lift; some show too little of the back to be stored."""
    with np.load(STORED) as every:
        names = sorted({name.rpartition("/")[0] for name in every.files if "/" in name})
    found = [name for name in names if name.startswith(f"{group}/")]
    assert len(found) > 1
    return found


def stored(name: str) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Stations, outlines, posture, and the true lumbar angle of a clip."""
    with np.load(STORED) as every:
        parts = (every["u"], *(every[f"{name}/{p}"] for p in ("d", "posture", "lumbar_deg")))
        u, d, posture, true = (np.asarray(part, np.float64) for part in parts)
    return np.broadcast_to(u, d.shape), d, posture, true


def read(name: str) -> tuple[AngleReading, FloatArray]:
    """The reading of a clip, and the true change about the same middle."""
    u, d, posture, true = stored(name)
    reading = read_back(u, d, "dorsal", posture).lumbar
    known = np.isfinite(reading.change_deg)
    off = float(np.median(reading.change_deg[known] - true[known]))
    return reading, true + off


def test_the_true_change_lies_within_what_is_stated() -> None:
    """Of all frames; of the deadlifts of anny's people alone two thirds do."""
    known, inside = [], []
    for name in (name for group in GROUPS for name in clips(group)):
        reading, true = read(name)
        seen = np.isfinite(reading.change_deg)
        known.append(seen)
        inside.append((np.abs(reading.change_deg - true) <= reading.uncertainty_deg)[seen])
    assert np.concatenate(known).mean() > 0.8
    assert np.concatenate(inside).mean() >= 0.8


@pytest.mark.parametrize("name", [name for group in GROUPS for name in clips(group)])
def test_posture_that_bends_no_back_adds_nothing(name: str) -> None:
    """Where a posture's own effect on the outline is drawn, the reading stays as it is."""
    u, d, posture, _ = stored(name)
    from formcheck.geometry.shape import back_shape

    other = posture.copy()
    other[:, FEATURES.index("hip flexion")] += 0.5
    moved = d + (other - posture) @ np.array(
        [np.interp(u[0], back_shape("dorsal").u, row) for row in back_shape("dorsal").posture]
    )
    plain, shifted = (
        read_back(u, outline, "dorsal", p).lumbar.angle_deg
        for outline, p in ((d, posture), (moved, other))
    )
    known = np.isfinite(plain) & np.isfinite(shifted)
    assert known.mean() > 0.8
    assert np.abs(plain - shifted)[known].max() < 0.5


def test_most_of_the_lower_back_must_be_seen() -> None:
    u, d, posture, _ = stored(clips("drawn deadlift")[0])
    hidden = np.where(u > 0.38, np.nan, d)
    reading = read_back(u, hidden, "dorsal", posture).lumbar
    assert np.isnan(reading.change_deg).all()
