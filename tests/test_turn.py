"""Behaviour of `formcheck.geometry.turn`: the turn of an outline, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.arrays import FloatArray
from formcheck.geometry.curve import TrunkCurve
from formcheck.geometry.turn import LOWER, WHOLE, outline_turn

U = np.linspace(-0.2, 1.0, 64)


def curve(d: FloatArray, frames: int = 40) -> TrunkCurve:
    """The same outline in every frame."""
    u = np.tile(U, (frames, 1))
    return TrunkCurve(
        u, np.tile(d, (frames, 1)), np.zeros((frames, U.size, 2)), np.zeros((frames, U.size))
    )


def turns(d: FloatArray) -> tuple[float, float]:
    found = outline_turn(np.arange(40) / 30, curve(d))
    return float(np.median(found.lower_deg)), float(np.median(found.whole_deg))


@pytest.mark.parametrize("bulge", [-0.4, 0.0, 0.5])
def test_a_parabola_by_hand(bulge: float) -> None:
    # d = 0.2 + 0.1 u - bulge u², whose tangent's slope is 0.1 - 2 bulge u
    lower, whole = turns(0.2 + 0.1 * U - bulge * U**2)
    for found, stretch in ((lower, LOWER), (whole, WHOLE)):
        slopes = [0.1 - 2 * bulge * end for end in stretch.ends]
        by_hand = np.degrees(np.arctan(slopes[0]) - np.arctan(slopes[1]))
        assert found == pytest.approx(by_hand, abs=0.2)


def test_a_bulge_is_positive_and_a_hollow_negative() -> None:
    assert turns(0.2 - 0.3 * (U - 0.5) ** 2)[0] > 10
    assert turns(0.2 + 0.3 * (U - 0.5) ** 2)[0] < -10


def test_a_tilted_axis_hardly_changes_it() -> None:
    bent = 0.2 - 0.3 * (U - 0.5) ** 2
    assert turns(bent + 0.1 * U)[0] == pytest.approx(turns(bent)[0], abs=1.0)


def test_what_is_not_seen_is_not_guessed() -> None:
    bent = 0.2 - 0.3 * (U - 0.5) ** 2
    lower, whole = turns(np.where(U > 0.72, np.nan, bent))
    assert lower == pytest.approx(turns(bent)[0], abs=0.5)
    assert np.isnan(whole)
    assert np.isnan(turns(np.where(U > 0.45, np.nan, bent))[0])


def test_no_frames() -> None:
    empty = TrunkCurve(*(np.empty((0, 64, *more)) for more in ((), (), (2,), ())))
    assert outline_turn(np.empty(0), empty).lower_deg.shape == (0,)
