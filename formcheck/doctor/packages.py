"""What is installed: the packages we need, exactly one OpenCV, the extras."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from importlib.util import find_spec

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from formcheck.doctor.check import Check
from formcheck.doctor.probes import failed_alone

__all__ = ["extras", "opencv", "packages"]

_OPENCV = "opencv-contrib-python"
# Each of these is a whole cv2/ folder.
_OPENCVS = frozenset(
    {_OPENCV, "opencv-python", "opencv-python-headless", "opencv-contrib-python-headless"}
)
_EXTRAS = {
    "batch": "many clips, and their history",
    "s3": "clips and results in object stores",
    "serve": "the page in the browser",
    "anny": "bodies of another model, for the benchmarks only",
    "sound": "tones for live cues",
    "lifter": "rendering lifters with a known spine",
}


def packages() -> Check:
    """The packages that formcheck cannot do without, and their versions."""
    name = "Packages"
    try:
        needed = _requirements()
    except metadata.PackageNotFoundError:
        return Check(name, "fail", "formcheck is not installed", "Run: pip install formcheck")
    wrong = _wrong(needed)
    if wrong:
        asked = " ".join(f"'{requirement}'" for requirement in wrong)
        return Check(name, "fail", "; ".join(wrong.values()), f"Run: pip install {asked}")
    return Check(name, "ok", f"all {len(needed)} that are needed")


def opencv() -> Check:
    """Exactly one OpenCV: its packages all write into the same cv2 folder."""
    name = "OpenCV"
    found = {
        canonicalize_name(one.name): one.version
        for one in metadata.distributions()
        if one.name and canonicalize_name(one.name) in _OPENCVS
    }
    told = ", ".join(f"{package} {version}" for package, version in sorted(found.items()))
    if len(found) > 1:
        advice = (
            f"They overwrite each other. Run: pip uninstall -y {' '.join(sorted(found))} "
            f"&& pip install --force-reinstall --no-deps {_OPENCV}"
        )
        return Check(name, "fail", f"{len(found)} of them: {told}", advice)
    again = f"Run: pip install --force-reinstall --no-deps {_OPENCV}"
    if find_spec("cv2") is None:
        return Check(name, "fail", told or "not installed", again)
    if fault := failed_alone("opencv"):
        advice = f"Fix the system libraries first, if they fail. {again}"
        return Check(name, "fail", f"{told or 'cv2'} cannot be loaded: {fault}", advice)
    if _OPENCV not in found:
        found_instead = told or "one that pip did not install"
        return Check(name, "warn", found_instead, f"It is not what mediapipe asks for. {again}")
    return Check(name, "ok", told)


def extras() -> list[Check]:
    """What more can be installed; not having it is no fault, half of it is."""
    try:
        return [_extra(name, purpose) for name, purpose in _EXTRAS.items()]
    except metadata.PackageNotFoundError:
        return []  # `packages` has said so


def _extra(extra: str, purpose: str) -> Check:
    name = f"Extra {extra}"
    needed = _requirements(extra)
    wrong = _wrong(needed)
    get_it = f"pip install 'formcheck[{extra}]'"
    if not wrong:
        return Check(name, "ok", f"installed: {purpose}")
    if len(wrong) == len(needed):
        return Check(name, "ok", f"not installed: {purpose}", f"If wanted: {get_it}")
    return Check(name, "warn", "; ".join(wrong.values()), f"Run: {get_it}")


def _requirements(extra: str = "") -> list[Requirement]:
    """What formcheck's own metadata asks for: always, or for an extra alone."""
    asked = [Requirement(line) for line in metadata.requires("formcheck") or ()]
    always = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    if not extra:
        return always
    of_extra = [one for one in asked if one.marker and one.marker.evaluate({"extra": extra})]
    return [one for one in of_extra if one not in always]


def _wrong(requirements: Iterable[Requirement]) -> dict[str, str]:
    """Those that are missing or of another version, with a word on each."""
    found = {}
    for one in requirements:
        try:
            version = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            found[f"{one.name}{one.specifier}"] = f"{one.name} is missing"
            continue
        if not one.specifier.contains(version, prereleases=True):
            found[f"{one.name}{one.specifier}"] = f"{one.name} is {version}, not {one.specifier}"
    return found
