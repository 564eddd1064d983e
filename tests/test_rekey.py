"""Rendered clips are found again after a change that left them as they are."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

pytest.importorskip("numba", reason="the rendered lifter needs the extra 'lifter'")
pytest.importorskip("rekey", reason="the benchmarks are not here")

from common.rendered import digest
from rekey import name_then, take_of

from lifter.clip import _plain
from lifter.params import Camera, Prop, Scene, Take

_TAKE = Take(
    "one",
    camera=Camera(bars="black", bars_share=(0.1, 0.0)),
    scene=Scene(props=(Prop((0.0, 1.0, 0.5), (0.1, 1.0, 0.1)),)),
)


def _stored(take: Take) -> dict[str, object]:
    stored = json.loads(json.dumps(_plain(asdict(take))))
    assert isinstance(stored, dict)
    return stored


def test_a_take_comes_back_from_its_summary() -> None:
    back = take_of(_stored(_TAKE))
    assert json.dumps(asdict(back)) == json.dumps(asdict(_TAKE))
    assert back.scene.props == _TAKE.scene.props


def test_a_clip_from_before_a_field_was_there_keeps_its_name() -> None:
    then = asdict(_TAKE)
    del then["scene"]["walker"]
    name = digest(json.dumps(then).encode(), b"sources")
    assert name_then(_TAKE, _plain(then), [b"sources"]) == name  # type: ignore[arg-type]
    assert name_then(replace(_TAKE, seed=1), _plain(then), [b"sources"]) != name  # type: ignore[arg-type]
