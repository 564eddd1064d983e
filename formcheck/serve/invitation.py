"""How a phone or tablet comes to the page: addresses, a code to scan, and what to tap."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

__all__ = ["Invitation", "address_of", "code_for_page", "code_for_terminal"]


@dataclass(frozen=True)
class Invitation:
    """What others need.

    Attributes
    ----------
    links : tuple of str
        Addresses of the page with the token; the first is that of the usual network.
    fingerprint : str
        Of the certificate that was made here; empty where there is none or it is the user's own.
    """

    links: tuple[str, ...] = ()
    fingerprint: str = ""


def address_of(scheme: str, host: str, port: int, token: str = "") -> str:
    """The page's address."""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/" + (f"?token={token}" if token else "")


def code_for_terminal(link: str) -> str:
    """The QR code in letters of a terminal; empty without the library that makes it."""
    try:
        import segno
    except ImportError:
        return ""
    from io import StringIO

    text = StringIO()
    segno.make(link, error="l").terminal(text, compact=True, border=2)
    return text.getvalue()


def code_for_page(link: str) -> bytes | None:
    """The QR code as an SVG picture; None without the library that makes it."""
    try:
        import segno
    except ImportError:
        return None
    picture = BytesIO()
    segno.make(link, error="m").save(picture, kind="svg", scale=4, light="#fff", border=3)
    return picture.getvalue()
