"""What a clip's file says of itself, and what never reaches the decoder."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from formcheck.errors import InputError
from formcheck.files import no_file

__all__ = ["examine", "is_mp4", "mirrored"]

_ISO_STARTS = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
# Matroska and WebM, FLV, Ogg, Windows Media, MPEG program and elementary streams
_MOST_INDEX_BYTES = 100_000_000
_STARTS = (b"\x1aE\xdf\xa3", b"FLV", b"OggS", b"0&\xb2u", b"\0\0\1", b"\0\0\0\1")


def _is_container(head: bytes) -> bool:
    # Nothing else reaches FFmpeg, which would follow playlists and scripts to other
    # files, and for a picture with a '%' in its name look for numbered ones.
    mpeg_ts = any(head[at : at + 1] == head[at + 188 : at + 189] == b"G" for at in (0, 4))
    avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return mpeg_ts or avi or head[4:8] in _ISO_STARTS or head.startswith(_STARTS)


def _movie_s(box: bytes) -> float | None:
    # The duration in the first bytes of an MP4's index, edits applied; some state none
    if box[12:16] != b"mvhd":
        return None
    scale, ticks = struct.unpack_from(*((">IQ", box, 36) if box[16] else (">II", box, 28)))
    return ticks / scale if scale and ticks else None


def _examine_mp4(file: BinaryIO, size: int) -> tuple[bool, float | None]:
    """Whether an MP4 of `size` bytes was cut, and the duration it states [s]."""
    at, cut, indexed, stated_s = 0, False, False, None
    while at + 8 <= size:
        file.seek(at)
        box = file.read(48).ljust(48, b"\0")
        length, kind = struct.unpack_from(">I4s", box)
        if length == 1:  # a 64-bit length follows
            length = struct.unpack_from(">Q", box, 8)[0]
        at = at + max(length, 8) if length else size
        cut |= at > size and kind in {b"mdat", b"moov", b"moof"}
        if kind == b"moov":
            indexed, stated_s = at <= size, _movie_s(box)
    if not indexed:
        raise InputError(
            f"{file.name} is incomplete: it was cut off before its index was written. "
            "Copy it from the phone again, or film again."
        )
    return cut, stated_s


def examine(path: Path) -> tuple[bool, float | None]:
    """Refuse what is no video before FFmpeg sees it.

    Returns
    -------
    cut : bool
        Whether the file ends before its own tables say.
    stated_s : float or None
        The duration that an MP4 or MOV states.

    Raises
    ------
    InputError
        If the file is missing, empty, unreadable, no video, or an MP4 without its index.
    """
    try:
        str(path).encode()  # OpenCV crashes on other names
        if kind := no_file(path):
            batch = f"\nFor all clips in it: formcheck batch {path}" if path.is_dir() else ""
            raise InputError(f"{path} is {kind}, not a file. Name one video file.{batch}")
        size = path.stat().st_size
        if not size:
            raise InputError(f"{path} is empty (0 bytes). Copy or record the clip again.")
        with path.open("rb") as file:
            head = file.read(256)
            if not _is_container(head):
                raise InputError(f"{path} is not a video. Give an MP4, MOV, MKV, WebM or AVI file.")
            is_mp4 = head[4:8] in _ISO_STARTS
            return _examine_mp4(file, size) if is_mp4 else (False, None)
    except UnicodeEncodeError as error:
        raise InputError(f"{path!a}: the name is not UTF-8. Rename the file.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {reason}. Check its name, folder and permissions.") from error


def is_mp4(path: Path) -> bool:
    """Whether a file that was examined is an MP4 or a MOV."""
    with path.open("rb") as file:
        return file.read(8)[4:] in _ISO_STARTS


def mirrored(path: Path) -> int | None:
    """How the first video of an MP4 is to be shown, if that is in a mirror.

    OpenCV takes such a matrix for a rotation, by another angle.

    Returns
    -------
    int or None
        Degrees clockwise, after the stored picture was mirrored left to right; None if it
        is shown as it was taken.
    """
    try:
        with path.open("rb") as file:
            index = _index(file, path.stat().st_size)
    except OSError:
        return None
    for track in (box for kind, box in _boxes(index) if kind == b"trak"):
        parts = dict(_boxes(track))
        handler = dict(_boxes(parts.get(b"mdia", b""))).get(b"hdlr", b"")
        head = parts.get(b"tkhd", b"")
        matrix_at = 52 if head[:1] == b"\1" else 40
        if handler[8:12] == b"vide" and len(head) >= matrix_at + 36:
            a, b, _, c, d = struct.unpack_from(">5i", head, matrix_at)
            if a * d - b * c >= 0:
                return None
            turned = [(-a, 0), (-b, 90), (a, 180), (b, 270)]
            return max(turned)[1]
    return None


def _index(file: BinaryIO, size: int) -> bytes:
    """The content of an MP4's moov; empty if it has none, or one beyond reason."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16).ljust(16, b"\0")
        length, kind, long_length = struct.unpack(">I4sQ", head)
        start = 16 if length == 1 else 8
        length = long_length if length == 1 else length or size - at
        if kind == b"moov":
            file.seek(at + start)
            return file.read(min(length - start, _MOST_INDEX_BYTES)) if length > start else b""
        at += max(length, 8)
    return b""


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if length < 8:
            return
        yield kind, content[at + 8 : at + length]
        at += length
