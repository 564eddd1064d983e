"""What the report says, in sentences, from the document alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from formcheck.assessment.fatigue import SPEED_NOISE
from formcheck.assessment.findings import DRIFT_CODES, looked_for
from formcheck.assessment.wording import grade_words, label_of
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.lifts.exercises import OTHER, Measure
from formcheck.lifts.lift_measures import JOINT_DOUBT_DEG
from formcheck.results.document import (
    AnalysisDocument,
    FindingPart,
    RepPart,
    SetPart,
    WithDoubt,
)
from formcheck.results.stored import lift_of, neutral_of

__all__ = [
    "FindingGroup",
    "Headline",
    "KeyRep",
    "bar_line",
    "degrees",
    "doubted",
    "evidence_items",
    "fatigue_sets",
    "finding_groups",
    "finding_label",
    "flagged",
    "headline",
    "key_reps",
    "known",
    "lift_columns",
    "measured_reps",
    "most_arched",
    "most_flexed",
    "opening",
    "plain_degrees",
    "plural",
    "rep_findings",
    "score_basis",
    "typical_uncertainty",
    "what_was_measured",
    "what_was_read",
]

_RANK = {"info": 0, "caution": 1, "stop": 2}
_TONES = (("good", "No fault found"), ("caution", "Caution"), ("stop", "Stop"))
_CLOSE = "Close to the limit"
# They tell how the set went from first to last.
_COURSE_CODES = {"breakdown-under-fatigue", "velocity-loss", *DRIFT_CODES.values()}
_NOT_MEASURED = "Not measured: "
_NO_NEUTRAL = "no-neutral"
_UNITS = {"deg_per_rep": "° a rep", "deg": "°", "s": " s", "pct": " %", "hz": " Hz"}
_LIFT_TITLES: Mapping[Measure, str] = {
    "flexion_onset_hip_deg": "Hip angle where the back leaves neutral",
    "depth_thigh_deg": "Thigh above level",
    "wink_deg": "Flexion added near the bottom",
    "lean_at_hips_up_deg": "Trunk lean with the hips up",
    "lean_low_deg": "Trunk lean at the bottom",
    "lean_added_deg": "Lean added on the way up",
    "curl_deg": "Flexion from lying to the top",
}
# Of a half of the movement; a few frames are always missed.
_NEARLY_ALL = 0.9
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Headline:
    """The verdict.

    Attributes
    ----------
    tone : {"good", "caution", "stop", "unknown"}
    label : str
        The tone in words.
    text : str
        One sentence.
    more : list of str
        What else matters.
    """

    tone: str
    label: str
    text: str
    more: list[str]

    @property
    def line(self) -> str:
        """All of it in one line."""
        return " ".join([self.text, *self.more])

    @property
    def short(self) -> str:
        """The sentence to act on: why nothing was measured, or the first."""
        sentences = [self.text, *self.more]
        return next((one for one in sentences if one.startswith(_NOT_MEASURED)), self.text)


@dataclass(frozen=True)
class KeyRep:
    """A repetition to look at.

    Attributes
    ----------
    rep : RepPart
    what : {"most flexed", "most arched"}
        What its moment shows.
    at_s, lumbar_deg, uncertainty_deg : float
        The moment, and the angle then.
    role : {"worst", "best"}
    """

    rep: RepPart
    what: str
    at_s: float
    lumbar_deg: float
    uncertainty_deg: float
    role: str = ""


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one code: that of the set, or else the gravest, and where it was seen."""

    main: FindingPart
    places: list[FindingPart]


def headline(document: AnalysisDocument) -> Headline:
    """Say in a sentence what came out."""
    mains = [group.main for group in finding_groups(document)]
    looked = looked_for(neutral_of(document), lift_of(document))
    if not measured_reps(document) or not (looked or mains):
        reasons = document.view.reasons
        first_of = [one for one in reasons if not looked and one.code == _NO_NEUTRAL] or reasons
        why = first_of[0].message if first_of else "The back could not be read."
        said = [what_was_measured(document), f"{_NOT_MEASURED}{why}"]
        said += [main.message for main in mains]
        first, *more = filter(None, said)
        return Headline("unknown", "No verdict", first, more)
    faults = [main for main in mains if _RANK[main.severity] > 0]
    close = [main for main in mains if main.grade and main not in faults]
    told = [main for main in mains if main in faults or main.code in _COURSE_CODES]
    told.sort(key=_first_told)
    sentences = [main.message for main in told]
    if not faults:
        sentences[:0] = [main.message for main in close] or [_no_fault(document, looked or "fault")]
    sentences += _rounding_by_set(document)
    if not any(main.code in _COURSE_CODES for main in told):
        sentences += _course(document)
    gravest = max((_RANK[fault.severity] for fault in faults), default=0)
    tone, label = _TONES[gravest]
    if close and not faults:
        label = _CLOSE
    label += _grade_of(faults, gravest)
    return Headline(tone, label, sentences[0], list(dict.fromkeys(sentences[1:])))


