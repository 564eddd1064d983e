"""Holding found points against the true back: known distances, and the list of scenes."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the rendered lifter needs the extra 'lifter'")
pytest.importorskip("outline", reason="the benchmarks are not here")

from common.scenes import GROUPS, _at, _post, cases
from outline import _distance, _mean_of

LINE = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [30.0, 0.0]])
ALL = np.ones(4, bool)


def test_distance_to_a_line_is_to_its_nearest_part() -> None:
    points = np.array([[5.0, 3.0], [34.0, 3.0], [20.0, 0.0]])
    np.testing.assert_allclose(_distance(points, LINE, ALL), [3.0, 5.0, 0.0])


def test_parts_that_are_covered_or_missing_are_no_part_of_the_line() -> None:
    there = np.array([True, True, False, False])
    np.testing.assert_allclose(_distance(np.array([[14.0, 3.0]]), LINE, there), [5.0])
    broken = LINE.copy()
    broken[1] = np.nan
    np.testing.assert_allclose(_distance(np.array([[10.0, 0.0]]), broken, ALL), [10.0])
    assert np.isinf(_distance(np.array([[0.0, 0.0]]), LINE, ~ALL)).all()


def test_a_mean_of_nothing_is_nothing() -> None:
    rows = np.array([[1.0, np.nan, 3.0], [np.nan] * 3])
    np.testing.assert_allclose(_mean_of(rows), [2.0, np.nan])


def test_things_stand_where_they_are_seen() -> None:
    """A camera 3.8 m from the lifter sees a thing half-way to it twice as far off its axis."""
    x, y, _ = _at(0.43, 1.2, 1.9, 1.0)
    assert (x, y) == pytest.approx((0.03 + 0.40 / 2, 1.0 + 0.2 / 2))
    assert _post(0.03, -1.0).centre_m[0] == pytest.approx(0.03)


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_has_scenes_of_both_kinds_of_bodies(group: str) -> None:
    lifters = {case.lifter for case in cases(group)}
    assert lifters & {"A", "B"}
    assert lifters & {"C", "D"}


def test_names_are_unique() -> None:
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names)
