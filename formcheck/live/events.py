"""What happens in a session, for people who read lines and programs that read JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from formcheck.analysis import SetAnalysis
from formcheck.live.cues import Cue, change_words
from formcheck.live.rep_words import depth_of, depth_words, tempo_words
from formcheck.live.saving import Saved
from formcheck.live.tally import CountedRep
from formcheck.live.texts import rep_count, text
from formcheck.plain import typed
from formcheck.report.words import headline
from formcheck.results.describe import known

__all__ = [
    "Event",
    "cue_event",
    "json_line",
    "notice",
    "ready_event",
    "rep_event",
    "saved_event",
    "set_event",
    "setup_event",
]

_GRAVEST_FIRST = {"stop": 0, "caution": 1, "info": 2}

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
    spoken : str
        For the ear; empty where nothing is said.
    """

    kind: Kind
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    spoken: str = ""


def json_line(event: Event) -> str:
    """One line of JSON; what was not measured is null."""
    return json.dumps({"event": event.kind, **event.data, "text": event.text})


def notice(words: str, *, spoken: str = "") -> Event:
    """Something that the lifter or whoever helps them should know."""
    return Event("notice", words, spoken=spoken)


def setup_event(step: str, words: str, more: str) -> Event:
    """What to fix before the set."""
    return Event("setup", f"{words}. {more}".strip(), {"step": step}, spoken=words)


def ready_event(words: str, spoken: str) -> Event:
    """The lifter can begin."""
    return Event("ready", words, spoken=spoken)


def set_event(set_number: int, count: int) -> Event:
    """A set has ended; its result is being written."""
    over = text("set.over", number=set_number, reps=rep_count(count))
    return Event("set", f"set {set_number} ended", {"set": set_number}, spoken=over)


def rep_event(set_number: int, number: int, rep: CountedRep, exercise: str) -> Event:
    """A repetition that has ended."""
    measures = rep.measures
    faults = ", ".join(f.words for f in rep.findings if f.told)
    angles = "back not seen"
    if measures.measured:
        angles = (
            f"most flexed {measures.peak_deg:+z.0f}° ±{measures.uncertainty_deg:.0f}, "
            f"most arched {measures.least_deg:+z.0f}°"
        )
    said = f"set {set_number} rep {number} ({exercise}): {angles}"
    if math.isfinite(measures.concentric_speed):
        said += f", {measures.concentric_speed:.2f} /s"
    whole = "" if measures.rep.complete else ", not complete"
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
        "depth_thigh_deg": known(rep.depth.value_deg),
        "eccentric_s": known(measures.eccentric_s),
        "concentric_s": known(measures.concentric_s),
        "findings": [f.code for f in rep.findings],
    }
    said += whole + "".join(f", {words}" for words in _besides(rep))
    depth = depth_of(rep.depth)
    spoken = f"{number}. {depth.spoken}" if depth else f"{number}"
    return Event("rep", said + (f": {faults}" if faults else ""), data, spoken=spoken)


def _besides(rep: CountedRep) -> list[str]:
    """Depth and tempo, as far as they were seen."""
    told = [*depth_words(rep.depth), tempo_words(rep.measures)]
    return [words[0].lower() + words[1:] for words in told if words]


def cue_event(set_number: int, cue: Cue) -> Event:
    """Something that was called out."""
    data = {"set": set_number, "rep": cue.rep, "code": cue.code, "severity": cue.severity}
    return Event("cue", f"! {cue.label}", data, spoken=cue.words)


def saved_event(set_number: int, saved: Saved) -> Event:
    """A set's summary, once its result is written."""
    count = len(saved.analysis.reps)
    verdict = headline(saved.document)
    line = (
        f"set {set_number}, {count} repetition{'s' * (count != 1)}: {typed(verdict.line)} "
        f"Written to {saved.folder}"
    )
    data = {
        "set": set_number,
        "reps": count,
        "measured": saved.analysis.measured,
        "folder": str(saved.folder),
        "score": saved.document.score,
        "verdict": verdict.label,
        "tone": verdict.tone,
    }
    return Event("saved", line, data, _summary(set_number, saved.analysis), verdict.label)


def _summary(set_number: int, analysis: SetAnalysis) -> tuple[str, ...]:
    """A set in a few lines."""
    count = len(analysis.reps)
    title = text("set.saved", number=set_number, reps=rep_count(count))
    measured = [rep for rep in analysis.reps if rep.measured]
    if not measured:
        why = analysis.reasons[0].message if analysis.reasons else ""
        return title, text("summary.not-measured"), why
    most = max(measured, key=lambda rep: rep.peak_deg)
    angle = f"{most.peak_deg:+z.0f}° ±{most.uncertainty_deg:.0f}".replace("-", "\N{MINUS SIGN}")
    faults = sorted(
        (finding for finding in analysis.findings if finding.told),
        key=lambda finding: _GRAVEST_FIRST[finding.severity],
    )
    often = Counter(finding.words for finding in faults if finding.rep is not None)
    words = [
        text("summary.of", words=label, times=times, count=count) for label, times in often.items()
    ]
    words += [one.words for one in faults if one.words not in often]
    change = change_words(faults[0].code) if faults else ""
    found = ", ".join(words) or text("summary.no-fault")
    return tuple(line for line in (title, found, change, text("set.most", angle=angle)) if line)
