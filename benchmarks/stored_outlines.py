"""Store outlines of lifters that no model was fitted to, for the tests: tests/outlines.npz.

    python benchmarks/stored_outlines.py

A few clips of both crowds beyond the lifters that `back_model.py` fits to, as they
were found in the picture; the tests need neither the renderer nor anny for them.
"""

from __future__ import annotations

import numpy as np
from back_model import FITTED
from common.learning import STATIONS, kind_of, outlines_of
from common.script import ROOT
from crowd import KINDS, crowd

_LIFTS = ("deadlift", "squat bodyweight")
_LIFTERS = 4


def main() -> None:
    """Write them."""
    arrays, first = {"u": STATIONS["dorsal"]}, FITTED["dorsal"]
    for kind in KINDS:
        for take in crowd(first + _LIFTERS, kind, first=first):
            if kind_of(take) not in _LIFTS:
                continue
            for clip in outlines_of("dorsal", take, true=False):
                name = f"{kind} {kind_of(take)}/{take.seed}"
                arrays[f"{name}/d"] = clip.d.astype(np.float16)
                arrays[f"{name}/posture"] = clip.posture.astype(np.float16)
                arrays[f"{name}/lumbar_deg"] = clip.lumbar_deg.astype(np.float16)
    np.savez_compressed(ROOT / "tests" / "outlines.npz", allow_pickle=False, **arrays)
    print(", ".join(arrays))


if __name__ == "__main__":
    main()
