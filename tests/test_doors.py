"""How a phone comes to the page: addresses, certificate, code, and words where it cannot."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import free_port

from formcheck.errors import ConfigurationError, OutputError

pytest.importorskip("fastapi")
x509 = pytest.importorskip("cryptography.x509")

from formcheck.commands import doors  # noqa: E402
from formcheck.commands.doors import Doors, open_doors  # noqa: E402
from formcheck.serve.certificate import fingerprint_of, own_certificate  # noqa: E402
from formcheck.serve.invitation import address_of, code_for_page, code_for_terminal  # noqa: E402
from formcheck.serve.network import own_addresses, reachable  # noqa: E402

HOME = "192.168.178.20"


def test_addresses_that_others_cannot_open_are_left_out_and_the_usual_one_comes_first() -> None:
    found = ["127.0.0.1", "172.17.0.1", "169.254.3.4", HOME, "fe80::1%eth0", "fe80::1", "fd00::2"]
    assert reachable(found, usual=HOME) == [HOME, "172.17.0.1", "fd00::2"]
    assert reachable(["::1", "127.0.0.1"]) == []


def test_this_machines_addresses_are_its_own() -> None:
    for address in own_addresses():
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as one:
            one.bind((address, 0))  # nobody can bind to another's


def test_a_certificate_is_kept_and_only_the_user_can_read_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = own_certificate(folder, [HOME, "fd00::2", "box.local"])
    assert own_certificate(folder, [HOME]) == first
    (only,) = folder.iterdir()
    assert only == first.path
    if os.name == "posix":
        assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    certificate = x509.load_pem_x509_certificate(first.path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(one) for one in names.get_values_for_type(x509.IPAddress)} == {
        *(HOME, "fd00::2", "127.0.0.1", "::1"),
    }
    assert names.get_values_for_type(x509.DNSName) == ["box.local", "localhost"]
    assert fingerprint_of(certificate) == first.fingerprint
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(first.path)  # raises unless the key is the certificate's


NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("addresses", "days", "made_anew"),
    [
        ([HOME], 300, False),
        ([HOME], 390, True),  # it would run out within two weeks
        ([HOME], -10, True),  # it does not hold yet
        (["10.0.0.7"], 1, True),
        ([HOME, "10.0.0.7"], 1, True),
        ([], 1, False),
    ],
)
def test_a_certificate_is_made_anew_when_it_runs_out_or_the_addresses_change(
    tmp_path: Path, addresses: list[str], days: int, made_anew: bool
) -> None:
    first = own_certificate(tmp_path, [HOME], NOW)
    later = own_certificate(tmp_path, addresses, NOW + timedelta(days=days))
    assert (later.fingerprint != first.fingerprint) == made_anew


def test_a_damaged_certificate_or_anothers_key_is_replaced(tmp_path: Path) -> None:
    first = own_certificate(tmp_path / "a", [HOME])
    other = own_certificate(tmp_path / "b", [HOME])
    key, _, _ = other.path.read_text().partition("-----BEGIN CERTIFICATE")
    _, begin, certificate = first.path.read_text().partition("-----BEGIN CERTIFICATE")
    for content in ("", "no certificate", key, begin + certificate, key + begin + certificate):
        first.path.write_text(content)
        again = own_certificate(tmp_path / "a", [HOME])
        assert again.fingerprint != first.fingerprint
        assert len(list((tmp_path / "a").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be kept in"):
        own_certificate(tmp_path / "file", [HOME])


def opened(host: str, **more: Path | None) -> tuple[Doors, str]:
    """The doors, closed again, and what was said."""
    said: list[str] = []
    found = open_doors(host, free_port(), more.get("certificate"), more.get("key"), said.append)
    assert found.listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)  # no answer waits
    found.listening.close()
    return found, "\n".join(said)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, in a network at home."""
    monkeypatch.setattr("formcheck.serve.certificate.data_folder", lambda: tmp_path)
    monkeypatch.setattr(doors, "own_addresses", lambda: [HOME, "fd00::2"])
    return tmp_path


def test_a_phone_is_told_all_it_needs(home: Path) -> None:
    found, said = opened("0.0.0.0")
    token = found.access.token
    assert len(token) >= 32
    assert found.invitation.links == (
        f"https://{HOME}:{found.invitation.links[0].split(':')[2].split('/')[0]}/?token={token}",
    )
    assert found.invitation.links[0] in said
    assert found.invitation.fingerprint in said
    assert found.certificate is not None
    assert found.certificate.parent == home
    assert "Tap Advanced, then Proceed" in said
    assert "visit this website" in said
    assert "▄" in said  # the code


def test_on_this_machine_alone_it_stays_simple(home: Path) -> None:
    found, said = opened("127.0.0.1")
    assert (found.certificate, found.access.token, found.invitation.links) == (None, "", ())
    assert said.startswith("Open http://127.0.0.1:")
    assert "formcheck serve --phone" in said
    assert list(home.iterdir()) == []


def test_without_a_network_it_opens_here_and_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "own_addresses", list)
    found, said = opened("0.0.0.0")
    assert "in no network" in said
    assert "Open http://127.0.0.1:" in said
    assert found.access.host == "127.0.0.1"
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_without_the_library_for_certificates_it_opens_here_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "formcheck.serve.certificate", None)
    found, said = opened("0.0.0.0")
    assert "pip install 'formcheck[serve]'" in said
    assert "Open http://127.0.0.1:" in said
    assert found.access.host == "127.0.0.1"


@pytest.mark.usefixtures("home")
def test_without_the_library_for_codes_the_address_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    found, said = opened("0.0.0.0")
    assert "no code to scan" in said
    assert found.invitation.links[0] in said
    assert code_for_page(found.invitation.links[0]) is None


def test_ones_own_certificate_is_used_and_none_is_made(home: Path, tmp_path: Path) -> None:
    pem = tmp_path / "mine.pem"
    found, said = opened(HOME if HOME in own_addresses() else "0.0.0.0", certificate=pem, key=pem)
    assert (found.certificate, found.key, found.invitation.fingerprint) == (pem, pem, "")
    assert "fingerprint" not in said
    assert list(home.iterdir()) == []


def test_a_port_that_is_taken_is_told_and_another_proposed(home: Path) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"try --port {port + 1}"):
            open_doors("0.0.0.0", port, None, None, lambda _: None)
    assert list(home.iterdir()) == []


def test_the_code_holds_the_link() -> None:
    """Read back by another library than the one that draws it."""
    import cv2
    import numpy as np

    link = address_of("https", HOME, 8765, "t" * 32)
    rows = code_for_terminal(link).splitlines()
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    pixels = np.array(
        [[halves[sign][half] for sign in row] for row in rows for half in (0, 1)], np.uint8
    )
    picture = cv2.resize(pixels, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == link
    svg = code_for_page(link)
    assert svg is not None
    assert svg.startswith(b"<?xml")
