"""Who may ask: the right host, the right page, and a token where others can reach us.

And what nobody is told: where on this machine the results lie.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["Access", "Guard", "is_loopback", "without_path"]

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_COOKIE = "formcheck"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


@dataclass(frozen=True)
class Access:
    """The rules.

    Attributes
    ----------
    host : str
        The address that the server is bound to.
    token : str
        To be shown by everybody; empty if none is asked for.
    """

    host: str
    token: str = ""

    def knows_host(self, name: str) -> bool:
        """Whether the browser may call us that: other names are a page's trick to reach us."""
        if name == "localhost" or is_loopback(name) or name == self.host.lower():
            return True
        return not is_loopback(self.host) and self.host != "localhost" and _is_address(name)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware: nothing behind it is reached against the rules."""

    def __init__(self, app: App, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        refused = self._refusal(scope, headers)
        if refused:
            await _refuse(send, *refused)
        elif self._brings_token(scope):
            await _welcome(send, self._access.token, secure=scope.get("scheme") == "https")
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._access.knows_host(_parts(f"//{host}")[0]):
            return 421, "This server does not go by that name."
        origin = headers.get("origin")
        changes = scope["method"] not in {"GET", "HEAD"}
        if changes and origin is not None and _parts(origin)[1] != host:
            return 403, "Another page may not ask this."
        if self._access.token and not (
            self._brings_token(scope) or self._same(_cookie(headers.get("cookie", "")))
        ):
            return 401, "Open the address that formcheck serve printed, with its token."
        return None

    def _brings_token(self, scope: Scope) -> bool:
        if not self._access.token or scope["path"] != "/":
            return False
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        return self._same(asked[0])

    def _same(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._access.token.encode())


def _parts(address: str) -> tuple[str, str]:
    """Host and network location; empty if it is no address at all."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").lower(), parts.netloc
    except ValueError:
        return "", ""


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(_COOKIE)
    except Exception:
        return ""
    return morsel.value if morsel else ""


async def _refuse(send: Send, status: int, why: str) -> None:
    kind = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": why.encode()})


async def _welcome(send: Send, token: str, *, secure: bool) -> None:
    """Keep the token in a cookie, and out of the address bar."""
    cookie = f"{_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
    cookie += "; Secure" if secure else ""
    headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _with_headers(send: Send) -> Send:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_HEADERS]
        await send(message)

    return sent


def without_path(text: str, out: Path) -> str:
    """A message with names from the results folder on, and not where that lies."""
    return text.replace(f"{out}{os.sep}", "").replace(str(out), "the results folder")
