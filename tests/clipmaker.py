"""Makes small clips for tests, with the ffmpeg program that imageio-ffmpeg brings.

Nothing is committed: a test draws the frames it needs. `numbered` frames carry
their own number in the picture, and `read_number` reads it back whatever codec,
size or rotation lay between::

    clip = write_clip(tmp_path / "clip.mp4", numbered(90), fps=30)
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SAMPLES",
    "Image",
    "cut",
    "draw_number",
    "numbered",
    "read_number",
    "remux",
    "run_ffmpeg",
    "scramble",
    "write_clip",
    "write_sound",
]

SAMPLES = Path(__file__).parent.parent / "samples"

Image = NDArray[np.uint8]

_BITS = 12
_BOTTOM_LEFT = (210, 40, 40)
_BOTTOM_RIGHT = (40, 40, 210)
_QUICK = {
    "libx264": ("-preset", "veryfast"),
    "libx265": ("-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"),
    "libvpx-vp9": ("-deadline", "realtime", "-cpu-used", "8"),
    "mjpeg": ("-q:v", "3"),
}


def draw_number(number: int, width: int = 192, height: int = 128) -> Image:
    """Draw a number as bars of light in the upper half; red lower left, blue lower right.

    Parameters
    ----------
    number : int
        0 to 4095.
    width, height : int
        Size of the picture [px].

    Returns
    -------
    uint8 array, shape (height, width, 3)
        RGB.
    """
    image = np.full((height, width, 3), 110, np.uint8)
    edges = np.linspace(0, width, _BITS + 1).astype(int)
    for bit in range(_BITS):
        image[: height // 2, edges[bit] : edges[bit + 1]] = 235 if number >> bit & 1 else 20
    image[height // 2 :, : width // 3] = _BOTTOM_LEFT
    image[height // 2 :, -(width // 3) :] = _BOTTOM_RIGHT
    return image


def read_number(image: Image, *, colours: bool = True) -> int:
    """Read what `draw_number` drew.

    Raises
    ------
    AssertionError
        The red and blue corners are not where they belong: the picture is turned,
        mirrored or has its channels swapped. Not looked at without `colours`.
    """
    height, width = image.shape[:2]
    if colours:
        lower = image[height * 3 // 4].astype(int)
        assert lower[width // 6, 0] > lower[width // 6, 2] + 50, "no red at the lower left"
        assert lower[-(width // 6), 2] > lower[-(width // 6), 0] + 50, "no blue at the lower right"
    centres = ((np.arange(_BITS) + 0.5) * width / _BITS).astype(int)
    bars = image[height // 8 : height // 3, centres].mean(axis=(0, 2)) > 128
    return int(bars @ (1 << np.arange(_BITS)))


def numbered(count: int, width: int = 192, height: int = 128) -> Iterator[Image]:
    """Draw the numbers 0 to count - 1, one a frame."""
    return (draw_number(number, width, height) for number in range(count))


def run_ffmpeg(*arguments: str, stdin: bytes | None = None) -> None:
    """Run ffmpeg, overwriting its output.

    Raises
    ------
    RuntimeError
        With what ffmpeg had to say, when it fails.
    """
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *arguments]
    done = subprocess.run(command, input=stdin or b"", capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))


def _nest(values: Sequence[int], first: int = 0) -> str:
    # ffmpeg's expression for the N-th value; halved, because it limits the depth
    if len(values) == 1:
        return str(values[0])
    half = len(values) // 2
    left, right = _nest(values[:half], first), _nest(values[half:], first + half)
    return f"if(lt(N,{first + half}),{left},{right})"


def write_clip(
    path: Path,
    frames: Iterable[Image],
    *,
    fps: float = 30.0,
    times_s: Sequence[float] | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    rotation_deg: int = 0,
    options: Sequence[str] = (),
) -> Path:
    """Write a clip; the ending of `path` chooses the container.

    Parameters
    ----------
    path : Path
        What to write, overwritten if it is there.
    frames : iterable of uint8 arrays, shape (height, width, 3)
        RGB, all of one size. For yuv420p in H.264 and HEVC both sides must be even.
    fps : float
        Constant frame rate, unless `times_s` is given.
    times_s : sequence of float, optional
        Time of each frame, for a variable rate; must increase.
    codec, pixel_format : str
        As ffmpeg calls them: libx264, libx265, libvpx-vp9, mjpeg; yuv420p10le, gray.
    rotation_deg : int
        The picture is stored turned, with metadata that turns it back: what a player
        shows is what was given here. 0, 90, 180 or 270, for MP4, MOV and MKV.
    options : sequence of str
        More output options for ffmpeg, such as ``("-g", "30")``.
    """
    pictures = [np.rot90(frame, -rotation_deg // 90) for frame in frames]
    height, width = pictures[0].shape[:2]
    timing: list[str] = []
    if times_s is not None:
        ticks = _nest([round(time_s * 90000) for time_s in times_s])
        timing = ["-vf", f"settb=1/90000,setpts='{ticks}'", "-fps_mode", "passthrough"]
        timing += ["-enc_time_base", "1/90000"]
    target = path.with_stem(path.stem + ".stored") if rotation_deg else path
    run_ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps)),
        *("-i", "-", *timing, "-c:v", codec, "-pix_fmt", pixel_format, *_QUICK.get(codec, ())),
        *(*options, f"file:{target}"),
        stdin=b"".join(np.ascontiguousarray(picture).tobytes() for picture in pictures),
    )
    if rotation_deg:
        remux(target, path, "-display_rotation", str(rotation_deg))
        target.unlink()
    return path


def remux(source: Path, path: Path, *input_options: str) -> Path:
    """Copy the streams of a clip into another file, without coding them again."""
    run_ffmpeg(*input_options, "-i", f"file:{source}", "-c", "copy", f"file:{path}")
    return path


def write_sound(path: Path, duration_s: float = 1.0) -> Path:
    """Write a file with a tone and no picture."""
    run_ffmpeg("-f", "lavfi", "-i", f"sine=duration={duration_s}", f"file:{path}")
    return path


def cut(source: Path, path: Path, share: float) -> Path:
    """Copy the first `share` (0 to 1) of a file's bytes, as a broken copy would."""
    content = source.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def scramble(source: Path, path: Path, start: float, stop: float) -> Path:
    """Copy a file with noise between two shares (0 to 1) of its bytes."""
    content = bytearray(source.read_bytes())
    first, last = int(len(content) * start), int(len(content) * stop)
    content[first:last] = np.random.default_rng(7).bytes(last - first)
    path.write_bytes(content)
    return path
