"""Folders of clips and of results, for what `formcheck batch` does with them."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from figures import moving_lifter

from formcheck.analysis import Settings, analyze_track
from formcheck.batch.clips import Clip
from formcheck.batch.job import Job, Outcome
from formcheck.batch.places import Place, as_json
from formcheck.models.store import ResolvedModel
from formcheck.outputs import Outputs
from formcheck.pose.track import PoseTrack, save_track
from formcheck.results.describe import describe

NASTY = '<script>document.title="taken"</script>, "Ann" 🏋️'
FORMULA = "=HYPERLINK(1)"


def job_of(url: str | Path, out: Path | str, **changes: Any) -> Job:
    """A job without much ado."""
    return replace(
        Job(
            Clip(str(url), exercise="deadlift"),
            f"sha256:{url}",
            Settings("deadlift"),
            Outputs(video=False, html=False),
            "0" * 64,
            str(out),
            60.0,
        ),
        **changes,
    )


def model_in(folder: Path) -> ResolvedModel:
    """A file that passes for a model where no pose is looked for."""
    path = folder / "none.task"
    path.write_bytes(b"no model")
    return ResolvedModel("none", path, hashlib.sha256(b"no model").hexdigest())


@functools.cache
def _track(peaks_deg: tuple[float, ...], yaw_deg: float) -> PoseTrack:
    return moving_lifter("deadlift", peaks_deg, fps=10.0, yaw_deg=yaw_deg)


def put_track(path: Path, peaks_deg: tuple[float, ...] = (0.0, 30.0), yaw_deg: float = 0.0) -> Path:
    """A saved track: a clip that needs no model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    track = _track(peaks_deg, yaw_deg)
    sha256 = hashlib.sha256(path.name.encode()).hexdigest()
    save_track(replace(track, clip=replace(track.clip, name=path.name, sha256=sha256)), path)
    return path


@functools.cache
def _document(peaks_deg: tuple[float, ...], yaw_deg: float) -> str:
    track = _track(peaks_deg, yaw_deg)
    return describe(analyze_track(track, Settings("deadlift"))).model_dump_json()


def put_result(
    out: Path,
    clip: Clip,
    peaks_deg: tuple[float, ...] = (0.0, 30.0),
    *,
    yaw_deg: float = 0.0,
    report: bool = True,
    finished: str = "2026-01-01T00:00:00+00:00",
    content: str = "",
) -> str:
    """A result as a batch leaves it; returns its folder."""
    job = job_of(clip.url, out, clip=clip, content=content or f"sha256:{clip.url}")
    document = json.loads(_document(peaks_deg, yaw_deg))
    document["source"]["name"] = clip.name
    place = Place(str(out))
    place.write(f"{job.folder}/analysis.json", json.dumps(document).encode())
    if report:
        place.write(f"{job.folder}/report.html", b"<!DOCTYPE html><title>report</title>")
    place.write(f"{job.folder}/job.json", as_json(job.record("measured", 1.0, finished)))
    return job.folder


def misbehave(job: Job, model: ResolvedModel) -> Outcome:
    """What a clip's name says: hang, kill its worker, raise, or be well."""
    assert model.path.read_bytes() == b"no model"
    name = job.clip.name
    if "hang" in name:
        time.sleep(60)
    if "kill" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "raise" in name:
        raise ZeroDivisionError("by nought")
    time.sleep(0.1)
    return Outcome(job.clip, "measured", f"well, by {os.getpid()}")
