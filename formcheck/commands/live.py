"""``formcheck live``: feedback during the set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.exits import INTERRUPTED, NOTHING_MEASURED
from formcheck.commands.options import ConfigFile, Lift, PlateMm, PoseModel, Verbose
from formcheck.commands.stderr import log_to_stderr
from formcheck.lifts.exercises import AUTO

if TYPE_CHECKING:
    from formcheck.live.events import Event
    from formcheck.live.loop import Outlet
    from formcheck.live.session import Session
    from formcheck.live.sources import LiveSource
    from formcheck.settings import Settings

__all__ = ["live"]


def live(  # noqa: PLR0917 - one parameter an option
    camera: Annotated[
        str,
        typer.Option(
            "--camera",
            "-c",
            metavar="CAMERA",
            help="A number (0 is the first camera), a device (/dev/video0), the address of a "
            "stream (rtsp://...), or a video file, which is played at its own speed.",
        ),
    ] = "0",
    exercise: Lift = AUTO,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the results, a folder in it for a set.")
    ] = Path("results"),
    model: PoseModel = None,
    neutral: Annotated[
        float | None,
        typer.Option(
            metavar="DEG",
            help="Your standing lumbar angle, if you know it; else you are asked to stand still.",
        ),
    ] = None,
    rest: Annotated[
        float, typer.Option(metavar="S", min=3.0, help="A rest this long ends the set.")
    ] = 20.0,
    config: ConfigFile = None,
    plate_mm: PlateMm = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the video of every set; the report shows it.")
    ] = False,
    mirror: Annotated[
        bool, typer.Option("--mirror/--no-mirror", help="Show yourself as in a mirror.")
    ] = True,
    headless: Annotated[
        bool, typer.Option("--headless", help="No window: print one line a repetition.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --headless: print what happens as JSON lines.")
    ] = False,
    voice: Annotated[
        bool,
        typer.Option("--voice/--no-voice", help="Speak cues and counts; tones for cues otherwise."),
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Make no sound.")] = False,
    verbose: Verbose = False,
) -> None:
    """Watch your back while you lift, through a webcam.

    The window says how to set up the camera, takes your neutral while you stand
    still for two seconds, then counts, measures, and calls out when the back rounds
    or over-arches: once per repetition, on the screen and with the system's voice, or
    a tone where it has none. Set up or not, what you lift is measured.

    Every set is saved like the result of `formcheck analyze`: after a rest, when you
    leave the picture, at the latest when you quit. If the machine stops, the next
    start saves what was lifted.

    Keys: **q** quit, **n** new set, **c** take your standing posture again, **m** mirror,
    **s** sound, **r** record.

        formcheck live
        formcheck live -c 1 -e squat --record
        formcheck live -c clip.mp4 --headless --json
    """
    from formcheck.commands.stderr import native_chatter_hidden
    from formcheck.config import load_rubric
    from formcheck.errors import ConfigurationError
    from formcheck.settings import Settings

    if as_json and not headless:
        raise ConfigurationError("--json prints lines: give --headless with it.")
    log_to_stderr(verbose=verbose)
    settings = Settings(exercise, 0, neutral, rubric=load_rubric(config), plate_mm=plate_mm)
    with native_chatter_hidden(shown=verbose):
        outlet = _outlet(
            mirror=mirror, headless=headless, as_json=as_json, voice=voice, quiet=quiet
        )
        measured, interrupted = _run(
            camera, settings, model, out, outlet, rest_s=rest, record=record
        )
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    if not measured:
        raise typer.Exit(NOTHING_MEASURED)


def _outlet(*, mirror: bool, headless: bool, as_json: bool, voice: bool, quiet: bool) -> Outlet:
    from formcheck.live.headless import Lines
    from formcheck.live.speech import listener

    hear, how = listener(lambda: _aside("\a", end=""), voice=voice and not quiet)
    if not quiet:
        _aside(f"Cues are heard as {how}.")
    if headless:
        return Lines(_line, _aside, as_json=as_json, hear=_nothing if quiet else hear)
    from formcheck.live.window import Window

    return Window(hear, _aside, mirror=mirror, sound=not quiet)


def _run(
    camera: str,
    settings: Settings,
    model: str | None,
    out: Path,
    outlet: Outlet,
    *,
    rest_s: float,
    record: bool,
) -> tuple[bool, bool]:
    """Whether something was measured, and whether the session was interrupted."""
    from formcheck.assessment.pace import too_slow
    from formcheck.commands.progress import model_at_hand
    from formcheck.errors import OutputError
    from formcheck.live.saving import describe_recovered, recover
    from formcheck.live.session import Session
    from formcheck.live.sources import open_source

    resolved = model_at_hand(model)
    for one in recover(out):
        _aside(describe_recovered(one))
    source = open_source(camera)
    session = Session(resolved, settings, out, rest_s=rest_s, film=record)
    interrupted = _play(source, session, outlet)
    for event in session.last_events():
        outlet.tell(event)
    if any(too_slow(one.analysis.track) for one in session.saved):
        _aside(_offer(camera))
    if session.unsaved:
        raise OutputError("Not all sets were saved. Free some space: the next session saves them.")
    return any(one.analysis.measured for one in session.saved), interrupted


def _offer(camera: str) -> str:
    """What to do after a set that was too slow to judge."""
    from formcheck.files import is_file

    if is_file(Path(camera)):
        return f"For the whole recording, without haste: formcheck analyze {camera}"
    return (
        "What is recorded here has the same gaps. Film the set with a phone, and run formcheck "
        "analyze on the clip."
    )


def _play(source: LiveSource, session: Session, outlet: Outlet) -> bool:
    """Whether it was interrupted; what was lifted is saved either way."""
    from formcheck.live.loop import play

    try:
        with session, source:
            try:
                play(source, session, outlet)
            finally:
                _aside("Saving what was lifted ...")
    except KeyboardInterrupt:
        return True
    return False


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _aside(text: str, end: str = "\n") -> None:
    sys.stderr.write(text + end)
    sys.stderr.flush()


def _nothing(_event: Event) -> None:
    """Make no sound."""
