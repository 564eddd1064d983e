"""``formcheck analyze``: one clip, or one saved track."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.exits import FLAGGED, INTERRUPTED, NOTHING_MEASURED
from formcheck.commands.options import (
    ConfigFile,
    Jobs,
    Lift,
    MaxFps,
    PlateMm,
    PoseModel,
    Verbose,
    name_option,
)
from formcheck.commands.stderr import log_to_stderr
from formcheck.lifts.exercises import AUTO
from formcheck.plain import encodable_json

if TYPE_CHECKING:
    from formcheck.analysis import SetAnalysis, Settings
    from formcheck.outputs import Outputs
    from formcheck.results.document import AnalysisDocument

__all__ = ["analyze"]


def analyze(  # noqa: PLR0917 - one parameter an option
    clip: Annotated[
        Path, typer.Argument(help="A video of one set, or a track.npz of an earlier analysis.")
    ],
    exercise: Lift = AUTO,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="Folder for the results; a folder named after the clip is made in it.",
        ),
    ] = Path("results"),
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier result.")] = False,
    model: PoseModel = None,
    max_fps: MaxFps = 30.0,
    jobs: Jobs = None,
    neutral: Annotated[
        float | None,
        typer.Option(
            metavar="DEG",
            help="Your standing lumbar angle, if you know it; else it is read from the clip.",
        ),
    ] = None,
    neutral_from: Annotated[
        Path | None,
        typer.Option(
            metavar="CLIP",
            help="Read it from another clip that shows you standing still from the same side, "
            "from its track.npz or its analysis.json. For lifts on the floor.",
        ),
    ] = None,
    save_track: Annotated[
        bool,
        typer.Option(
            "--save-track/--no-track",
            help="Keep track.npz, so that the clip need not be read again.",
        ),
    ] = True,
    config: ConfigFile = None,
    video: Annotated[
        bool,
        typer.Option(" /--no-video", help="Leave the annotated video out.", show_default=False),
    ] = True,
    html: Annotated[
        bool, typer.Option(" /--no-html", help="Leave the report out.", show_default=False)
    ] = True,
    embed: Annotated[
        bool,
        typer.Option(
            "--embed", help="Put the video into the report, so that one file can be sent."
        ),
    ] = False,
    share: Annotated[
        bool,
        typer.Option(
            "--share",
            help="Write share.mp4 and share.png, to be sent: the worst and the best repetition.",
        ),
    ] = False,
    blur_face: Annotated[
        bool, typer.Option("--blur-face", help="Hide the lifter's face in video and pictures.")
    ] = False,
    athlete: Annotated[
        str,
        name_option(
            "Whose set it is: with a history in --out the report says what changed since "
            "the last one."
        ),
    ] = "",
    plot: Annotated[
        str, typer.Option(metavar="png,svg", help="Write the main chart as a picture.")
    ] = "",
    export: Annotated[
        str,
        typer.Option(
            metavar="trc,mot,json",
            help="Write markers.trc and angles.mot for OpenSim (at a constant rate), "
            "keypoints.json.",
        ),
    ] = "",
    height: Annotated[
        float | None,
        typer.Option(
            metavar="M",
            help="The lifter's height in metres: for speeds in m/s where no plate is seen, and to "
            "scale markers.trc (1.75 there if not given).",
        ),
    ] = None,
    plate_mm: PlateMm = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the analysis as JSON instead of the table.")
    ] = False,
    fail_on_flag: Annotated[
        bool, typer.Option("--fail-on-flag", help="Exit with 4 if a fault was found.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the verdict alone, and no progress.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Measure the lower back in every repetition of one set.

    Writes report.html, annotated.mp4, analysis.json, reps.csv and frames.csv to a
    folder named after the clip, and prints a table. The first run fetches the pose
    model (36 MB).

    The camera must see the lifter from the side, the whole body, in a shirt
    that is tight or tucked in. If it does not, formcheck says what to change
    and exits with 3. It exits with 3 as well where the movement is none of the
    lifts, or could be one of two: name it with --exercise then.

    The angles also count from your own neutral: standing still in the clip for
    half a second, or else where the first repetitions begin (a deadlift: its
    lock-out). In a glute bridge and a sit-up that is lying on the back with bent
    knees, in a back extension lying face down or, on a bench, the trunk in line
    with the legs. --neutral and --neutral-from give a standing one instead.

        formcheck analyze clip.mp4
        formcheck analyze clip.mp4 -e squat --out june
        formcheck analyze bridge.mp4 --neutral-from standing.mp4
        formcheck analyze clip.mp4 --embed --blur-face
    """
    from formcheck.analysis import Settings
    from formcheck.commands.stderr import native_chatter_hidden
    from formcheck.config import load_rubric
    from formcheck.outputs import Outputs
    from formcheck.results.exports import DEFAULT_HEIGHT_M

    log_to_stderr(verbose=verbose)
    settings = Settings(
        exercise,
        max_fps,
        neutral,
        rubric=load_rubric(config),
        plate_mm=plate_mm,
        height_m=height,
    )
    outputs = Outputs(
        html=html,
        video=video,
        embed=embed,
        blur_face=blur_face,
        plot=_listed(plot),
        export=_listed(export),
        height_m=height or DEFAULT_HEIGHT_M,
        track=save_track,
        athlete=athlete,
        share=share,
    )
    with native_chatter_hidden(shown=verbose):
        analysis, document, folder = _analyse(
            clip,
            settings,
            out,
            model,
            outputs,
            neutral_from=neutral_from,
            force=force,
            jobs=jobs,
            quiet=quiet,
        )
        _show(document, as_json=as_json, quiet=quiet)
        if outputs.more:
            _draw(clip, analysis, document, folder, outputs, quiet=quiet)
    if not (as_json or quiet):
        from formcheck.commands.terminal import print_place

        print_place(folder)
    if not analysis.measured:
        raise typer.Exit(NOTHING_MEASURED)
    if fail_on_flag and any(finding.severity != "info" for finding in analysis.findings):
        raise typer.Exit(FLAGGED)