def _first_told(main: FindingPart) -> tuple[int, bool]:
    """Rounding first, as a coach says it, then how the set went; a breakdown leads its equals."""
    return -_RANK[main.severity], main.grade is None


def _grade_of(faults: Sequence[FindingPart], gravest: int) -> str:
    """The grade of rounding, where that is what the verdict stands on."""
    grades = [one.grade for one in faults if one.grade and _RANK[one.severity] == gravest]
    return f": {grade_words(grades[0])}" if grades else ""


def fatigue_sets(document: AnalysisDocument) -> list[SetPart]:
    """The verdict on each set of the clip; none if fatigue was not judged."""
    fatigue = document.fatigue
    return list(fatigue.sets) or [fatigue] if fatigue else []


def _rounding_by_set(document: AnalysisDocument) -> list[str]:
    """How round the back was in each of several sets."""
    sets = fatigue_sets(document)
    told = [(one, one.rounding) for one in sets if len(sets) > 1]
    return [f"Reps {one.first_rep} to {one.last_rep}: {said.words}." for one, said in told if said]


def _course(document: AnalysisDocument) -> list[str]:
    """How each set went, where no finding tells it."""
    sets = fatigue_sets(document)
    told = (_course_of(one, named=len(sets) > 1) for one in sets)
    return [sentence for sentence in told if sentence]


def _course_of(one: SetPart, *, named: bool) -> str:
    where = f"Repetitions {one.first_rep} to {one.last_rep}: " if named else ""
    mdc, loss, start = one.mdc_deg, one.velocity_loss_pct, one.from_rep
    noticed = f": no drift of {mdc:.0f}° or more, the smallest this set could show" if mdc else ""
    slower = f" by {loss:.0f} %" if loss is not None else ""
    said = {
        "held": f"Your form held over the set{noticed}.",
        "drift": f"Your form changed from rep {start} on.",
        "tired": f"You slowed down{slower}; your lower back held.",
        "breakdown": f"Your form gave way from rep {start} on{_as_slowed(one, slower)}.",
        "too-few-reps": "Too few repetitions to tell how the set changed.",
        "not-measured": "How the set changed could not be told.",
    }.get(one.verdict, "")
    return where + (one.reason or said)


def _as_slowed(one: SetPart, slower: str) -> str:
    """The slowing, together with the back only where both began together."""
    if one.together:
        return f", as you slowed down{slower}"
    since = one.slow_from_rep
    return f"; your speed fell{slower}" + (f" from rep {since} on" if since else "")


def _no_fault(document: AnalysisDocument, looked: str) -> str:
    reps = measured_reps(document)
    number = ""
    bent = [rep.flexion_deg for rep in reps if rep.flexion_deg.peak is not None]
    if bent:
        most = max(bent, key=lambda flexion: known(flexion.peak))
        number = f"; most {degrees(most.peak)} (±{known(most.uncertainty):.0f}°) from your normal"
    return f"No {looked} found in {len(reps)} of {plural(len(document.reps), 'rep')}{number}."


def finding_label(finding: FindingPart) -> str:
    """A finding of the document in two or three words."""
    return finding.label or label_of(finding.code)


def rep_findings(document: AnalysisDocument, rep: int) -> list[FindingPart]:
    """What was found in a repetition."""
    return [finding for finding in document.findings if finding.rep == rep]


def flagged(document: AnalysisDocument, rep: int) -> bool:
    """Whether a repetition has a fault: more than a note."""
    return any(_RANK[finding.severity] > 0 for finding in rep_findings(document, rep))


def score_basis(document: AnalysisDocument) -> str:
    """What the score stands on: ``, based on 71 % of the criteria``; empty where unknown."""
    basis = document.score_basis
    return "" if basis is None else f", based on {100 * basis:.0f} % of the criteria"


