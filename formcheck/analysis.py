"""From a clip, or a saved track, to the analysis of the set."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.assessment.checks import lift_findings
from formcheck.assessment.contributors import Contributor, possible_contributors
from formcheck.assessment.fatigue import Fatigue, judge_fatigue, split_sets
from formcheck.assessment.findings import Finding, fatigue_findings, form_findings, gravest
from formcheck.assessment.judgement import Judgement, SetJudgement, judge_set
from formcheck.assessment.pace import too_slow
from formcheck.assessment.refusals import Reason, reasons
from formcheck.assessment.score import Score, score_rep, score_set
from formcheck.cores import available_cores
from formcheck.errors import ConfigurationError, InputError
from formcheck.geometry import Kinematics, kinematics, without_back
from formcheck.geometry.neutral import Neutral
from formcheck.geometry.person import follow_lifter
from formcheck.lifts.bar import Bar, measure_bar
from formcheck.lifts.counting import count_reps
from formcheck.lifts.exercises import AUTO, Exercise, Measure
from formcheck.lifts.lift_measures import Measured, measure_lift
from formcheck.lifts.measures import RepMeasures, measure_rep, told
from formcheck.lifts.neutral_choice import choose_neutral, choose_neutrals
from formcheck.lifts.recognition import Recognition
from formcheck.lifts.reps import Phase, phases
from formcheck.pose.facing import vote_facing
from formcheck.pose.track import PoseTrack, load_track
from formcheck.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from formcheck.models.store import ResolvedModel
    from formcheck.results.columns import Columns
    from formcheck.video.reader import Video

__all__ = ["SetAnalysis", "Settings", "analyze", "analyze_track", "read_track", "with_neutral_from"]

# A clip is read again for a facing that most of its evidence shows; where the two ways are
# almost even, the other one would be no better.
_SURE_OF_FACING = 0.6

_log = logging.getLogger(__name__)

OnVideo = Callable[["Video"], Callable[[int], None]]


@dataclass(frozen=True, eq=False)
class SetAnalysis:
    """One set, analysed.

    Attributes
    ----------
    track : PoseTrack
    settings : Settings
    exercise : Exercise
        The lift that was given or recognised.
    recognition : Recognition or None
        None where the lift was given.
    kinematics : Kinematics
        Angles over time.
    bar : Bar
        What was followed for the speed, and its scale.
    reps : tuple of RepMeasures
    lift_measures : tuple of mapping
        What the lift asks for besides, one a repetition.
    neutral : Neutral
        Of the clip: that of its first set.
    neutrals : tuple of Neutral
        One a repetition: each set of a clip has its own.
    judged : SetJudgement
        How likely each repetition's back was rounded.
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
    recognition: Recognition | None
    kinematics: Kinematics
    bar: Bar
    reps: tuple[RepMeasures, ...]
    lift_measures: tuple[Mapping[Measure, Measured], ...]
    neutral: Neutral
    neutrals: tuple[Neutral, ...]
    judged: SetJudgement
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
    def neutral_posture(self) -> str | None:
        """What the lifter did when the neutral was measured; None without one."""
        return {
            "standing": "standing still",
            "first-reps": f"{self.exercise.neutral_posture}, first repetitions",
            "given": f"standing, {self.settings.neutral_from or 'as given'}",
        }.get(self.neutral.method)

    @property
    def judgement(self) -> Judgement | None:
        """Of the repetition that rounded most; None where rounding was not judged."""
        return self.judged.worst

    @property
    def score(self) -> Score | None:
        """Points of the whole clip; None where nothing was measured."""
        return score_set(
            self.reps,
            self.judged.reps,
            self.neutrals,
            self.exercise,
            gravest(self.findings),
            self.settings.rubric.weights,
        )

    @property
    def rep_scores(self) -> tuple[Score | None, ...]:
        """Points of each repetition; None where it was not measured."""
        weights = self.settings.rubric.weights
        return tuple(
            score_rep(
                rep,
                judgement,
                neutral,
                self.exercise,
                gravest([finding for finding in self.findings if finding.rep == number]),
                weights,
            )
            for number, (rep, judgement, neutral) in enumerate(
                zip(self.reps, self.judged.reps, self.neutrals, strict=True), start=1
            )
        )

    @property
    def flexion_deg(self) -> FloatArray:
        """Lumbar angle over time against the lifter's own neutral, float (N,).

        In a repetition against that of its set, elsewhere against that of the clip.
        """
        neutral_deg = np.full(len(self.track), self.neutral.lumbar_deg)
        for rep, neutral in zip(self.reps, self.neutrals, strict=True):
            neutral_deg[rep.rep.start : rep.rep.end + 1] = neutral.lumbar_deg
        return np.asarray(self.kinematics.back.lumbar_deg - neutral_deg)

    @property
    def rounding_judged(self) -> BoolArray:
        """Frames of repetitions in which rounding was judged, bool (N,)."""
        judged = np.zeros(len(self.track), np.bool_)
        for rep, judgement in zip(self.reps, self.judged.reps, strict=True):
            judged[rep.rep.start : rep.rep.end + 1] = judgement is not None
        return judged

    def frames_table(self) -> Columns:
        """A table of all frames: the columns of ``frames.csv``, as arrays.

        Returns
        -------
        Columns
            A dict of arrays; `Columns.pandas` makes a data frame of it.
        """
        from formcheck.results.columns import frames_table

        return frames_table(self)

    def reps_table(self) -> Columns:
        """A table of the repetitions: the columns of ``reps.csv``, as arrays.

        Returns
        -------
        Columns
            A dict of arrays; `Columns.pandas` makes a data frame of it.
        """
        from formcheck.results.columns import reps_table

        return reps_table(self)

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw the lumbar angle over time, with repetitions, limits and findings.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; axes of a new figure without.
        """
        from formcheck.results.plot import draw_angle

        return draw_angle(self, axes)

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write analysis.json, both tables, the track and report.html to a folder.

        Parameters
        ----------
        folder : str or Path
            It appears with all its files, or not at all.
        force : bool
            Replace an earlier result.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        OutputError
            If there is a result already, or the folder cannot be written.
        """
        from formcheck.outputs import save_result

        return save_result(self, Path(folder), force=force)

    @property
    def phases(self) -> list[Phase]:
        """Phase of every analysed frame, empty outside repetitions."""
        return phases(len(self.track), tuple(m.rep for m in self.reps))


