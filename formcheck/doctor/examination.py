"""All checks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from formcheck.doctor import machine, media, packages, pose_model
from formcheck.doctor.check import Check

__all__ = ["CHECKS", "examine"]

Look = Callable[[], Check | list[Check]]

CHECKS: dict[str, Look] = {
    "Python": machine.python,
    "System libraries": machine.libraries,
    "Packages": packages.packages,
    "OpenCV": packages.opencv,
    "Pose model": pose_model.model_files,
    "MediaPipe": pose_model.mediapipe_runs,
    "Video (H.264)": media.video,
    "Video (HEVC)": media.phone_video,
    "Settings": machine.configuration,
    "Model folder": machine.cache_folder,
    "Results folder": machine.results_folder,
    "Temporary files": machine.scratch,
    "Camera": media.camera,
    "Sound": media.sound,
    "Display": media.display,
    "Extras": packages.extras,
}
"""What is looked at, those first that explain the failures of others."""


def examine(
    out: Path = Path("results"), on_check: Callable[[str], None] | None = None
) -> Iterator[Check]:
    """Make every check.

    Parameters
    ----------
    out : Path
        Where results are to go.
    on_check : callable, optional
        Called with the name of each check before it is made.

    Yields
    ------
    Check
        As soon as it is known. A check that fails in a way nobody foresaw is a failure
        of its own, and the others go on.
    """
    looks = CHECKS | {"Results folder": partial(machine.results_folder, out)}
    for name, look in looks.items():
        if on_check is not None:
            on_check(name)
        try:
            found = look()
        except Exception as error:
            told = f"{type(error).__name__}: {error}".splitlines()[0]
            found = Check(name, "fail", told, "Fix what fails above, and look again.")
        yield from [found] if isinstance(found, Check) else found
