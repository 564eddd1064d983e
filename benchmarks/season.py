"""Try the history on generated seasons in which exactly three things changed.

    python benchmarks/season.py [--seasons 500] [--out benchmarks/season.md]

Eight athletes with six sets each, so 32 comparisons; the noise is as large as measured sets
state theirs. A season is right if the three are told and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unittest.mock import patch

from common.script import options
from common.season import ATHLETES, HALVES, WEEKS, called, exactly, made_season

from formcheck.history import trends

CHANGES_DEG = (20.0, 30.0, 40.0, 50.0)
NOISES = (1.0, 1.5)
_PAGE = """# A season: is a change told where there is one, and only there?

    python benchmarks/season.py

{seasons} generated seasons a row: {athletes} athletes, {weeks} sets each, a month apart, four
measures. Exactly three things change, evenly from the first to the last set: one back gets
rounder, one less round, one drifts more within the set (by what stands out of its noise as
much). What is read scatters about the truth as much as sets of the shipped deadlifts state
(half of a 90 % interval: most flexed {lumbar}°, from the own normal {flexion}°, drift {drift}° a
repetition, score {score} points), or half as much again.

- **each alone**: every comparison is held against its own minimal detectable change.
- **all together**: as `formcheck history` does it: the limit allows for all {comparisons}
  comparisons, and the stated noise counts for {stated} days' worth of scatter.

*Found*: of the three, how many. *Others*: seasons in which something is called a change that is
none. *Exact*: seasons with these three and no others.

| limit | noise, of what is stated | change | found | others | exact |
|---|---|---|---|---|---|
{rows}

Taken alone, the comparisons tell of a change that is none in four seasons of five. All
together, a change has to be larger to be told: of six sets with one of 20° it is mostly not,
while two backs of which one is clearly rounded are some 25° apart. More sets tell smaller
ones. Where the noise is half as large again as stated, the scatter of the sets themselves
raises the limit, though not by all that is needed.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = options(__doc__, "season.md")
    parser.add_argument("--seasons", type=int, default=500, help="a row")
    chosen = parser.parse_args(arguments)
    text = _PAGE.format(
        seasons=chosen.seasons,
        athletes=ATHLETES,
        weeks=WEEKS,
        lumbar=HALVES["lumbar_peak_deg"],
        flexion=HALVES["flexion_peak_deg"],
        drift=HALVES["drift_deg_per_rep"],
        score=HALVES["score"],
        comparisons=ATHLETES * len(HALVES),
        stated=trends._STATED_DAYS,
        rows="\n".join(_rows(chosen.seasons)),
    )
    chosen.out.write_text(text, encoding="utf-8")
    print(text)


def _rows(seasons: int) -> Iterator[str]:
    for together in (False, True):
        for noise in NOISES:
            for change_deg in CHANGES_DEG if noise == 1.0 else (40.0,):
                yield _row(seasons, change_deg, noise, together=together)


def _row(seasons: int, change_deg: float, noise: float, *, together: bool) -> str:
    found = others = exact = 0
    strict = trends._FALSE_ALARMS * (1 if together else ATHLETES * len(HALVES))
    days = trends._STATED_DAYS if together else 4
    with patch.multiple(trends, _FALSE_ALARMS=strict, _STATED_DAYS=days):
        for seed in range(seasons):
            count, alone = exactly(called(made_season(seed, change_deg, noise)))
            found += count
            others += not alone
            exact += count == 3 and alone
    name = "all together" if together else "each alone"
    shares = (found / 3, others, exact)
    told = " | ".join(f"{100 * share / seasons:.0f} %" for share in shares)
    return f"| {name} | {noise:g} | {change_deg:.0f}° | {told} |"


if __name__ == "__main__":
    main()
