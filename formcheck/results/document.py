"""`analysis.json` as types: the contract with everyone who reads our results."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from formcheck.assessment.contributors import Sureness
from formcheck.assessment.fatigue import Verdict
from formcheck.assessment.judgement import Grade, Part
from formcheck.assessment.score import PartName
from formcheck.lifts.bar import BarSource
from formcheck.lifts.exercises import Drift

__all__ = [
    "SCHEMA_VERSION",
    "AnalysisDocument",
    "BarPart",
    "BarRepPart",
    "ContributorPart",
    "DocumentPart",
    "ExercisePart",
    "FatiguePart",
    "FindingPart",
    "FlexionRange",
    "LiftPart",
    "LumbarRange",
    "Model",
    "NeutralPart",
    "Quality",
    "ReasonPart",
    "RepPart",
    "RoundingPart",
    "RubricPart",
    "ScorePart",
    "SetPart",
    "SettingsPart",
    "Source",
    "TempoPart",
    "ThoracicRange",
    "ViewPart",
    "WithDoubt",
]

SCHEMA_VERSION: Literal[1] = 1

Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]


class DocumentPart(BaseModel):
    """A part of the document; unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Source(DocumentPart):
    """The clip, as it was read."""

    name: str
    sha256: str
    width: int
    height: int
    frames: int
    duration_s: float
    fps: float | None = Field(description="Typical rate by the true times of the frames.")
    variable_frame_rate: bool
    decode_failures: int
    untimed_frames: int = Field(description="Left out for a time that did not rise.")
    truncated: bool
    camera_frames: int | None = Field(
        None, description="That came while the set was measured live; null for a clip."
    )
    slowest_fps: float | None = Field(
        None, description="Frames measured a second in the slowest ten seconds of a live set."
    )
    slow_motion: float = Field(
        1.0, description="Times are those of the file divided by this; 1: filmed as it plays."
    )
    stream: str | None = Field(None, description="Which was read, if the file has several videos.")
    shapes: str | None = Field(None, description="Of the picture, if it changes them.")
    filmed: str | None = Field(None, description="The day, YYYY-MM-DD.")
    filmed_from: str | None = Field(
        None, description="What tells the day: clip (its own date), name, or file (last written)."
    )


class RubricPart(DocumentPart):
    """Thresholds of this lift, and weights of the score."""

    weights: dict[PartName, float]
    rounded_deg: float | None = Field(description="null: this lift is not judged so.")
    arched_deg: float | None
    arched_from_start_deg: float | None


class SettingsPart(DocumentPart):
    """Everything else that shaped the result."""

    exercise: str
    max_fps: float = Field(description="0: every frame.")
    neutral_deg: float | None
    neutral_uncertainty_deg: float
    neutral_from: str | None = Field(description="Where the neutral was measured, if elsewhere.")
    rubric: RubricPart
    plate_mm: float | None = Field(None, description="Diameter of the plates, as told.")
    height_m: float | None = Field(None, description="The lifter's height, as told.")


class Model(DocumentPart):
    """The pose model."""

    name: str
    sha256: str


class ExercisePart(DocumentPart):
    """The lift."""

    name: str
    confidence: Share | None = Field(description="null where the lift was given.")
    given: bool
    runner_up: str | None = Field(description="What it might be instead; null where it was given.")


class ReasonPart(DocumentPart):
    """Why something was not measured, or is less sure."""

    code: str
    message: str
    advice: str
    refuses: bool


class ViewPart(DocumentPart):
    """How the camera saw the lifter."""

    measurable: bool
    facing: Literal["left", "right"]
    yaw_deg: float | None = Field(description="0: square side view. Good to some 10 degrees.")
    reasons: list[ReasonPart]


class NeutralPart(DocumentPart):
    """The lifter's own neutral, against which flexion_deg counts."""

    lumbar_deg: float | None
    uncertainty_deg: float | None
    method: Literal["standing", "first-reps", "given", "none"]
    posture: str | None = Field(description="What the lifter did there.")


class LumbarRange(DocumentPart):
    """0 flat, + flexed, - extended; an outline measure, not an X-ray."""

    peak: float | None
    least: float | None
    range: float | None
    uncertainty: float | None = Field(description="Half the 90 % interval of the peak.")
    least_uncertainty: float | None = Field(description="Half the 90 % interval of the least.")


