"""Try the estimate of the one-repetition maximum on simulated lifters whose maximum is known.

    python benchmarks/load_velocity.py [--lifters 2000] [--out benchmarks/load_velocity.md]

Nobody's tested maximum was at hand; what is simulated comes from benchmarks/bar.md and from
the studies that `formcheck/history/load_velocity.py` names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from common.script import options

from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.history.load_velocity import LINE_SCATTER_MPS, METHOD_SD, LoadVelocity, load_velocity
from formcheck.history.sets import PastSet
from formcheck.lifts.exercises import EXERCISES

# Errors of the mean speed in benchmarks/bar.md: median 2.9 %, 90th percentile 7.4 %. Of these
# some 3 % are the plate's size, which is the same in all repetitions of a clip.
CLIP_SD, REP_SD = 0.03, 0.032
REPS = 5
# Speed at 40 % of the maximum, in m/s, and its deviation between lifters.
AT_40_MPS = {"deadlift": (0.95, 0.10), "squat": (1.05, 0.10)}
_PAGE = """# The one-repetition maximum: is it in the interval?

    python benchmarks/load_velocity.py

{lifters} simulated lifters a row, half of them deadlifting, half squatting. Nobody's tested
maximum was at hand: these rows say whether the interval holds if lifters are as the studies say,
not whether they are.

Each lifter has a line of their own and a speed at the maximum of their own. Sets scatter about
the line by {scatter} m/s; {reps} repetitions, each 3 % slower than the one before. The speed of a
clip is wrong by {clip:.1%} and that of a repetition by another {rep:.1%}, as measured in
[bar.md](bar.md) (median 2.9 %, 90th percentile 7.4 %), and that is what the sets state.

- **straight**: the maximum lies on the line.
- **as in the lab**: it lies {method:.1%} beside it (standard deviation), as tested maximums did
  (Banyard, Nosaka and Haff 2017).
- **too high**: besides, the line points 8 % too high, as lines in free-weight lifts often do.
- **lazy**: straight, but the lighter half of the sets is lifted 15 % slower than it could be.

*Inside*: of the estimates, how many intervals hold the true maximum (wanted: 90 %). *Half width*
and *error*: median, of the true maximum; *bias*: median error with its sign.

| lifters | sets | loads, of the maximum | refused | because | inside | half width | error | bias |
|---|---|---|---|---|---|---|---|---|
{rows}

## What this says

{said}
"""
_SAID = """- Where lifters are as the studies say, at least nine intervals of ten hold the true
  maximum. They are wide on purpose: they hold the studies' own error, so that on straight lines
  nearly all do.
- Four sets from 50 to 90 % of the maximum are refused three times in ten, two sets four times in
  ten, mostly as the interval would be wider than ±20 %. More sets help.
- Estimates are some 2 to 4 % low, because those that came out high are refused as too far from
  the heaviest load. Where lines point 8 % too high half are refused, and the rest is off by
  2 % or less.
- Light sets that are lifted lazily make the line flatter. Three of four such lifters are refused;
  formcheck cannot tell them why.