def _listed(text: str) -> tuple[str, ...]:
    """Names with commas between."""
    return tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))


def _analyse(
    clip: Path,
    settings: Settings,
    out: Path,
    model: str | None,
    outputs: Outputs,
    *,
    neutral_from: Path | None,
    force: bool,
    jobs: int | None,
    quiet: bool,
) -> tuple[SetAnalysis, AnalysisDocument, Path]:
    """Have the analysis, without what is drawn, in the folder of the result."""
    from formcheck.analysis import analyze_track, read_track, with_neutral_from
    from formcheck.commands.progress import frames_progress, model_for
    from formcheck.results.describe import describe
    from formcheck.results.folder import ResultFolder, result_name
    from formcheck.results.kept import kept_track
    from formcheck.results.writers import write_analysis

    with ResultFolder(out, result_name(clip), force=force, keep=clip) as folder:
        resolved = model_for(filter(None, (clip, neutral_from)), model, quiet=quiet)
        with frames_progress(quiet=quiet) as on_video:
            if neutral_from:
                settings = with_neutral_from(neutral_from, settings, resolved, on_video, jobs)
            track = None
            if resolved:
                track = kept_track(folder.path, clip, resolved.sha256, settings.max_fps)
            if track is None:
                Thread(target=_import_early, daemon=True).start()
                track = read_track(clip, settings, resolved, on_video, jobs)
        analysis = analyze_track(track, settings)
        document = describe(analysis)
        write_analysis(analysis, document, folder, track=outputs.track)
        _see_unchanged(clip, analysis)
        folder.publish()
    return analysis, document, folder.path


def _import_early() -> None:
    """Have at hand what the analysis needs while MediaPipe still looks at frames."""
    libraries = ("mediapipe.tasks.python.vision", "scipy.signal", "scipy.stats", "scipy.ndimage")
    for name in libraries:
        import_module(name)


def _draw(
    clip: Path,
    analysis: SetAnalysis,
    document: AnalysisDocument,
    folder: Path,
    outputs: Outputs,
    *,
    quiet: bool,
) -> None:
    """Put everything else beside the analysis."""
    from formcheck.commands.progress import drawing_progress
    from formcheck.errors import OutputError
    from formcheck.outputs import write_result
    from formcheck.results.folder import ResultFolder

    try:
        with (
            drawing_progress(len(analysis.track), quiet=quiet) as on_frame,
            ResultFolder(folder.parent, folder.name, force=True, keep=clip) as whole,
        ):
            write_result(clip, analysis, document, whole, outputs, on_frame=on_frame)
            _see_unchanged(clip, analysis)
            whole.publish()
    except KeyboardInterrupt as error:
        typer.echo(f"formcheck: interrupted. {_kept(folder, outputs)}", err=True)
        raise typer.Exit(INTERRUPTED) from error
    except OutputError as error:
        cause = error.__cause__
        full = isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}
        why = "The disk is full." if full else str(error)
        raise OutputError(f"{why}\n{_kept(folder, outputs)}") from error


def _kept(folder: Path, outputs: Outputs) -> str:
    """What there is where only the drawing failed, and how to go on."""
    read = ": the clip is not read again" if outputs.track else ""
    return (
        f"The analysis is kept in {folder}. Run the same command with --force to draw the "
        f"rest{read}."
    )


def _see_unchanged(clip: Path, analysis: SetAnalysis) -> None:
    if clip.suffix != ".npz":
        from formcheck.video.reader import check_unchanged

        check_unchanged(clip, analysis.track.clip)


def _show(
    document: AnalysisDocument,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from formcheck.commands.terminal import print_result, print_verdict

    if as_json:
        told = document.model_dump_json(indent=2) + "\n"
        sys.stdout.write(encodable_json(told, sys.stdout.encoding))
    elif quiet:
        print_verdict(document)
    else:
        print_result(document)
    if sys.stdout is not None:  # a closed one
        sys.stdout.flush()  # the verdict is there before the rest is drawn