class FlexionRange(DocumentPart):
    """Lumbar angle against the lifter's own neutral."""

    peak: float | None
    least: float | None
    uncertainty: float | None = Field(description="Half the 90 % interval of the peak.")
    least_uncertainty: float | None


class ThoracicRange(DocumentPart):
    """Turn of the upper back, T12/L1 to about T2, + rounded; null where it was not seen."""

    peak: float | None = Field(default=None, description="Most rounded.")
    least: float | None = Field(default=None, description="Least rounded.")
    range: float | None = None
    uncertainty: float | None = Field(
        default=None, description="Half the 90 % interval of the peak."
    )
    least_uncertainty: float | None = Field(
        default=None, description="Half the 90 % interval of the least."
    )


class LiftPart(DocumentPart):
    """What is measured in some lifts only, in degrees; null: not seen, or not of this lift."""

    flexion_onset_hip_deg: float | None = Field(
        None, description="Hip angle at which the back leaves neutral on the way down."
    )
    depth_thigh_deg: float | None = Field(None, description="Thigh above level at the bottom.")
    wink_deg: float | None = Field(
        None, description="Flexion that the lower half of the way down adds."
    )
    lean_at_hips_up_deg: float | None = Field(
        None, description="Lean of the trunk when the hips have done 9/10 of their rise."
    )
    curl_deg: float | None = Field(None, description="Flexion from lying to the top.")
    lean_low_deg: float | None = Field(None, description="Lean of the trunk at the bottom.")
    lean_added_deg: float | None = Field(
        None, description="How much further it leans on the way up, as the hips rise first."
    )


class RoundingPart(DocumentPart):
    """How likely a careful coach would call the back rounded."""

    grade: Grade = Field(
        description="clear: stop; likely: caution; borderline: close to it; no: not rounded."
    )
    probability: Share
    part: Part = Field(description="What rounded, or was nearest to it.")
    at_s: float | None = Field(description="When it shows most.")
    words: str = Field(description="As every output says it.")


class ScorePart(DocumentPart):
    """What one part of a score says, within the band of the verdict."""

    name: PartName
    points: float
    of: float
    measured: bool = Field(description="False: left out, because it was not seen.")


class WithDoubt(DocumentPart):
    """A value and half its 90 % interval; null: not measured."""

    value: float | None = None
    uncertainty: float | None = None


class TempoPart(DocumentPart):
    """Seconds of each part of a repetition, by what was followed; null: not seen."""

    down_s: float | None = None
    bottom_s: float | None = Field(default=None, description="The pause below.")
    up_s: float | None = None
    top_s: float | None = Field(default=None, description="The pause above.")


class BarRepPart(DocumentPart):
    """What the bar did in one repetition."""

    mean_speed_m_per_s: WithDoubt = Field(default=WithDoubt(), description="On the way up.")
    peak_speed_m_per_s: WithDoubt = WithDoubt()
    range_cm: WithDoubt = WithDoubt()
    drift_cm: WithDoubt = Field(
        default=WithDoubt(),
        description="Furthest from above its start on the way up, + towards the toes: by so much "
        "its distance from the mid-foot changed.",
    )
    loss_pct: WithDoubt = Field(
        default=WithDoubt(),
        description="Of the mean speed, against the fastest repetition of its set.",
    )
    tempo: TempoPart = TempoPart()


class BarPart(DocumentPart):
    """What was followed for speed and tempo, and its scale."""

    source: BarSource = Field(description="plate: the near end of the bar; else a stand-in.")
    found: Share = Field(description="Of the frames of the repetitions.")
    metres_from: Literal["plate", "height"] | None = Field(description="null: no metres.")
    plate_mm: float | None = Field(description="The diameter that metres stand on.")
    assumed: bool = Field(description="Whether that is taken, not told.")
    words: str = Field(description="What was followed, and why there are no metres.")


class RepPart(DocumentPart):
    """One repetition."""

    index: int = Field(description="From 1.")
    start_s: float
    turn_s: float
    end_s: float
    eccentric_s: float | None
    concentric_s: float | None
    concentric_speed: float | None = Field(description="Body lengths a second.")
    complete: bool
    cut: bool = Field(False, description="The clip does not show the whole of it.")
    lumbar_deg: LumbarRange
    flexion_deg: FlexionRange
    thoracic_deg: ThoracicRange = ThoracicRange()
    peak_s: float | None
    least_s: float | None
    visible: Share = Field(description="Share of the frames with the back measured.")
    visible_low: Share = Field(description="The same in the lower half of the swing.")
    visible_high: Share = Field(description="And in the upper half.")
    lift: LiftPart
    bar: BarRepPart = BarRepPart()
    findings: list[str]
    rounding: RoundingPart | None = Field(
        default=None, description="null: not judged in this lift, or not seen."
    )
    score: Score | None
    score_basis: Share | None = Field(default=None, description="Share of the criteria seen.")
    score_parts: list[ScorePart]