def finding_groups(document: AnalysisDocument) -> list[FindingGroup]:
    """Findings by code, the gravest first; what the picture did not show is no finding."""
    silent = {reason.code for reason in document.view.reasons}
    codes: dict[str, list[FindingPart]] = {}
    for finding in document.findings:
        if finding.code not in silent:
            codes.setdefault(finding.code, []).append(finding)
    groups = []
    for found in codes.values():
        main = max(found, key=lambda f: (f.rep is None, _RANK[f.severity]))
        places = [f for f in found if f.at_s is not None and f.rep is not None]
        groups.append(FindingGroup(main, places or [f for f in found if f.at_s is not None]))
    return sorted(groups, key=lambda group: -_RANK[group.main.severity])


def key_reps(document: AnalysisDocument) -> list[KeyRep]:
    """The worst and the best measured repetition, and the moment that shows it.

    By score if there is one, else by the angle: the most flexed moment, or the most
    extended where arching was all that was found, or is all that the lift can do wrong.
    """
    reps = measured_reps(document)
    reps = [rep for rep in reps if rep.complete] or reps
    moment, sign = (most_arched, -1) if _arches(document) else (most_flexed, 1)

    def badness(shown: KeyRep) -> tuple[float, float]:
        score = shown.rep.score
        return (-score if score is not None else 0.0, sign * shown.lumbar_deg)

    ordered = sorted(map(moment, reps), key=badness, reverse=True)
    chosen = zip(("worst", "best"), ordered[:1] + ordered[1:][-1:], strict=False)
    return [replace(shown, role=role) for role, shown in chosen]


def most_flexed(rep: RepPart) -> KeyRep:
    """The moment at which a repetition is most flexed; NaN where it was not measured."""
    angle = rep.lumbar_deg
    return KeyRep(
        rep, "most flexed", known(rep.peak_s), known(angle.peak), known(angle.uncertainty)
    )


def most_arched(rep: RepPart) -> KeyRep:
    """The moment at which a repetition is most arched; NaN where it was not measured."""
    angle = rep.lumbar_deg
    return KeyRep(
        rep, "most arched", known(rep.least_s), known(angle.least), known(angle.least_uncertainty)
    )


def known(value: float | None) -> float:
    """The value, or NaN for none."""
    return math.nan if value is None else value


def opening(document: AnalysisDocument) -> tuple[float, float] | None:
    """Where the video opens: on the worst repetition, or on the first if none was measured.

    Returns
    -------
    tuple of float, or None
        The moment that shows it, and where that repetition starts; None without repetitions.
    """
    worst = key_reps(document)[:1]
    if worst:
        return worst[0].at_s, worst[0].rep.start_s
    first = document.reps[:1]
    return (first[0].turn_s, first[0].start_s) if first else None


def _arches(document: AnalysisDocument) -> bool:
    """Whether the most extended moment is the one to look at."""
    codes, lift = {finding.code for finding in document.findings}, lift_of(document)
    if "lumbar-flexion" in codes:
        return False
    only = lift.rounded_deg is None and lift.arched_deg is not None
    return only or not codes.isdisjoint({"lumbar-hyperextension", DRIFT_CODES["arching"]})


def lift_columns(document: AnalysisDocument) -> list[tuple[str, str]]:
    """Names and titles of what was measured of this lift besides the back's angle."""
    return [
        (name, title)
        for name, title in _LIFT_TITLES.items()
        if any(getattr(rep.lift, name) is not None for rep in document.reps)
    ]


def typical_uncertainty(document: AnalysisDocument) -> float | None:
    """Median uncertainty of the peaks, in degrees."""
    halves = [known(rep.lumbar_deg.uncertainty) for rep in measured_reps(document)]
    return median(halves) if halves else None


def what_was_read(document: AnalysisDocument) -> list[str]:
    """Say which outline was read, and in which part of the movement, where that is not all."""
    told = []
    reps = measured_reps(document)
    if reps and document.quality.read_off == "front":
        told.append(
            "Read off the front of the trunk, which bends with the back that the floor hides."
        )
    low = median([rep.visible_low for rep in reps] or [1.0])
    high = median([rep.visible_high for rep in reps] or [1.0])
    if min(low, high) < _NEARLY_ALL:
        told.append(
            f"Measured in {low:.0%} of the lower half of the movement, and in {high:.0%} of the "
            "upper half."
        )
    return told


