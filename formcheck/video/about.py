"""What FFmpeg tells of a file: its streams, its tags, and where its picture changes size.

The ffmpeg program is asked, in a process of its own, because OpenCV says none of it: it
takes the first video stream, and stretches every picture to the size of the first.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from formcheck.errors import InputError

__all__ = ["About", "Stream", "ask", "copy_stream", "main_stream", "sizes"]

_PATIENCE_S = 120.0
_REMEMBERED = 8
_STREAM = re.compile(
    r"^  Stream #0:(?P<index>\d+).*?: Video: (?P<codec>\w+).*?, (?P<width>\d+)x(?P<height>\d+)",
)
_TAG = re.compile(r"^ {4,6}(?P<name>\S.*?) *: (?P<value>.*)$")
_KEY_FRAME = re.compile(r"pts_time:(?P<time_s>[\d.]+) .* s:(?P<width>\d+)x(?P<height>\d+) ")
# Each picture of other codecs is a key frame, and of one size; looking at all takes long.
_MAY_CHANGE = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg2video", "mpeg4"})
# Beside another video they are its cover.
_PICTURES = frozenset({"mjpeg", "png", "bmp", "tiff", "webp", "gif"})
# A stream with a quarter of another's pixels is a copy for quick looks, whatever it is marked.
_COPY_SHARE = 0.25


@dataclass(frozen=True)
class Stream:
    """One video stream.

    Attributes
    ----------
    index : int
        Among all streams of the file.
    codec : str
    width, height : int
        As coded [px].
    default : bool
        Whether it is marked as the one to play.
    still : bool
        Whether it is a cover or a thumbnail.
    """

    index: int
    codec: str
    width: int
    height: int
    default: bool
    still: bool

    @property
    def pixels(self) -> int:
        """Of its picture."""
        return self.width * self.height


@dataclass(frozen=True)
class About:
    """What a file says of itself.

    Attributes
    ----------
    streams : tuple of Stream
        In the order of the file.
    tags : mapping
        By names in lower case.
    turned : bool
        Whether it is to be shown otherwise than it is stored.
    """

    streams: tuple[Stream, ...]
    tags: Mapping[str, str]
    turned: bool


def ask(path: Path) -> About:
    """What a file says of itself; nothing, if FFmpeg cannot tell or is not there."""
    streams: list[Stream] = []
    tags: dict[str, str] = {}
    told = _told(_version(path), "-i", _name(path))
    for line in told.splitlines():
        if found := _STREAM.match(line):
            streams.append(
                Stream(
                    index=int(found["index"]),
                    codec=found["codec"],
                    width=int(found["width"]),
                    height=int(found["height"]),
                    default="(default)" in line,
                    still="(attached pic)" in line or "(still image)" in line,
                )
            )
        elif tag := _TAG.match(line):
            tags.setdefault(tag["name"].lower(), tag["value"].partition(";")[0].strip())
    return About(tuple(streams), tags, "Display Matrix" in told)


def main_stream(streams: tuple[Stream, ...]) -> Stream | None:
    """The stream that shows the clip: the default one, else the largest; None without any.

    A default one that is but a small copy of another does not count.
    """
    films = [stream for stream in streams if not stream.still]
    films = [stream for stream in films if stream.codec not in _PICTURES] or films or list(streams)
    if not films:
        return None
    largest = max(films, key=lambda stream: stream.pixels)
    marked = [stream for stream in films if stream.default] or films
    default = max(marked, key=lambda stream: stream.pixels)
    return default if default.pixels > _COPY_SHARE * largest.pixels else largest


def sizes(path: Path, stream: Stream | None) -> list[tuple[float, int, int]]:
    """Time since the start [s], width and height from each change of the picture's size on.

    Empty if it has one size, or that is not known.
    """
    if stream is None or stream.codec not in _MAY_CHANGE:
        return []
    told = _told(
        _version(path),
        *("-skip_frame", "nokey", "-noautorotate", "-i", _name(path), "-map", "0:v:0"),
        *("-vf", "showinfo=checksum=0", "-fps_mode", "passthrough", "-f", "null", "-"),
    )
    changes: list[tuple[float, int, int]] = []
    for found in _KEY_FRAME.finditer(told):
        size = int(found["width"]), int(found["height"])
        if not changes or size != changes[-1][1:]:
            changes.append((float(found["time_s"]), *size))
    return changes if len(changes) > 1 else []


def copy_stream(path: Path, stream: Stream, target: Path, *, empty: bool = False) -> None:
    """Write a file with one stream alone, not coded again; `empty`, without its frames.

    Raises
    ------
    InputError
        If that fails.
    """
    none = ("-t", "0") if empty else ()
    one = ("-map", f"0:{stream.index}", "-c", "copy", *none, "-y", _name(target))
    _ffmpeg("-i", _name(path), *one)
    if not target.is_file() or not target.stat().st_size:
        raise InputError(
            f"{path} has several video streams, and stream {stream.index} could not be taken out "
            f"of it. Export it as MP4 with one video, or free some space in {target.parent}."
        )


def _name(path: Path) -> str:
    return f"file:{path.absolute()}"


def _version(path: Path) -> tuple[int, int]:
    """Size and time of a file: with another one, what was told of it before does not count."""
    try:
        known = path.stat()
    except OSError:
        return 0, 0
    return known.st_size, known.st_mtime_ns


@lru_cache(maxsize=_REMEMBERED)
def _told(_: tuple[int, int], *arguments: str) -> str:
    """What FFmpeg says of a version of a file: a clip is opened to be read and to be drawn."""
    return _ffmpeg(*arguments)


def _ffmpeg(*arguments: str) -> str:
    """What FFmpeg writes to its stderr; empty if it cannot be run, or takes too long."""
    try:
        import imageio_ffmpeg

        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_PATIENCE_S,
            check=False,
            start_new_session=True,  # Ctrl-C is for us
        )
    except (OSError, RuntimeError, subprocess.TimeoutExpired):
        return ""
    return done.stderr.decode(errors="replace")
