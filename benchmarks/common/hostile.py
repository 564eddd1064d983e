"""Inputs that mean harm, or that a phone, a copy or a careless hand made: clips.

Each `Case` makes its input in an empty folder and says how formcheck is called with it
and which exit codes are right. `gauntlet.py` runs them all, `tests/test_gauntlet.py` the
quick ones. Those that are no clips are in `hostile_files.py`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from common.script import run_ffmpeg

__all__ = [
    "CONTAINERS",
    "FAILED",
    "MEASURED",
    "READ_OR_FAILED",
    "USAGE",
    "Case",
    "Source",
    "analyze",
    "clip_cases",
    "damaged",
    "make_clips",
]

MEASURED = frozenset({0, 3})
FAILED = frozenset({1})
USAGE = frozenset({2})
# A damage may hit what matters or not: read in part, or refused.
READ_OR_FAILED = MEASURED | FAILED

CONTAINERS: dict[str, tuple[str, ...]] = {
    "mp4": ("-c:v", "libx264", "-preset", "veryfast"),
    "mov": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    "mkv": ("-c:v", "libx264", "-preset", "veryfast"),
    "avi": ("-c:v", "mjpeg", "-q:v", "5"),
    "webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
}


@dataclass(frozen=True)
class Source:
    """What is whole, to be damaged.

    Attributes
    ----------
    clips : dict of str to Path
        A clip by its container.
    result : Path
        Folder of the result of one of them, with its ``track.npz``.
    """

    clips: dict[str, Path]
    result: Path


@dataclass(frozen=True)
class Case:
    """One input and how it is given.

    Attributes
    ----------
    group, name : str
    make : callable
        Takes the source and an empty folder, which becomes the current one; returns the
        arguments of ``formcheck``. Results go to ``../out``.
    codes : frozenset of int
        Exit codes that are right.
    prefix : tuple of str
        A command that runs the command that follows it.
    quick : bool
        Whether it ends before the pose is looked for.
    says : tuple of str
        What is to be in stdout or stderr.
    check : callable, optional
        Takes the source and the folder of results; returns what is wrong with them.
    heard : callable, optional
        Takes the source and what went to stdout; returns what is wrong with it.
    kept : frozenset of str
        The files that are there although the command fails; none, if it leaves nothing.
    """

    group: str
    name: str
    make: Callable[[Source, Path], list[str]]
    codes: frozenset[int]
    prefix: tuple[str, ...] = ()
    quick: bool = False
    says: tuple[str, ...] = ()
    check: Callable[[Source, Path], str] | None = None
    heard: Callable[[Source, str], str] | None = None
    kept: frozenset[str] = frozenset()


def make_clips(sample: Path, folder: Path) -> dict[str, Path]:
    """Two small seconds of a sample with a repetition, in every container."""
    clips = {}
    for kind, codec in CONTAINERS.items():
        clips[kind] = folder / f"whole.{kind}"
        stretch = ("-ss", "3", "-t", "2", "-i", sample, "-an", "-r", "15")
        run_ffmpeg(*stretch, "-vf", "scale=320:-2", "-pix_fmt", "yuv420p", *codec, clips[kind])
    return clips


def analyze(clip: str | Path, *more: str) -> list[str]:
    """Arguments of an analysis into ``../out``."""
    return ["analyze", "-q", "--out", "../out", *more, "--", str(clip)]


# --- damaged bytes --------------------------------------------------------------------


def damaged(content: bytes, seed: int) -> bytes:
    """Content with one damage, drawn at random: flipped, cut, overwritten, doubled."""
    draw = random.Random(seed)
    data = bytearray(content)
    at = draw.randrange(len(data))
    # Half of the damages go to where the tables are.
    if draw.random() < 0.5:
        at = draw.choice((at % 512, len(data) - 1 - at % 2048)) % len(data)
    length = draw.choice((1, 4, 64, 1024))
    match draw.randrange(5):
        case 0:
            for _ in range(draw.choice((1, 10, 200))):
                data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        case 1:
            data[at] ^= 1 << draw.randrange(8)
        case 2:
            del data[at:]
        case 3:
            data[at : at + length] = draw.choice((b"\0", b"\xff")) * length
        case _:
            data[at:at] = data[at : at + length]
    return bytes(data)


def _flipped(start: float, stop: float, share: float) -> Callable[[bytes], bytes]:
    def act(content: bytes) -> bytes:
        draw = random.Random(7)
        data = bytearray(content)
        for at in range(int(start * len(data)), int(stop * len(data))):
            if draw.random() < share:
                data[at] ^= 1 << draw.randrange(8)
        return bytes(data)

    return act


_DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut to 25 %": lambda content: content[: len(content) // 4],
    "cut to 80 %": lambda content: content[: len(content) * 4 // 5],
    "last 100 bytes missing": lambda content: content[:-100],
    "a bit in 1 of 1000 bytes flipped": _flipped(0, 1, 1e-3),
    "bits in the first 2 % flipped": _flipped(0, 0.02, 0.2),
    "bits of its middle third flipped": _flipped(0.33, 0.66, 0.5),
}


def _damage_cases() -> Iterator[Case]:
    for kind in CONTAINERS:
        for name, damage in _DAMAGES.items():

            def make(
                source: Source,
                folder: Path,
                kind: str = kind,
                damage: Callable[[bytes], bytes] = damage,
            ) -> list[str]:
                clip = folder / f"clip.{kind}"
                clip.write_bytes(damage(source.clips[kind].read_bytes()))
                return analyze(clip.name)

            yield Case("damaged clip", f"{kind}: {name}", make, READ_OR_FAILED)


# --- odd clips ------------------------------------------------------------------------


def _coded(name: str, *options: str, before: Sequence[str] = ()) -> Callable[..., list[str]]:
    """The whole clip, coded again."""

    def make(source: Source, folder: Path) -> list[str]:
        run_ffmpeg(*before, "-i", source.clips["mp4"], *options, folder / name)
        return analyze(name)

    return make


def _drawn(name: str, source: str, *options: str) -> Callable[..., list[str]]:
    """A clip that ffmpeg draws."""

    def make(_: Source, folder: Path) -> list[str]:
        run_ffmpeg("-f", "lavfi", "-i", source, *options, folder / name)
        return analyze(name)

    return make


def _turned(degrees: int) -> Callable[..., list[str]]:
    return _coded("turned.mp4", "-c", "copy", before=("-display_rotation", str(degrees)))


def _as_named(kind: str, name: str) -> Callable[..., list[str]]:
    def make(source: Source, folder: Path) -> list[str]:
        (folder / name).write_bytes(source.clips[kind].read_bytes())
        return analyze(name)

    return make


def _content(content: bytes, name: str = "clip.mp4") -> Callable[..., list[str]]:
    def make(_: Source, folder: Path) -> list[str]:
        (folder / name).write_bytes(content)
        return analyze(name)

    return make


def _wide_header(source: Source, folder: Path) -> list[str]:
    """A track that says it is 65535 pixels wide and high."""
    content = source.clips["mp4"].read_bytes()
    height = int.from_bytes(content[content.index(b"tkhd") + 84 :][:2], "big")
    size = (320 << 16).to_bytes(4, "big") + (height << 16).to_bytes(4, "big")
    assert size in content
    coded = content.replace(size, b"\xff\xff\0\0" * 2)
    at = coded.index(b"avc1", coded.index(b"stsd")) + 28
    (folder / "wide.mp4").write_bytes(coded[:at] + b"\xff\xff" * 2 + coded[at + 4 :])
    return analyze("wide.mp4")


def _times(expression: str, name: str = "times.mkv") -> Callable[..., list[str]]:
    """Frames whose times follow an expression of N, written as they come."""
    filters = ("-bsf:v", f"setts=ts={expression}", "-c", "copy")
    return _coded(name, *filters)


_STILL = "color=gray:s=64x48:r={fps}:d={seconds}"
_QUICK = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_ODD: dict[str, tuple[Callable[..., list[str]], frozenset[int]]] = {
    "MP4 called .mov": (_as_named("mp4", "clip.mov"), MEASURED),
    "AVI called .mp4": (_as_named("avi", "clip.mp4"), MEASURED),
    "MP4 without an ending": (_as_named("mp4", "clip"), MEASURED),
    "one frame": (_coded("one.mp4", "-frames:v", "1"), MEASURED),
    "two frames": (_coded("two.mp4", "-frames:v", "2"), MEASURED),
    "1x1 px": (_drawn("tiny.mkv", "color=red:s=1x1:d=1", "-c:v", "ffv1"), MEASURED),
    "2x2 px": (_drawn("two.mp4", "color=red:s=2x2:d=1", *_QUICK), MEASURED),
    "odd size, 321x181": (
        _coded("odd.mkv", "-vf", "scale=321:181", "-c:v", "ffv1"),
        MEASURED,
    ),
    "very wide, 2000x16": (_coded("wide.mp4", "-vf", "scale=2000:16"), MEASURED),
    "very high, 16x2000": (_coded("high.mp4", "-vf", "scale=16:2000"), MEASURED),
    "8K, 7680x4320": (
        _coded("8k.mp4", "-vf", "scale=7680:4320", "-frames:v", "6", *_QUICK),
        MEASURED,
    ),
    "picture of 16000x16000": (
        _drawn("huge.avi", "color=red:s=16000x16000:r=5:d=1", "-c:v", "mjpeg"),
        FAILED,
    ),
    "header says 65535x65535": (_wide_header, READ_OR_FAILED),
    "times all the same": (_times("0"), FAILED),
    "times backwards": (_times("(40-N)*100", "times.avi"), READ_OR_FAILED),
    "negative times": (_times("(N-60)*60", "times.mp4"), READ_OR_FAILED),
    "every time twice": (_times("floor(N/2)*134"), READ_OR_FAILED),
    "a day's gap between two frames": (_times("N*67+gt(N\\,15)*86400000"), READ_OR_FAILED),
    "turned by 90": (_turned(90), MEASURED),
    "turned by 180": (_turned(180), MEASURED),
    "turned by 270": (_turned(270), MEASURED),
    "turned by 37": (_turned(37), MEASURED),
    "10 bit HEVC": (
        _coded("ten.mp4", *CONTAINERS["mov"], "-pix_fmt", "yuv420p10le"),
        MEASURED,
    ),
    "grey": (_coded("grey.mkv", "-c:v", "ffv1", "-pix_fmt", "gray"), MEASURED),
    "with transparency": (_coded("clear.mkv", "-c:v", "ffv1", "-pix_fmt", "bgra"), MEASURED),
    "16 bit RGB": (_coded("deep.mkv", "-c:v", "ffv1", "-pix_fmt", "gbrp16le"), MEASURED),
    "rate that varies": (
        _coded("vfr.mp4", "-vf", "setpts='(N+0.4*sin(N))/15/TB'", "-fps_mode", "vfr"),
        MEASURED,
    ),
    "1 frame a second": (_coded("slow.mp4", "-vf", "setpts=15*PTS", "-r", "1"), MEASURED),
    "240 frames a second": (_coded("fast.mp4", "-r", "240"), MEASURED),
    "100,000 frames a second": (_times("N/100", "fast.mkv"), READ_OR_FAILED),
    "an hour, one frame in 4 s": (
        _drawn("hour.mp4", _STILL.format(fps="1/4", seconds=3600), *_QUICK),
        MEASURED,
    ),
    "black": (_drawn("black.mp4", "color=black:s=320x240:r=15:d=1", *_QUICK), MEASURED),
    "noise": (
        _drawn("noise.mp4", "nullsrc=s=320x240:r=15:d=1,geq=random(1)*255:128:128", *_QUICK),
        MEASURED,
    ),
    "sound alone": (_drawn("sound.mp4", "sine=duration=1"), FAILED),
    "no frame": (_coded("none.mp4", "-frames:v", "0"), FAILED),
    "sound before the picture": (
        _coded("late.mp4", before=("-f", "lavfi", "-i", "sine=duration=3", "-itsoffset", "1")),
        MEASURED,
    ),
    "picture of a lifter (JPEG)": (_coded("still.jpg", "-frames:v", "1"), FAILED),
    "animated GIF": (_coded("clip.gif"), FAILED),
    "playlist (HLS) that names a file": (
        _content(b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n", "list.m3u8"),
        FAILED,
    ),
    "playlist called .mp4": (_content(b"ffconcat version 1.0\nfile /etc/passwd\n"), FAILED),
    "0 bytes": (_content(b""), FAILED),
    "1 byte": (_content(b"\0"), FAILED),
    "text": (_content(b"This is not a video.\n" * 100), FAILED),
    "a zip": (_content(b"PK\3\4" + bytes(500)), FAILED),
    "a header and zeros": (_content(b"\0\0\0\x18ftypmp42" + bytes(100_000)), FAILED),
    "boxes in boxes": (
        _content(b"\0\0\0\x18ftypmp42" + bytes(12) + b"\0\0\0\x08moov" * 50_000),
        FAILED,
    ),
}


def clip_cases() -> list[Case]:
    """Damaged and odd clips through ``formcheck analyze``."""
    odd = [Case("odd clip", name, make, codes) for name, (make, codes) in _ODD.items()]
    quick = {"0 bytes", "1 byte", "text", "a zip", "a header and zeros", "boxes in boxes"}
    return [
        *_damage_cases(),
        *(replace(case, quick=case.name in quick) for case in odd),
        *_name_cases(),
    ]


# --- names ----------------------------------------------------------------------------

_NAMES: dict[str, str] = {
    "a newline": "two\nlines.mp4",
    "a leading dash": "-o.mp4",
    "quotes": 'it\'s "one" `two` $(three).mp4',
    "an image tag": "<img src=x onerror=document.title='taken'>.mp4",
    "a script tag": "<script>alert(1)<script>.mp4",
    "an emoji": "🏋️‍♀️ Kreuzheben ü 硬拉.mp4",
    "250 characters": "x" * 246 + ".mp4",
    "62 emoji": "🏋" * 61 + ".mp4",
    "dots alone": "...mp4",
    "a space alone": " .mp4",
    "escape sequences": "\x1b[31mred\x1b]0;title\x07.mp4",
    "format signs": "%s%n{0}%d.mp4",
    "rich's markup": "[red]clip[bold].mp4",
    "text from right to left": "\u202egnp.mp4",
}


def _name_cases() -> Iterator[Case]:
    for words, name in _NAMES.items():
        yield Case("hostile name", words, _as_named("mp4", name), MEASURED)
    yield Case("hostile name", "bytes that are no UTF-8", _not_utf8, FAILED, quick=True)
    for words, clip in {
        "a folder called ..": "..",
        "a name that is too long": "x" * 300 + ".mp4",
        "an empty name": "",
        "a file in a file": "clip.mp4/clip.mp4",
    }.items():
        yield Case("hostile name", words, _as_given(clip), FAILED, quick=True)


def _not_utf8(source: Source, folder: Path) -> list[str]:
    name = os.fsdecode(b"clip\xff.mp4")
    (folder / name).write_bytes(source.clips["mp4"].read_bytes())
    return analyze(name)


def _as_given(name: str) -> Callable[..., list[str]]:
    def make(source: Source, folder: Path) -> list[str]:
        (folder / "clip.mp4").write_bytes(source.clips["mp4"].read_bytes())
        return analyze(name)

    return make
