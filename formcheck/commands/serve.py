"""``formcheck serve``: the same in a browser."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from formcheck.commands.options import PlateMm, PoseModel
from formcheck.commands.stderr import log_to_stderr

__all__ = ["serve"]


def serve(  # noqa: PLR0917 - one parameter an option
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on. Other than this machine's own, a token is asked for."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The results folder; nothing else is served.")
    ] = Path("results"),
    model: PoseModel = None,
    max_upload: Annotated[
        int, typer.Option(metavar="MB", min=1, help="Largest clip that may be sent.")
    ] = 500,
    plate_mm: PlateMm = None,
    phone: Annotated[
        bool,
        typer.Option(
            "--phone", help="Let a phone or tablet in the same network be the camera; over https."
        ),
    ] = False,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            help="Your own certificate (PEM) for https, in place of the one that is made.",
            exists=True,
        ),
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).", exists=True)] = None,
) -> None:
    """Open a page in the browser: live view, upload of a clip, past reports.

    It listens on this machine alone. With --phone, or --host 0.0.0.0, a phone or tablet
    in the same network can be the camera: scan the code that is printed. Others reach
    the page only with the token in that code, over https, with a certificate that is
    made on this machine and kept in your data folder.

    Needs the extra: pip install 'formcheck[serve]'.

        formcheck serve
        formcheck serve --phone
    """
    from formcheck.commands.progress import model_at_hand
    from formcheck.commands.stderr import native_chatter_hidden
    from formcheck.errors import ConfigurationError

    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise ConfigurationError(
            "formcheck serve needs more packages.\nRun: pip install 'formcheck[serve]'"
        ) from error
    if (tls_cert is None) != (tls_key is None):
        raise ConfigurationError("Give --tls-cert and --tls-key together.")
    from formcheck.commands.doors import EVERYWHERE, open_doors
    from formcheck.live.saving import describe_recovered, recover
    from formcheck.serve.access import is_loopback
    from formcheck.serve.app import make_app
    from formcheck.settings import Settings

    Settings(plate_mm=plate_mm)  # refuses what cannot be, before anything is opened
    log_to_stderr(verbose=False)
    with native_chatter_hidden(shown=False):
        model_at_hand(model)
        for one in recover(out):
            _say(describe_recovered(one))
        all_of_them = phone and is_loopback(host)
        doors = open_doors(EVERYWHERE if all_of_them else host, port, tls_cert, tls_key, _say)
        app = make_app(
            out,
            model,
            doors.access,
            most_bytes=max_upload * 2**20,
            invitation=doors.invitation,
            plate_mm=plate_mm,
        )
        configuration = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=10,
            ssl_certfile=doors.certificate,
            ssl_keyfile=doors.key,
        )
        with contextlib.suppress(KeyboardInterrupt):  # that is how it is ended
            uvicorn.Server(configuration).run(sockets=[doors.listening])


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
