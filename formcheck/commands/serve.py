"""``formcheck serve``: the same in a browser."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from formcheck.commands.options import PoseModel
from formcheck.commands.stderr import log_to_stderr

if TYPE_CHECKING:
    import socket

    from formcheck.serve.access import Access

__all__ = ["serve"]

_FRAME_BYTES = 4 * 2**20


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
    tls_cert: Annotated[
        Path | None, typer.Option(help="Certificate (PEM), for https.", exists=True)
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).", exists=True)] = None,
) -> None:
    """Open a page in the browser: live view, upload of a clip, past reports.

    For tablets and machines without a window system. It listens on this machine
    alone; with --host 0.0.0.0 others reach it with the token in the address that is
    printed. Browsers give their camera only to this machine's own page or over
    https: for a tablet give a certificate.

    Needs the extra: pip install 'formcheck[serve]'.

        formcheck serve
        formcheck serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
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
    from formcheck.live.saving import describe_recovered, recover
    from formcheck.serve.app import make_app

    log_to_stderr(verbose=False)
    with native_chatter_hidden(shown=False):
        model_at_hand(model)
        for one in recover(out):
            _say(describe_recovered(one))
        access = _access(host)
        app = make_app(out, model, access, most_bytes=max_upload * 2**20)
        scheme = "https" if tls_cert else "http"
        listening = _listening(host, port)
        _say(f"Open {_address(scheme, host, port, access)}  (Ctrl-C ends it.)")
        configuration = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=_FRAME_BYTES,
            timeout_graceful_shutdown=10,
            **_tls(tls_cert, tls_key),
        )
        with contextlib.suppress(KeyboardInterrupt):  # that is how it is ended
            uvicorn.Server(configuration).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    """A socket at the address, so that no address is told that cannot be had."""
    import socket

    from formcheck.errors import ConfigurationError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"{host}, port {port}, cannot be listened on: {error.strerror or error}.\n"
            f"Another program may use it: try --port {port + 1 if port < 65535 else 8765}."
        ) from error


def _tls(cert: Path | None, key: Path | None) -> dict[str, Any]:
    return {"ssl_certfile": str(cert), "ssl_keyfile": str(key)} if cert and key else {}


def _access(host: str) -> Access:
    import secrets

    from formcheck.serve.access import Access, is_loopback

    return Access(host, "" if is_loopback(host) else secrets.token_urlsafe(24))


def _address(scheme: str, host: str, port: int, access: Access) -> str:
    import socket

    shown = socket.gethostbyname(socket.gethostname()) if host in {"0.0.0.0", "::"} else host
    shown = f"[{shown}]" if ":" in shown else shown
    return f"{scheme}://{shown}:{port}/" + (f"?token={access.token}" if access.token else "")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
