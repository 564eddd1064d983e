"""What is to be done: everything that was not done before in just this way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from formcheck.batch.clips import Clip, Faulty
from formcheck.batch.job import CLIPS, JOB_NAME, Job, Outcome
from formcheck.batch.places import Place, as_json
from formcheck.errors import InputError
from formcheck.lifts.exercises import AUTO

__all__ = ["Plan", "make_plan", "recorded"]


@dataclass(frozen=True)
class Plan:
    """The clips of a run.

    Attributes
    ----------
    jobs : list of Job
        To be done.
    known : list of Outcome
        Done before, there twice, or failed already: they cannot be read.
    """

    jobs: list[Job]
    known: list[Outcome]


def recorded(place: Place) -> dict[str, dict[str, Any]]:
    """What was recorded with each result, by its folder."""
    names = [f"{CLIPS}/{name}/{JOB_NAME}" for name in place.folders(CLIPS)]
    found = {}
    for name, content in place.read_many(names).items():
        try:
            record = json.loads(content)
            if isinstance(record, dict) and {"key", "clip", "status"} <= record.keys():
                found[name.removesuffix(f"/{JOB_NAME}")] = record
        except ValueError:
            continue  # a broken record is of a clip that was not done
    return found


def make_plan(clips: Iterable[Clip | Faulty], place: Place, like: Job, *, force: bool) -> Plan:
    """Part the clips into those to do and those that are done.

    Parameters
    ----------
    clips : iterable
    place : Place
        Where results lie.
    like : Job
        What all jobs share; its clip and content are replaced.
    force : bool
        Do again what is done.
    """
    before = recorded(place)
    chosen: dict[str, Job] = {}  # by content
    known: list[Outcome] = []
    for clip in clips:
        job = _job(clip, like)
        if isinstance(job, Outcome):
            known.append(job)
        elif job.content not in chosen:
            chosen[job.content] = job
        else:
            chosen[job.content], told = _united(chosen[job.content], job)
            known.append(Outcome(job.clip, "skipped", told, twice=True))
    jobs = []
    for job in chosen.values():
        record = before.get(job.folder)
        if force or record is None or record["key"] != job.key:
            jobs.append(job)
        else:
            known.append(_done(job, record, place))
    return Plan(jobs, known)


def _united(first: Job, again: Job) -> tuple[Job, str]:
    """The first of two of one content, with what only the second says; and what to say of it."""
    one, two = _stated(first.clip), _stated(again.clip)
    news = {name: value for fact in two.keys() - one.keys() for name, value in two[fact].items()}
    clip = replace(first.clip, **news)
    settings = replace(first.settings, exercise=clip.exercise)
    told = f"The same clip as {clip.url}, which counts."
    other = [fact for fact in one if fact in two and one[fact] != two[fact]]
    if other:
        told += f" It is given another {' and another '.join(other)}, which does not count."
    return replace(first, clip=clip, settings=settings), told


def _stated(clip: Clip) -> dict[str, dict[str, Any]]:
    """What somebody has said of a clip, in the names of its fields."""
    facts: dict[str, dict[str, Any]] = {
        "athlete": {"athlete": clip.athlete},
        "lift": {"exercise": clip.exercise},
        "load": {"load_kg": clip.load_kg, "load_given": clip.load_given},
        "date": {"date": clip.date if clip.date_from == "list" else "", "date_from": "list"},
    }
    return {
        name: fact
        for name, fact in facts.items()
        if next(iter(fact.values())) not in {"", AUTO, None}
    }


def _job(found: Clip | Faulty, like: Job) -> Job | Outcome:
    if isinstance(found, Faulty):
        return Outcome(found.clip, "failed", found.reason)
    try:
        content, filmed, filmed_from = found.identity()
    except InputError as error:
        return Outcome(found, "failed", str(error))
    clip = found if found.date else replace(found, date=filmed, date_from=filmed_from)
    settings = replace(like.settings, exercise=clip.exercise)
    return replace(like, clip=clip, content=content, settings=settings)


def _done(job: Job, record: Mapping[str, Any], place: Place) -> Outcome:
    """A clip that was done; what is said of it (its athlete, its load) may be new."""
    if record["clip"] != asdict(job.clip):
        place.write(f"{job.folder}/{JOB_NAME}", as_json({**record, "clip": asdict(job.clip)}))
    return Outcome(job.clip, "skipped", f"Done before ({record['status']}).", job.folder)