def analyze(
    path: str | Path,
    exercise: str | Exercise = AUTO,
    *,
    model: str | Path | None = None,
    max_fps: float = 30.0,
    neutral_deg: float | None = None,
    neutral_from: str | Path | None = None,
    jobs: int | None = None,
) -> SetAnalysis:
    """Analyse one clip, or one saved track.

    Parameters
    ----------
    path : str or Path
        A video file, or a track written by `formcheck.save_track`.
    exercise : str or Exercise
        The lift: one of `formcheck.lifts.exercises.EXERCISES`, or "auto" to recognise it; or a
        lift of your own.
    model : str or Path, optional
        Name or path of the pose model; fetched at its first use.
    max_fps : float
        Most frames analysed a second; 0 for all. More than 30 cost time and
        bring no accuracy (benchmarks/invariance.md).
    neutral_deg : float, optional
        The lifter's standing `lumbar_deg`, if it was measured elsewhere.
    neutral_from : str or Path, optional
        A clip, a saved track or an ``analysis.json`` in which the lifter stands.
    jobs : int, optional
        On how many cores to look; on all without. The result does not depend on it.

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
    if neutral_from is not None:
        settings = with_neutral_from(Path(neutral_from), settings, model, jobs=jobs)
    return analyze_track(read_track(Path(path), settings, model, jobs=jobs), settings)


def with_neutral_from(
    path: Path,
    settings: Settings,
    model: str | Path | ResolvedModel | None = None,
    on_video: OnVideo | None = None,
    jobs: int | None = None,
) -> Settings:
    """Take the standing neutral from another clip, a saved track or an ``analysis.json``.

    Raises
    ------
    InputError
        If the file cannot be read, or shows nobody standing still from the side.
    ConfigurationError
        If a neutral was given already.
    """
    if settings.neutral_deg is not None:
        raise ConfigurationError("There are two neutrals: give one, or a clip that shows it.")
    if path.suffix == ".json":
        from formcheck.results.stored import recorded_neutral

        neutral = recorded_neutral(path)
    else:
        plain = replace(settings, exercise=AUTO)
        neutral = analyze_track(read_track(path, plain, model, on_video, jobs), plain).neutral
    if neutral.method not in {"standing", "given"}:
        raise InputError(
            f"{path} does not show the lifter's neutral: nobody stands still in it, upright and "
            "from the side, with the back in view, for half a second."
        )
    return replace(
        settings,
        neutral_deg=neutral.lumbar_deg,
        neutral_uncertainty_deg=neutral.uncertainty_deg,
        neutral_from=path.name,
    )


def read_track(
    path: Path,
    settings: Settings,
    model: str | Path | ResolvedModel | None = None,
    on_video: OnVideo | None = None,
    jobs: int | None = None,
) -> PoseTrack:
    """Load a saved track, or find the pose in a clip.

    Parameters
    ----------
    model : str, Path or ResolvedModel, optional
        Name or path of the pose model, or one that is known to be whole.
    on_video : callable, optional
        Called with the open clip; returns what is called after every frame with
        the number of frames done.
    jobs : int, optional
        On how many cores to look; on all without. The track does not depend on it.
    """
    if path.suffix == ".npz":
        return load_track(path)
    from formcheck.models.store import ResolvedModel, ensure

    if not isinstance(model, ResolvedModel):
        from formcheck.video.container import examine

        examine(path)  # before a model is fetched for it
        model = ensure(model)
    return _track_clip(path, settings, model, on_video, jobs or available_cores())


def _track_clip(
    path: Path, settings: Settings, model: ResolvedModel, on_video: OnVideo | None, jobs: int
) -> PoseTrack:
    find = partial(_find_pose, path, settings.max_fps, model, on_video, jobs)
    track, mirrored = find(mirror=None)
    # Nobody may be there in the opening, or somebody who still turns into place.
    facing, agreement = vote_facing(
        track.landmarks_px[follow_lifter(track).frames].astype(np.float64)
    )
    if (facing == "left") == mirrored or agreement <= _SURE_OF_FACING:
        return track
    return find(mirror=not mirrored)[0]


def _find_pose(
    path: Path,
    max_fps: float,
    model: ResolvedModel,
    on_video: OnVideo | None,
    jobs: int,
    *,
    mirror: bool | None,
) -> tuple[PoseTrack, bool]:
    """Read a clip in pieces; whole, and all of it, where it cannot be read from the middle."""
    from formcheck.pose.tracking import track_pose
    from formcheck.video.reader import SeekError, open_video

    def read(*, pieces: bool) -> tuple[PoseTrack, bool]:
        with open_video(path, max_fps=max_fps or None) as video:
            return track_pose(
                video,
                model,
                max_fps=max_fps,
                mirror=mirror,
                pieces=pieces,
                jobs=jobs,
                on_video=on_video,
            )

    try:
        return read(pieces=True)
    except SeekError as error:
        _log.info("%s is read whole: %s", path.name, error)
        return read(pieces=False)


def analyze_track(track: PoseTrack, settings: Settings) -> SetAnalysis:
    """Analyse a track: pure, and quick enough to be run again and again."""
    kin = kinematics(track)
    counted = count_reps(track, kin, settings.exercise)
    recognition, found = counted.recognition, counted.reps
    exercise = settings.rubric.of(counted.exercise)
    known = (recognition is None or recognition.known) and not too_slow(track)
    judged = without_back(kin, ~told(kin.joints, exercise) if known else None)
    bar = measure_bar(kin, found, exercise, plate_mm=settings.plate_mm, height_m=settings.height_m)
    reps = tuple(
        replace(measure_rep(rep, judged, exercise), bar=lifted)
        for rep, lifted in zip(found, bar.reps, strict=True)
    )
    sets = split_sets(reps)
    grouped = [tuple(found[i] for i in one) for one in sets]
    own = choose_neutrals(kin, grouped, exercise, settings.neutral, counted.walking)
    neutrals = tuple(neutral for one, neutral in zip(sets, own, strict=True) for _ in one)
    neutral = (
        own[0] if own else choose_neutral(kin, found, exercise, settings.neutral, counted.walking)
    )
    details = tuple(
        measure_lift(rep, judged, exercise, before)
        for rep, before in zip(found, neutrals, strict=True)
    )
    fatigue = judge_fatigue(reps, exercise)
    said = judge_set(reps, judged, neutrals, exercise)
    findings = form_findings(reps, said, judged, neutrals, exercise)
    contributors: tuple[Contributor, ...] = ()
    if known:
        findings += lift_findings(reps, details, exercise)
        findings += fatigue_findings(fatigue, reps, said.reps)
        contributors = possible_contributors(reps, judged, neutral, exercise, fatigue, said.grades)
    return SetAnalysis(
        track=track,
        settings=settings,
        exercise=exercise,
        recognition=recognition,
        kinematics=judged,
        bar=bar,
        reps=reps,
        lift_measures=details,
        neutral=neutral,
        neutrals=neutrals,
        judged=said,
        findings=tuple(findings),
        reasons=tuple(
            reasons(track, kin, reps, exercise, neutral=neutral, recognition=recognition)
        ),
        fatigue=fatigue,
        contributors=contributors,
    )
