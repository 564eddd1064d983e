"""The pose model: its file, its checksum, and whether MediaPipe runs it."""

from __future__ import annotations

from pathlib import Path

from formcheck.doctor.check import Check, complaint
from formcheck.doctor.probes import failed_alone
from formcheck.errors import FormcheckError

__all__ = ["mediapipe_runs", "model_files"]

_NAME = "Pose model"


def model_files() -> list[Check]:
    """The model in use, and those of the others that lie here damaged."""
    from formcheck.models.store import choose_model, known_models

    try:
        chosen = choose_model()
    except FormcheckError as error:
        return [complaint(_NAME, error, "See: formcheck models")]
    if isinstance(chosen, Path):
        return [_own(chosen)]
    others = (_unused(entry.name) for entry in known_models() if entry.name != chosen.name)
    return [_known(chosen.name), *(check for check in others if check)]


def _known(model: str) -> Check:
    from formcheck.models.store import model_state

    state, fetch = model_state(model), f"formcheck models fetch {model}"
    if state.status == "damaged":
        return Check(_NAME, "fail", f"{state.path}: its checksum differs", f"Run: {fetch}")
    if state.status == "absent":
        advice = f"The first analysis fetches it. To have it beforehand run: {fetch}"
        return Check(_NAME, "warn", f"{model} is not here yet", advice)
    return Check(_NAME, "ok", f"{model}, checksum right: {state.path}")


def _unused(model: str) -> Check | None:
    from formcheck.models.store import model_state

    state = model_state(model)
    if state.status != "damaged":
        return None
    found, advice = f"{state.path}: its checksum differs", f"Run: formcheck models fetch {model}"
    return Check(f"{_NAME} {model}", "warn", found, advice)


def _own(path: Path) -> Check:
    """A bundle of the user's own, whose checksum nobody knows."""
    from formcheck.models.store import ensure

    try:
        resolved = ensure(path)
    except FormcheckError as error:
        return complaint(_NAME, error, "Unset FORMCHECK_MODEL.")
    return Check(_NAME, "ok", f"your own, sha256 {resolved.sha256}: {path}")


def mediapipe_runs() -> Check:
    """Whether MediaPipe loads, takes the model, and answers for a picture."""
    name = "MediaPipe"
    here = model_files()[0].status == "ok"
    fault = failed_alone("pose" if here else "mediapipe")
    if fault:
        advice = (
            "Fix system libraries, packages and pose model first, if they fail. Else run: "
            "pip install --force-reinstall --no-deps mediapipe"
        )
        return Check(name, "fail", fault, advice)
    return Check(name, "ok", "looked for a lifter in a picture" if here else "it loads")
