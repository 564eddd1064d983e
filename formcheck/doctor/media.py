"""Pictures and sound: video in and out, and what a live session wants."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from formcheck.doctor.check import Check, Status, complaint
from formcheck.doctor.probes import failed_alone
from formcheck.errors import FormcheckError

__all__ = ["camera", "display", "phone_video", "sound", "video"]

_SIDE_PX, _FRAMES, _FPS = 64, 12, 30.0
# Twelve even greys, which no lossy codec mixes up.
_GREYS = range(20, 20 + 16 * _FRAMES, 16)
_GREY_OFF = 6.0
_CAMERA_S = 20.0


def video() -> Check:
    """Write a small H.264 clip as the annotated video is written, and read it back."""
    advice = (
        "Run: pip install --force-reinstall --no-deps imageio-ffmpeg opencv-contrib-python; "
        "to go without the annotated video: --no-video"
    )
    return _written_and_read("Video (H.264)", _as_we_write, "fail", advice)


def phone_video() -> Check:
    """Read HEVC, in which many phones film."""
    advice = "Set the phone to its most compatible format (H.264), or convert the clips to it."
    return _written_and_read("Video (HEVC)", _as_phones_write, "warn", advice)


def _written_and_read(
    name: str, write: Callable[[Path], None], worse: Status, advice: str
) -> Check:
    try:
        with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
            clip = Path(folder) / "clip.mp4"
            write(clip)
            fault = _read_fault(clip)
    except FormcheckError as error:
        return Check(name, worse, complaint(name, error, advice).found, advice)
    except (OSError, RuntimeError, ImportError, subprocess.SubprocessError) as error:
        return Check(name, worse, str(error).splitlines()[0], advice)
    if fault:
        return Check(name, worse, fault, advice)
    return Check(name, "ok", f"{_FRAMES} frames read back, each with its time")


def _as_we_write(clip: Path) -> None:
    import numpy as np

    from formcheck.annotate.encoder import VideoWriter

    with VideoWriter(clip, _FPS) as writer:
        for number, grey in enumerate(_GREYS):
            picture = np.full((_SIDE_PX, _SIDE_PX, 3), grey, np.uint8)
            writer.write(picture, number / _FPS)


def _as_phones_write(clip: Path) -> None:
    import imageio_ffmpeg

    pictures = b"".join(bytes([grey]) * (3 * _SIDE_PX**2) for grey in _GREYS)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo"]
    command += ["-pix_fmt", "rgb24", "-s", f"{_SIDE_PX}x{_SIDE_PX}", "-r", f"{_FPS}", "-i", "-"]
    command += ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]
    command += ["-tag:v", "hvc1", "-pix_fmt", "yuv420p", str(clip)]
    subprocess.run(command, input=pictures, capture_output=True, check=True, timeout=60)


def _read_fault(clip: Path) -> str:
    """What is wrong with the clip of greys as our reader sees it; empty if nothing is."""
    from formcheck.video.reader import open_video

    with open_video(clip, max_fps=None) as opened:
        frames = [(frame.time_s, float(frame.image.mean())) for frame in opened]
    if len(frames) != _FRAMES:
        return f"{len(frames)} of {_FRAMES} frames came back"
    if any(abs(time_s - number / _FPS) > 0.5 / _FPS for number, (time_s, _) in enumerate(frames)):
        return "the frames' times came back wrong"
    if any(abs(seen - grey) > _GREY_OFF for grey, (_, seen) in zip(_GREYS, frames, strict=True)):
        return "the pictures came back with other brightness"
    return ""


def camera() -> Check:
    """Take a picture with the first camera; its light goes on for a moment."""
    name, purpose = "Camera", "Only formcheck live needs one."
    if sys.platform.startswith("linux") and not any(Path("/dev").glob("video*")):
        return Check(name, "warn", "there is none", f"{purpose} Plug it in.")
    fault = failed_alone("camera", timeout_s=_CAMERA_S)
    if fault:
        advice = (
            f"{purpose} See that no other program uses it and that you may "
            "(on Linux: the group video); try another one: formcheck live --camera 1"
        )
        return Check(name, "warn", fault, advice)
    return Check(name, "ok", "camera 0 gives pictures")


def sound() -> Check:
    """Whether cues can be sounded as tones; else the terminal's bell rings."""
    get_it = "pip install 'formcheck[sound]'"
    name, purpose = "Sound", "Without it the terminal's bell is rung in formcheck live."
    try:
        import sounddevice
    except ImportError:
        return Check(name, "warn", "sounddevice is missing", f"{purpose} Run: {get_it}")
    except OSError as error:
        advice = f"{purpose} Debian, Ubuntu: apt-get install libportaudio2"
        return Check(name, "warn", str(error), advice)
    try:
        device = sounddevice.query_devices(kind="output")
    except Exception as error:  # its own kind, and ValueError, by version
        advice = f"{purpose} Plug in or switch on a loudspeaker."
        return Check(name, "warn", str(error).splitlines()[0], advice)
    return Check(name, "ok", str(device["name"]))


def display() -> Check:
    """Whether the live window can be opened."""
    from formcheck.live.window import require_display

    name = "Display"
    try:
        require_display()
    except FormcheckError as error:
        told = complaint(name, error, "")
        return Check(name, "warn", told.found, f"Only formcheck live needs one. {told.advice}")
    return Check(name, "ok", "a window opens")
