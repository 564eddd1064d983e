"""What is said of the bar: what was followed, and why there are no metres."""

from __future__ import annotations

from formcheck.lifts.bar import Bar

__all__ = ["SOURCES", "bar_words"]

SOURCES = {
    "plate": "the bar's plate",
    "hands": "the hands",
    "shoulders": "the shoulders",
    "hips": "the hips",
    "head": "the head",
}


def bar_words(bar: Bar) -> str:
    """One or two sentences."""
    if bar.source != "plate":
        said = f"No plate of a bar was followed; speed and tempo are those of {SOURCES[bar.source]}"
        if bar.in_metres:
            return f"{said}, in metres by the lifter's height: good to some 10 %."
        return f"{said}, in body lengths. For metres give --height."
    if not bar.in_metres:
        return (
            "The plate was followed, but it looks smaller than a full-size plate, or its rim was "
            "not seen: there are no metres. Give its diameter with --plate-mm."
        )
    if bar.assumed:
        return (
            f"The plate was followed. Metres assume a full-size plate, {bar.plate_mm:.0f} mm "
            "across; if yours is another, give --plate-mm."
        )
    return f"The plate was followed. Metres stand on its {bar.plate_mm:.0f} mm, as given."
