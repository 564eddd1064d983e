"""The bar's path in every repetition, from the side, as a plotly figure."""

from __future__ import annotations

import numpy as np

from formcheck.report.angle_chart import Figure, listed
from formcheck.report.result import Frames, Result

__all__ = ["bar_chart"]

# Shown in full colour; those between are pale, so that a long set can be read.
_FIRST, _LAST, _BETWEEN = "var(--speed)", "var(--stop)", "var(--soft)"


def bar_chart(result: Result) -> Figure | None:
    """Height over the way forward, one line a repetition; None without a path in metres."""
    frames = result.frames
    numbers = sorted({int(rep) for rep in frames.rep if rep})
    lines = [line for number in numbers if (line := _path(frames, number, numbers))]
    if not lines:
        return None
    return {
        "data": lines,
        "layout": {
            "xaxis": {
                "title": {"text": "back ◂ cm ▸ towards the toes"},
                "zeroline": True,
            },
            "yaxis": {
                "title": {"text": "height [cm]"},
                "scaleanchor": "x",
                "zeroline": False,
            },
            "hovermode": "closest",
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "margin": {"l": 56, "r": 12, "t": 48, "b": 44},
        },
    }


def _path(frames: Frames, number: int, numbers: list[int]) -> Figure | None:
    mine = np.flatnonzero(np.array(frames.rep) == str(number))
    up = mine[np.array(frames.phase)[mine] != "eccentric"]
    seen = up[np.isfinite(frames.bar_forward_cm[up])]
    if len(seen) < 2:
        return None
    ends = {numbers[0]: _FIRST, numbers[-1]: _LAST}
    start_cm = frames.bar_forward_cm[seen[0]]
    return {
        "type": "scatter",
        "name": f"rep {number}",
        "mode": "lines",
        "showlegend": number in ends,
        "x": listed(frames.bar_forward_cm[seen] - start_cm, 1),
        "y": listed(frames.bar_height_cm[seen], 1),
        "customdata": [[float(time_s)] for time_s in frames.time_s[seen]],
        "hovertemplate": f"rep {number}: %{{x:+.1f}} cm, height %{{y:.0f}} cm"
        "<br>at %{customdata[0]:.1f} s<extra></extra>",
        "line": {"color": ends.get(number, _BETWEEN), "width": 2.5 if number in ends else 1.2},
    }
