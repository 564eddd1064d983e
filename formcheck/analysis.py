"""From a clip, or a saved track, to the analysis of the set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from formcheck.contributors import Contributor, possible_contributors
from formcheck.errors import ConfigurationError, InputError
from formcheck.exercises import EXERCISES, Exercise
from formcheck.fatigue import Fatigue, judge_fatigue
from formcheck.findings import Finding, fatigue_findings, form_findings
from formcheck.geometry import Kinematics, kinematics
from formcheck.geometry.neutral import (
    Neutral,
    first_reps_neutral,
    given_neutral,
    standing_neutral,
)
from formcheck.measures import RepMeasures, measure_rep, upright_frames
from formcheck.put_down import without_standing_up
from formcheck.refusals import Reason, reasons
from formcheck.reps import Phase, Rep, find_reps, phases
from formcheck.score import Score, score_rep, score_set
from formcheck.track import PoseTrack, load_track

if TYPE_CHECKING:
    from formcheck.models import ResolvedModel
    from formcheck.video import Video

__all__ = ["SetAnalysis", "Settings", "analyze", "analyze_track", "read_track"]

OnVideo = Callable[["Video"], Callable[[int], None]]

# The first repetitions are the lifter's fresh ones.
_FRESH_REPS = 3


@dataclass(frozen=True)
class Settings:
    """What shapes a result, beside the clip and the model.

    Attributes
    ----------
    exercise : str
        One of `formcheck.exercises.EXERCISES`.
    max_fps : float
        Most frames analysed a second; 0 for all.
    neutral_deg : float or None
        The lifter's standing `lumbar_deg`, if it was measured elsewhere.
    """

    exercise: str
    max_fps: float = 30.0
    neutral_deg: float | None = None

    def __post_init__(self) -> None:
        if self.exercise not in EXERCISES:
            raise ConfigurationError(
                f"There is no exercise {self.exercise!r}.\nGive one of {', '.join(EXERCISES)}."
            )
        if not (self.max_fps == 0 or 1 <= self.max_fps <= 1000):
            raise ConfigurationError(
                f"max_fps is {self.max_fps}; give 0 for every frame, or 1 to 1000."
            )
        if self.neutral_deg is not None and not abs(self.neutral_deg) <= 90:
            raise ConfigurationError(
                f"neutral_deg is {self.neutral_deg}; give the standing angle in degrees, -90 to 90."
            )


@dataclass(frozen=True, eq=False)
class SetAnalysis:
    """One set, analysed.

    Attributes
    ----------
    track : PoseTrack
    settings : Settings
    exercise : Exercise
    kinematics : Kinematics
        Angles over time.
    reps : tuple of RepMeasures
    neutral : Neutral
    findings : tuple of Finding
        Those of the repetitions, then those of the set.
    reasons : tuple of Reason
        Why something was not measured, or is less sure.
    fatigue : Fatigue or None
        How each set changed; None without a repetition.
    contributors : tuple of Contributor
        What may lie behind it, to be checked by a person.
    """

    track: PoseTrack
    settings: Settings
    exercise: Exercise
    kinematics: Kinematics
    reps: tuple[RepMeasures, ...]
    neutral: Neutral
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    fatigue: Fatigue | None
    contributors: tuple[Contributor, ...]

    def __repr__(self) -> str:
        return (
            f"SetAnalysis({self.track.clip.name!r}, {self.exercise.name}, reps={len(self.reps)}, "
            f"findings={len(self.findings)}, measured={self.measured})"
        )

    @property
    def measured(self) -> bool:
        """Whether the back was measured in at least one repetition."""
        return any(rep.measured for rep in self.reps)

    @property
    def score(self) -> Score | None:
        """Points of the whole clip; None where too little was measured."""
        return score_set(self.reps, self.neutral, self.exercise)

    @property
    def rep_scores(self) -> tuple[Score | None, ...]:
        """Points of each repetition; None where it was not measured."""
        return tuple(score_rep(rep, self.neutral, self.exercise) for rep in self.reps)

    @property
    def flexion_deg(self) -> NDArray[np.float64]:
        """Lumbar angle over time against the lifter's own neutral, float (N,)."""
        return self.kinematics.back.lumbar_deg - self.neutral.lumbar_deg

    @property
    def phases(self) -> list[Phase]:
        """Phase of every analysed frame, empty outside repetitions."""
        return phases(len(self.track), tuple(m.rep for m in self.reps), self.exercise)


