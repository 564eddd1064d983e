"""The certificate that lets a phone open the page over https, made on this machine.

Browsers give their camera to https pages only. Nobody vouches for this certificate, so a
browser warns once; its fingerprint, shown on both screens, tells that it is the right one.
"""

from __future__ import annotations

import ipaddress
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from platformdirs import user_data_path

from formcheck.errors import OutputError
from formcheck.files import written_whole

__all__ = ["Certificate", "data_folder", "fingerprint_of", "own_certificate"]

# Apple's devices refuse one that is valid for longer than 825 days (support.apple.com/103769).
_VALID = timedelta(days=397)
# A new one brings a new warning on every phone: not in the middle of a training week.
_RENEW_BEFORE = timedelta(days=14)
# A phone's clock may be behind.
_BACKDATED = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key.

    Attributes
    ----------
    path : Path
        PEM, the key and the certificate in one file, so that neither is ever without the other.
    fingerprint : str
        SHA-256, as browsers show it.
    """

    path: Path
    fingerprint: str


def data_folder() -> Path:
    """Where this user's data of formcheck lies."""
    return user_data_path("formcheck", appauthor=False)


def own_certificate(
    folder: Path, addresses: Sequence[str], now: datetime | None = None
) -> Certificate:
    """Return this machine's certificate: the kept one where it will do, else a new one.

    Parameters
    ----------
    folder : Path
        Where it is kept. A home folder may be shared between machines: each has its own file.
    addresses : sequence of str
        Numbers or names that it is to be valid for; one that it lacks makes it again.
    now : datetime, optional

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    path = folder / f"serve-{platform.node() or 'machine'}.pem"
    now = now or datetime.now(UTC)
    kept = _kept(path)
    if kept is not None and _serves(kept, addresses, now):
        return Certificate(path, fingerprint_of(kept))
    made, content = _make(addresses, now)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written_whole(path, private=True) as file:
            file.write(content)
    except OSError as error:
        raise OutputError(
            f"The certificate cannot be kept in {folder}: {error.strerror}.\n"
            "Make the folder writable, or give a certificate with --tls-cert and --tls-key."
        ) from error
    return Certificate(path, fingerprint_of(made))


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256, in pairs of hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _kept(path: Path) -> x509.Certificate | None:
    """The certificate in the file; None if there is none, or its key is not the one to it."""
    try:
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError, TypeError):
        return None
    return certificate if certificate.public_key() == key.public_key() else None


def _serves(certificate: x509.Certificate, addresses: Sequence[str], now: datetime) -> bool:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    known = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    known |= set(names.get_values_for_type(x509.DNSName))
    return begins <= now < ends - _RENEW_BEFORE and known.issuperset(addresses)


def _make(addresses: Sequence[str], now: datetime) -> tuple[x509.Certificate, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "formcheck on this machine")])
    names = [_named(one) for one in dict.fromkeys([*addresses, "localhost", "127.0.0.1", "::1"])]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now - _BACKDATED + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoded = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return certificate, encoded + certificate.public_bytes(serialization.Encoding.PEM)


def _named(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)
