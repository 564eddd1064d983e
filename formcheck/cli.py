"""The console command. Heavy imports wait until a command runs, so help is quick."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib.resources import files
from types import FrameType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from formcheck import __version__
from formcheck.commands import config, models
from formcheck.commands.analyze import analyze
from formcheck.commands.batch import batch
from formcheck.commands.compare import compare
from formcheck.commands.doctor import doctor
from formcheck.commands.exits import INTERRUPTED
from formcheck.commands.history import history
from formcheck.commands.live import live
from formcheck.commands.report import report
from formcheck.commands.rescore import rescore
from formcheck.commands.serve import serve
from formcheck.commands.stderr import replace_what_is_missing
from formcheck.commands.symptoms import symptoms
from formcheck.errors import ConfigurationError, FormcheckError
from formcheck.memory import keep_few_heaps
from formcheck.plain import plain

__all__ = ["app", "main"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class _Commands(TyperGroup):
    """Turns our errors and Ctrl-C into a message and the contract's exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:  # a closed one
                sys.stdout.flush()
            return result
        except FormcheckError as error:
            typer.echo(plain(f"formcheck: {error}", lines=True), err=True)
            raise typer.Exit(error.exit_code) from error
        except (ImportError, OSError) as error:
            message = _known_cause(error)
            if message is None:
                raise
            typer.echo(f"formcheck: {message}", err=True)
            raise typer.Exit(ConfigurationError.exit_code) from error
        except KeyboardInterrupt as error:
            typer.echo("formcheck: interrupted; nothing was written.", err=True)
            raise typer.Exit(INTERRUPTED) from error


def _known_cause(error: ImportError | OSError) -> str | None:
    """What to say of a machine's own faults; None of any other."""
    if _lacks_library(error):
        return f"{error}.\nSee what to do with: formcheck doctor"
    if isinstance(error, OSError) and error.errno in _FULL:
        _silence_stdout()
        return (
            f"the output cannot be written: {error.strerror}.\n"
            "Free some space, or send it elsewhere."
        )
    return None


def _lacks_library(error: Exception) -> bool:
    """Whether OpenCV or MediaPipe, or a library they are linked to, is not there."""
    missing = isinstance(error, ModuleNotFoundError) and error.name in {"cv2", "mediapipe"}
    return missing or "cannot open shared object file" in str(error)


def _silence_stdout() -> None:
    """Have Python not try again at its end, and complain then."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Exit codes: 0 done (a finding is not an error) · 1 an input failed · 2 usage or "
    "configuration · 3 nothing could be measured · 4 with --fail-on-flag only · 130 interrupted.",
)
app.command()(analyze)
app.command()(batch)
app.command()(history)
app.add_typer(config.app, name="config")
app.add_typer(models.app, name="models")
app.command()(live)
app.command()(serve)
app.command()(compare)
app.command()(symptoms)
app.command()(report)
app.command()(rescore)


@app.command()
def schema() -> None:
    """Print the JSON Schema of analysis.json, for programs that read it."""
    text = files("formcheck").joinpath("analysis.schema.json").read_text(encoding="utf-8")
    typer.echo(text, nl=False)


app.command()(doctor)


def _show_version(on: bool) -> None:
    if on:
        typer.echo(f"formcheck {__version__}")
        raise typer.Exit


@app.callback()
def formcheck(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print it."),
    ] = False,
) -> None:
    """Measure how far the lower back rounds or arches in each repetition of a filmed lift.

    Film one set from the side, whole body in the picture, and run

        formcheck analyze clip.mp4

    Deadlift, squat, overhead press, glute bridge, back extension and sit-up are
    recognised; --exercise names the lift. Angles are read off the outline of the
    back: 0 is flat, + rounded, - arched. It screens and coaches; it does not
    diagnose. With pain that is severe, lasts, or comes with numbness or weakness,
    see a professional.
    """


def main() -> None:
    """Run the command; the entry point of the package."""
    signal.signal(signal.SIGTERM, _terminate)
    replace_what_is_missing()
    # In no process that is started from here is a random.py that lies beside the clips
    # taken for Python's own.
    os.environ["PYTHONSAFEPATH"] = "1"
    # Shared out among cores, small matrices take twice the time: it goes into waiting.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    keep_few_heaps()
    app(prog_name="formcheck")


def _terminate(number: int, _frame: FrameType | None) -> None:
    """Leave by way of every clean-up."""
    sys.exit(128 + number)