def analyze(
    path: str | Path,
    exercise: str,
    *,
    model: str | Path | None = None,
    max_fps: float = 30.0,
    neutral_deg: float | None = None,
) -> SetAnalysis:
    """Analyse one clip, or one saved track.

    Parameters
    ----------
    path : str or Path
        A video file, or a track written by `formcheck.save_track`.
    exercise : str
        The lift: one of `formcheck.exercises.EXERCISES`.
    model : str or Path, optional
        Name or path of the pose model; fetched at its first use.
    max_fps : float
        Most frames analysed a second; 0 for all. More than 30 cost time and
        bring no accuracy (benchmarks/invariance.md).
    neutral_deg : float, optional
        The lifter's standing `lumbar_deg`, if it was measured elsewhere.

    Returns
    -------
    SetAnalysis
        Also where nothing could be measured: `SetAnalysis.reasons` says why.

    Raises
    ------
    InputError
        If the file cannot be read.
    ConfigurationError
        If a setting is wrong or no pose model can be had.
    """
    settings = Settings(exercise, max_fps, neutral_deg)
    return analyze_track(read_track(Path(path), settings, model), settings)


def read_track(
    path: Path, settings: Settings, model: str | Path | None = None, on_video: OnVideo | None = None
) -> PoseTrack:
    """Load a saved track, or find the pose in a clip.

    Parameters
    ----------
    on_video : callable, optional
        Called with the open clip; returns what is called after every frame with
        the number of frames done.
    """
    if path.suffix == ".npz":
        if not path.is_file():
            raise InputError(f"There is no file {path}.")
        return load_track(path)
    from formcheck.models import ensure

    return _track_clip(path, settings, ensure(model), on_video)


def _track_clip(
    path: Path, settings: Settings, model: ResolvedModel, on_video: OnVideo | None
) -> PoseTrack:
    from formcheck.pose import track_pose
    from formcheck.video import open_video

    with open_video(path, max_fps=settings.max_fps or None) as video:
        on_frame = on_video(video) if on_video else None
        return track_pose(video, model, max_fps=settings.max_fps, on_frame=on_frame)


def analyze_track(track: PoseTrack, settings: Settings) -> SetAnalysis:
    """Analyse a track: pure, and quick enough to be run again and again."""
    exercise = EXERCISES[settings.exercise]
    kin = kinematics(track)
    found = without_standing_up(find_reps(track.time_s, kin.joints, exercise), track, kin)
    reps = tuple(measure_rep(rep, kin, exercise) for rep in found)
    neutral = _neutral(track, kin, found, settings)
    fatigue = judge_fatigue(reps, exercise)
    findings = form_findings(reps, kin, neutral, exercise)
    findings += fatigue_findings(fatigue, reps, exercise)
    return SetAnalysis(
        track=track,
        settings=settings,
        exercise=exercise,
        kinematics=kin,
        reps=reps,
        neutral=neutral,
        findings=tuple(findings),
        reasons=tuple(reasons(track, kin, reps, exercise)),
        fatigue=fatigue,
        contributors=possible_contributors(reps, kin, neutral, exercise, fatigue),
    )


def _neutral(
    track: PoseTrack, kin: Kinematics, reps: tuple[Rep, ...], settings: Settings
) -> Neutral:
    """The given neutral, else standing still, else the first repetitions' upright ends."""
    if settings.neutral_deg is not None:
        return given_neutral(settings.neutral_deg)
    busy = np.zeros(len(track), dtype=np.bool_)
    for rep in reps:
        busy[rep.start : rep.end + 1] = True
    standing = standing_neutral(track.time_s, kin.joints, kin.back, busy)
    if standing.method == "standing":
        return standing
    exercise = EXERCISES[settings.exercise]
    upright = [upright_frames(rep, exercise) for rep in reps[:_FRESH_REPS] if rep.complete]
    return first_reps_neutral(kin.back, upright)
