"""One batch from its inputs to its index."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace

from formcheck.batch.clips import Clip, find_clips
from formcheck.batch.job import CLIPS, Job, Outcome
from formcheck.batch.places import Place
from formcheck.batch.publish import publish, share_plotly
from formcheck.batch.resume import Plan, make_plan
from formcheck.batch.screen import BatchScreen
from formcheck.models.store import ResolvedModel
from formcheck.outputs import Outputs
from formcheck.report import PLOTLY_NAME
from formcheck.results.folder import WORKSPACE
from formcheck.settings import Settings
from formcheck.workspace import sweep

__all__ = ["BatchTally", "Wish", "run_batch"]


@dataclass(frozen=True)
class Wish:
    """What a user asks of a batch; as the options of the command say."""

    clips: tuple[str, ...]
    out: str
    settings: Settings
    athlete: str = ""
    athletes_by_folder: bool = False
    load_kg: float | None = None
    load_given: str = ""
    outputs: Outputs = field(default_factory=Outputs)
    model: str | None = None
    workers: int | None = None
    scheduler: str | None = None
    time_limit_s: float = 900.0
    force: bool = False


@dataclass
class BatchTally:
    """What came of the clips so far."""

    outcomes: list[Outcome] = field(default_factory=list)
    total: int = 0
    any_measured: bool = False

    def count(self, status: str) -> int:
        """Clips of that status."""
        return sum(one.status == status for one in self.outcomes)

    @property
    def failed(self) -> list[Outcome]:
        """Clips that failed."""
        return [one for one in self.outcomes if one.status == "failed"]

    @property
    def told(self) -> dict[str, object]:
        """Counts by status."""
        names = ("measured", "refused", "skipped", "failed")
        return {"clips": self.total, **{name: self.count(name) for name in names}}

    @property
    def text(self) -> str:
        """The counts in words."""
        said = [f"{self.count('measured')} measured", f"{self.count('refused')} refused"]
        twice = sum(one.twice for one in self.outcomes)
        if self.count("skipped") > twice:
            said.append(f"{self.count('skipped') - twice} done before")
        if twice:
            said.append(f"{twice} named twice")
        said.append(f"{len(self.failed)} failed")
        return f"{self.total} clip{'s' * (self.total != 1)}: {', '.join(said)}."

    @property
    def kept(self) -> str:
        """What an interrupt leaves."""
        done = len(self.outcomes) - len(self.failed)
        return (
            f"{done} of {self.total} clips are done and kept. Run the same command again to go on "
            "with the others."
        )

    def where(self, out: str) -> str:
        """Where to look."""
        errors = " See errors.csv there." if self.failed else ""
        return f"Open {out.rstrip('/')}/index.html.{errors}"


def run_batch(wish: Wish, model: ResolvedModel, tally: BatchTally, screen: BatchScreen) -> None:
    """Do a batch. Whatever ends it, what was done is kept, listed and indexed.

    Raises
    ------
    FormcheckError
        If nothing can be begun.
    """
    place = Place(wish.out)
    plan = _plan(wish, place, model)
    tally.total = len(plan.jobs) + len(plan.known)
    with screen.shown(tally.total):
        try:
            with closing(_outcomes(plan, wish, model, place)) as outcomes:
                for outcome in outcomes:
                    tally.outcomes.append(outcome)
                    screen.show(outcome)
        finally:
            _tidy(place)
            results = publish(place, tally.failed)
            tally.any_measured = any(result.measured for result in results)


def _plan(wish: Wish, place: Place, model: ResolvedModel) -> Plan:
    standard = Clip(
        "",
        athlete=wish.athlete,
        exercise=wish.settings.exercise_name,
        load_kg=wish.load_kg,
        load_given=wish.load_given,
    )
    clips = find_clips(wish.clips, place.root, standard, athletes_by_folder=wish.athletes_by_folder)
    like = Job(
        clip=standard,
        content="",
        settings=wish.settings,
        outputs=replace(wish.outputs, plotly=f"../../{PLOTLY_NAME}"),
        model_sha256=model.sha256,
        out=place.url,
        time_limit_s=wish.time_limit_s,
    )
    return make_plan(clips, place, like, force=wish.force)


def _outcomes(plan: Plan, wish: Wish, model: ResolvedModel, place: Place) -> Generator[Outcome]:
    yield from plan.known
    if not plan.jobs:
        return
    from formcheck.batch.cluster import connected, give_model
    from formcheck.batch.engine import run_jobs

    share_plotly(place)
    with connected(wish.scheduler, _needed(wish, plan)) as client:
        give_model(client, model)
        yield from run_jobs(client, plan.jobs)


def _needed(wish: Wish, plan: Plan) -> int:
    """No more processes than clips."""
    from formcheck.cores import available_cores

    return min(wish.workers or available_cores(), len(plan.jobs))


def _tidy(place: Place) -> None:
    """Take away what workers that were ended left half done, and nothing of another batch."""
    if place.local is not None:
        sweep(place.local / CLIPS, WORKSPACE)