class SetPart(DocumentPart):
    """How one set changed. A positive drift gets worse, in its direction."""

    first_rep: int
    last_rep: int
    verdict: Verdict
    reason: str = Field(description="Why there is no verdict; else empty.")
    from_rep: int | None = Field(
        description="First repetition of the back's change, from the back alone; in a tired set "
        "of the slowing."
    )
    from_rep_range: tuple[int, int] | None = Field(description="Holds it four times in five.")
    slow_from_rep: int | None = Field(
        default=None, description="First repetition of the slowing, from the speed alone."
    )
    slow_from_rep_range: tuple[int, int] | None = None
    together: bool = Field(
        default=False, description="Whether back and speed changed within one repetition."
    )
    velocity_loss_pct: float | None = Field(description="Last against fastest repetition.")
    speed_of: BarSource | None = Field(
        default=None, description="Whose speed velocity_loss_pct compares."
    )
    direction: Drift | None
    drift_deg_per_rep: float | None
    drift_ci_deg: tuple[float, float] | None = Field(
        description="Of drift_deg_per_rep, 91 %; wider if two ways are watched."
    )
    drift_p: float | None = Field(description="Kendall's, one-sided, for getting worse.")
    change_deg: float | None = Field(
        description="Over the set along the drift; or, if late_change, of the last two "
        "repetitions against those before."
    )
    late_change: bool
    mdc_deg: float | None = Field(description="Minimal detectable change_deg.")
    paused_after: list[int]
    neutral_deg: float | None = Field(default=None, description="Its own, from its own part.")
    neutral_method: Literal["standing", "first-reps", "given", "none"] = "none"
    rounding: RoundingPart | None = Field(
        default=None, description="Of the repetition of the set that rounded most."
    )


class FatiguePart(SetPart):
    """How the clip's set changed; with several sets the one to act on first."""

    sets: list[SetPart]


class FindingPart(DocumentPart):
    """One statement with its evidence."""

    code: str
    severity: Literal["info", "caution", "stop"]
    rep: int | None
    at_s: float | None
    message: str
    why: str
    evidence: dict[str, float]
    advice: str
    label: str = Field(default="", description="The finding in two or three words.")
    grade: Grade | None = Field(default=None, description="Of a finding of rounding.")


class ContributorPart(DocumentPart):
    """What may lie behind a fault: to be checked by a person."""

    code: str
    sureness: Sureness
    seen: str
    possible: str
    check: str
    reps: list[int]
    evidence: dict[str, float]


class Quality(DocumentPart):
    """How much of the clip could be used."""

    pose_found: Share
    back_visible: Share
    read_off: Literal["back", "front"] = Field(
        "back",
        description="Which outline of the trunk told the angle: the front's if the floor "
        "hid the back.",
    )
    level_uncertainty_deg: float | None = Field(
        description="By how much all lumbar_deg of the lifter may be off by the same, beside "
        "their own uncertainty: half a 90 % interval. It cancels in flexion_deg."
    )


class AnalysisDocument(DocumentPart):
    """formcheck's analysis of one set. Angles in degrees, times in seconds; null: not measured."""

    schema_version: Literal[1]
    formcheck_version: str
    rejudged: bool = Field(
        default=False,
        description="Judged again from the track: a video or picture beside it was drawn before.",
    )
    source: Source
    settings: SettingsPart
    model: Model
    exercise: ExercisePart
    view: ViewPart
    neutral: NeutralPart
    bar: BarPart | None = None
    reps: list[RepPart]
    fatigue: FatiguePart | None
    findings: list[FindingPart]
    contributors: list[ContributorPart]
    rounding: RoundingPart | None = Field(
        default=None, description="Of the repetition that rounded most."
    )
    score: Score | None = Field(
        description="Follows the gravest finding: stop at most 49, caution 50 to 79, else 85 and "
        "more."
    )
    score_basis: Share | None = Field(default=None, description="Share of the criteria seen.")
    score_parts: list[ScorePart]
    quality: Quality
