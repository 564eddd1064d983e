"""Where ``formcheck serve`` listens, who may come in, and what they are told."""

from __future__ import annotations

import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from formcheck.errors import ConfigurationError
from formcheck.live.texts import text
from formcheck.serve.access import Access, is_loopback
from formcheck.serve.invitation import Invitation, address_of, code_for_terminal
from formcheck.serve.network import own_addresses

__all__ = ["EVERYWHERE", "Doors", "open_doors"]

EVERYWHERE = "0.0.0.0"
_HERE = "127.0.0.1"
_ALL = frozenset({EVERYWHERE, "::"})
_INSTALL = "pip install 'formcheck[serve]'"
_UNTIL_THEN = "Until then the page opens on this machine alone."

Say = Callable[[str], None]


@dataclass(frozen=True)
class Doors:
    """What a server needs to know.

    Attributes
    ----------
    listening : socket
    access : Access
    invitation : Invitation
    certificate, key : Path or None
        For https; the certificate's file may hold the key too.
    """

    listening: socket.socket
    access: Access
    invitation: Invitation
    certificate: Path | None = None
    key: Path | None = None


def open_doors(host: str, port: int, certificate: Path | None, key: Path | None, say: Say) -> Doors:
    """Listen, and say how to come in; on this machine alone where others cannot.

    Raises
    ------
    ConfigurationError
        If the address cannot be had.
    """
    if is_loopback(host):
        doors = _here(host, port, certificate, key, say)
        say("To use a phone or tablet as the camera: formcheck serve --phone")
        return doors
    addresses = _addresses(host)
    if not addresses:
        say(
            "This machine is in no network, so no phone can reach it: connect it to the phone's "
            f"Wi-Fi and start again. {_UNTIL_THEN}"
        )
        return _here(_HERE, port, certificate, key, say)
    listening = _listening(host, port)
    fingerprint = ""
    if certificate is None:
        try:
            from formcheck.serve.certificate import data_folder, own_certificate
        except ImportError:
            listening.close()
            say(
                "Without the package cryptography there is no https, and without https no phone "
                f"gives its camera. Run: {_INSTALL}. {_UNTIL_THEN}"
            )
            return _here(_HERE, port, certificate, key, say)
        own = own_certificate(data_folder(), addresses)
        certificate, fingerprint = own.path, own.fingerprint
    access = Access(host, secrets.token_urlsafe(24))
    invitation = Invitation(
        tuple(address_of("https", address, port, access.token) for address in addresses),
        fingerprint,
    )
    for line in _invited(invitation, _here_too(host, port, access)):
        say(line)
    return Doors(listening, access, invitation, certificate, key)


def _addresses(host: str) -> list[str]:
    """What others may call this machine; of the kind of address that is listened on."""
    if host not in _ALL:
        return [host]
    return [address for address in own_addresses() if (":" in address) == (":" in host)]


def _here(host: str, port: int, certificate: Path | None, key: Path | None, say: Say) -> Doors:
    listening = _listening(host, port)
    say(f"Open {address_of('https' if certificate else 'http', host, port)}  (Ctrl-C ends it.)")
    return Doors(listening, Access(host), Invitation(), certificate, key)


def _here_too(host: str, port: int, access: Access) -> str:
    """The page's address on this machine itself, where it has one."""
    return address_of("https", _HERE, port, access.token) if host in _ALL else ""


def _invited(invitation: Invitation, here: str) -> Sequence[str]:
    """What is told to whoever holds the phone."""
    code = _printable(code_for_terminal(invitation.links[0]))
    lines = [
        "Scan this with the phone or tablet, which must be in the same network:\n",
        code or f"(There is no code to scan: {_INSTALL}, in a terminal with UTF-8.)",
        "or open one of",
        *(f"  {link}" for link in invitation.links),
    ]
    if here:
        lines.append(f"On this machine: {here}")
    if invitation.fingerprint:
        told = text("page.phone-fingerprint", fingerprint=invitation.fingerprint)
        lines += ["", text("page.phone-warning"), told]
    return [*lines, "", "Ctrl-C ends it."]


def _printable(code: str) -> str:
    """The code, if this terminal has its letters."""
    try:
        code.encode(sys.stderr.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return ""
    return code


def _listening(host: str, port: int) -> socket.socket:
    """A socket at the address, so that no address is told that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(
            f"{host}, port {port}, cannot be listened on: {error.strerror or error}.\n"
            f"Another program may use it: try --port {port + 1 if port < 65535 else 8765}."
        ) from error
    # Handed to every connection. Else the end of each answer waits some 40 ms for the other
    # side to confirm its beginning: as long as it takes to measure a picture.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