- Loads within a fifth of each other, and loads of up to 60 % of the maximum, tell nothing."""


@dataclass(frozen=True)
class Plan:
    """What the lifters of a row do, and how their maximum lies to their line."""

    name: str
    loads: tuple[float, ...]
    method_sd: float = 0.0
    too_high: float = 0.0
    lazy: float = 0.0


def _spread(low: float, high: float, sets: int) -> tuple[float, ...]:
    return tuple(float(share) for share in np.linspace(low, high, sets))


PLANS = (
    *(Plan("straight", _spread(0.5, 0.9, sets)) for sets in (2, 3, 4, 6)),
    *(Plan("as in the lab", _spread(0.5, 0.9, sets), METHOD_SD) for sets in (2, 3, 4, 6)),
    *(Plan("too high", _spread(0.5, 0.9, sets), METHOD_SD, 0.08) for sets in (2, 4)),
    Plan("lazy", _spread(0.5, 0.9, 4), lazy=0.15),
    Plan("as in the lab", _spread(0.6, 0.85, 4), METHOD_SD),
    Plan("as in the lab", _spread(0.75, 0.9, 4), METHOD_SD),
    Plan("as in the lab", _spread(0.3, 0.6, 4), METHOD_SD),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = options(__doc__, "load_velocity.md")
    parser.add_argument("--lifters", type=int, default=2000, help="a row")
    chosen = parser.parse_args(arguments)
    text = _PAGE.format(
        lifters=chosen.lifters,
        scatter=LINE_SCATTER_MPS,
        reps=REPS,
        clip=CLIP_SD,
        rep=REP_SD,
        method=METHOD_SD,
        rows="\n".join(_rows(chosen.lifters)),
        said=_SAID,
    )
    chosen.out.write_text(text, encoding="utf-8")
    print(text)


def _rows(lifters: int) -> Iterator[str]:
    for plan in PLANS:
        random = np.random.default_rng(7)
        tried = [_tried(plan, lift, random) for lift in AT_40_MPS for _ in range(lifters // 2)]
        yield _row(plan, tried)


def _tried(plan: Plan, exercise: str, random: np.random.Generator) -> tuple[LoadVelocity, float]:
    """What is said of one lifter, and their true maximum."""
    at_1rm = EXERCISES[exercise].speed_at_1rm_mps
    assert at_1rm is not None
    true_kg = random.uniform(60, 220)
    at_40_mps, end_mps = random.normal(*AT_40_MPS[exercise]), max(random.normal(*at_1rm), 0.05)
    of_line_kg = true_kg * (1 + random.normal(plan.too_high, plan.method_sd))
    loads_kg = true_kg * np.array(plan.loads)
    mps = end_mps + (at_40_mps - end_mps) / 0.6 * (1 - loads_kg / of_line_kg)
    mps *= np.where(np.arange(len(loads_kg)) < len(loads_kg) / 2, 1 - plan.lazy, 1.0)
    mps = np.maximum(mps + random.normal(0, LINE_SCATTER_MPS, len(mps)), 0.05)
    sets = [_set(exercise, *pair, random) for pair in zip(loads_kg, mps, strict=True)]
    return load_velocity(exercise, sets), true_kg


def _set(exercise: str, load_kg: float, mps: float, random: np.random.Generator) -> PastSet:
    slower = 1 - 0.03 * np.arange(REPS)
    seen = mps * slower * (1 + random.normal(0, CLIP_SD)) * (1 + random.normal(0, REP_SD, REPS))
    fastest = float(seen.max())
    return PastSet(
        athlete="A",
        date="2026-03-02",
        exercise=exercise,
        clip="",
        folder="",
        load_kg=load_kg,
        measured=True,
        verdict="",
        fatigue=None,
        readings={},
        bar_mps=fastest,
        bar_half_mps=TO_90_PERCENT * float(np.hypot(CLIP_SD, REP_SD)) * fastest,
        bar_from="plate",
    )


def _row(plan: Plan, tried: Sequence[tuple[LoadVelocity, float]]) -> str:
    reasons = Counter(found.says for found, _ in tried if not found.estimated)
    told = [
        (found.low_kg / true, found.one_rm_kg / true, found.high_kg / true)
        for found, true in tried
        if found.estimated and found.low_kg and found.one_rm_kg and found.high_kg
    ]
    because = ", ".join(f"{says} {100 * n / len(tried):.0f} %" for says, n in reasons.most_common())
    loads = f"{100 * plan.loads[0]:.0f} to {100 * plan.loads[-1]:.0f} %"
    cells = [plan.name, len(plan.loads), loads, f"{100 * reasons.total() / len(tried):.0f} %"]
    cells.append(because)
    if len(told) < len(tried) / 50:
        return f"| {' | '.join(map(str, [*cells, '', '', '', '']))} |"
    low, value, high = np.array(told).T
    cells += [
        f"{100 * np.mean((low <= 1) & (high >= 1)):.0f} %",
        f"{50 * np.median(high - low):.0f} %",
        f"{100 * np.median(np.abs(value - 1)):.1f} %",
        f"{100 * np.median(value - 1):+.1f} %",
    ]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