def what_was_measured(document: AnalysisDocument) -> str:
    """Say what there is of a set besides the back: count, tempo, speed, depth.

    Empty without repetitions. The numbers are medians over the repetitions.
    """
    reps = document.reps
    if not reps:
        return ""
    whole = [rep for rep in reps if rep.complete and not rep.cut] or reps
    told = [
        words.format(median(values))
        for words, name in (
            ("up in {:.1f} s", "concentric_s"),
            ("down in {:.1f} s", "eccentric_s"),
            ("{:.2f} body lengths a second on the way up", "concentric_speed"),
        )
        if (values := [value for rep in whole if (value := getattr(rep, name)) is not None])
    ]
    if told:
        # The noise of the speed is that of the times.
        told[-1] += f" ({'each ' * (len(told) > 1)}±{100 * TO_90_PERCENT * SPEED_NOISE:.0f} %)"
    depths = [rep.lift.depth_thigh_deg for rep in whole]
    deep = [depth for depth in depths if depth is not None]
    told += [_depth_words(median(deep))] if deep else []
    return f"Measured: {', '.join([_counted(document), *told])}."


def _counted(document: AnalysisDocument) -> str:
    """The repetitions, with the lift where it is known."""
    lift, count = document.exercise.name, plural(len(document.reps), "repetition")
    unclear = any(reason.code == "exercise-unclear" for reason in document.view.reasons)
    return count if unclear or lift == OTHER.name else f"{lift.replace('-', ' ')}, {count}"


def _depth_words(thigh_deg: float) -> str:
    side = "above" if thigh_deg >= 0 else "below"
    return f"at the bottom the thigh {abs(thigh_deg):.0f}° {side} level (±{JOINT_DOUBT_DEG:.0f}°)"


def evidence_items(evidence: Mapping[str, float]) -> list[tuple[str, str]]:
    """Names and values in words: ``lumbar_peak_deg: 24.6`` becomes ``lumbar peak, 25°``."""
    items = []
    for name, value in evidence.items():
        match = re.fullmatch(r"(.+)_(deg_per_rep|deg|s|pct|hz)", name)
        words, unit = (match[1], _UNITS[match[2]]) if match else (name, "")
        items.append((words.replace("_", " "), f"{_number(value)}{unit}"))
    return items


def degrees(value: float | None, digits: int = 0) -> str:
    """An angle with its sign, or a word for none."""
    if value is None:
        return "not seen"
    return f"{value:+z.{digits}f}°".replace("-", _MINUS)


def plain_degrees(value: float | None) -> str:
    """An angle that has no two directions, or a dash for none."""
    return "\N{EN DASH}" if value is None else f"{_number(value)}°"


def plural(count: int, noun: str) -> str:
    """``1 repetition``, ``2 repetitions``."""
    return f"{count} {noun}{'s' * (count != 1)}"


def _number(value: float) -> str:
    if float(value).is_integer():
        text = f"{value:.0f}"
    else:
        text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"
    return text.replace("-", _MINUS)


def measured_reps(document: AnalysisDocument) -> list[RepPart]:
    """Return the repetitions in which the back was measured."""
    return [rep for rep in document.reps if rep.lumbar_deg.peak is not None]


def doubted(part: WithDoubt, digits: int, unit: str, *, sign: bool = False) -> str:
    """A value of `analysis.json` that comes with half its interval; a dash where it is missing."""
    value, half = part.value, part.uncertainty
    if value is None:
        return "\N{EN DASH}"
    told = f"{value:{'+' if sign else ''}.{digits}f}".replace("-", _MINUS)
    return f"{told} ±{half:.{digits}f} {unit}" if half else f"{told} {unit}"


def bar_line(document: AnalysisDocument) -> str:
    """Speed and range of the set in one line; empty without metres."""
    bar = document.bar
    means = [rep.bar.mean_speed_m_per_s for rep in document.reps]
    speeds = [one.value for one in means if one.value is not None]
    if not bar or not bar.metres_from or not speeds:
        return ""
    of = "Bar" if bar.source == "plate" else f"Speed of the {bar.source}"
    first, last = speeds[0], speeds[-1]
    course = f"{first:.2f}" if len(speeds) == 1 else f"{first:.2f} to {last:.2f}"
    half = max(known(one.uncertainty) for one in means if one.value is not None)
    scale = f"; plate taken as {bar.plate_mm:.0f} mm" if bar.assumed else ""
    return f"{of}: {course} m/s (±{half:.2f}) on the way up, first to last{scale}."
