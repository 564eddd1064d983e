"""What happens in a session, for people who read lines and programs that read JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from formcheck.analysis import SetAnalysis
from formcheck.live.cues import Cue
from formcheck.live.saving import Saved
from formcheck.live.tally import Counted
from formcheck.plain import typed
from formcheck.report.words import headline
from formcheck.results.describe import known

__all__ = ["Event", "cue_event", "json_line", "notice", "rep_event", "saved_event"]

Kind = Literal["setup", "ready", "rep", "cue", "set", "saved", "notice"]


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes
    ----------
    kind : Kind
    text : str
        For a person.
    data : mapping
        For a program; the units are in the names.
    lines : tuple of str
        For a screen that is read from afar, where that is not `text`.
    """

    kind: Kind
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


def json_line(event: Event) -> str:
    """One line of JSON; what was not measured is null."""
    return json.dumps({"event": event.kind, **event.data, "text": event.text})


def notice(text: str) -> Event:
    """Something that the lifter or whoever helps them should know."""
    return Event("notice", text)


def rep_event(set_number: int, number: int, rep: Counted, exercise: str) -> Event:
    """A repetition that has ended."""
    measures = rep.measures
    faults = [f for f in rep.findings if f.told]
    words = ", ".join(f.words for f in faults)
    angles = "back not seen"
    if measures.measured:
        angles = (
            f"most flexed {measures.peak_deg:+z.0f}° ±{measures.uncertainty_deg:.0f}, "
            f"least {measures.least_deg:+z.0f}°"
        )
    text = f"set {set_number} rep {number} ({exercise}): {angles}"
    if math.isfinite(measures.concentric_speed):
        text += f", {measures.concentric_speed:.2f} /s"
    whole = "" if measures.rep.complete else ", not whole"
    data = {
        "set": set_number,
        "rep": number,
        "exercise": exercise,
        "start_s": round(measures.start_s, 3),
        "end_s": round(measures.end_s, 3),
        "complete": measures.rep.complete,
        "cut": measures.rep.cut,
        "lumbar_peak_deg": known(measures.peak_deg),
        "lumbar_least_deg": known(measures.least_deg),
        "uncertainty_deg": known(measures.uncertainty_deg),
        "concentric_speed": known(measures.concentric_speed),
        "findings": [f.code for f in rep.findings],
    }
    return Event("rep", text + whole + (f": {words}" if words else ""), data)


def cue_event(set_number: int, cue: Cue) -> Event:
    """Something that was called out."""
    data = {"set": set_number, "rep": cue.rep, "code": cue.code, "severity": cue.severity}
    return Event("cue", f"! {cue.words}", data)


def saved_event(set_number: int, saved: Saved) -> Event:
    """A set's summary, once its result is written."""
    count = len(saved.analysis.reps)
    verdict = headline(saved.document.model_dump(mode="json"))
    text = (
        f"set {set_number}, {count} repetition{'s' * (count != 1)}: {typed(verdict.line)} "
        f"Written to {saved.folder}"
    )
    data = {
        "set": set_number,
        "reps": count,
        "measured": saved.analysis.measured,
        "folder": str(saved.folder),
    }
    return Event("saved", text, data, _summary(set_number, saved.analysis))


def _summary(set_number: int, analysis: SetAnalysis) -> tuple[str, ...]:
    """A set in a few lines."""
    count = len(analysis.reps)
    title = f"Set {set_number}: {count} repetition{'s' * (count != 1)}"
    measured = [rep for rep in analysis.reps if rep.measured]
    if not measured:
        return title, "not measured", analysis.reasons[0].message
    most = max(measured, key=lambda rep: rep.peak_deg)
    least = min(rep.least_deg for rep in measured)
    angles = f"most flexed {most.peak_deg:+z.0f}° ±{most.uncertainty_deg:.0f}, least {least:+z.0f}°"
    faults = [finding for finding in analysis.findings if finding.told]
    often = Counter(finding.words for finding in faults if finding.rep is not None)
    words = [f"{label} ({times} of {count})" for label, times in often.items()]
    words += [one.words for one in faults if one.words not in often]
    return title, angles.replace("-", "\N{MINUS SIGN}"), ", ".join(words) or "no fault found"
