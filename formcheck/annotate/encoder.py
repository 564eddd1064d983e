"""H.264 for browsers, each frame at its own time.

ffmpeg runs as a process of its own. It is fed uncompressed frames in a minimal
Matroska stream, because that, unlike plain raw video, carries a time a frame:
phones vary the rate, and a frame number over a rate would slide against the charts.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import cv2

from formcheck.arrays import Picture
from formcheck.errors import OutputError

__all__ = ["VideoWriter", "video_size"]

_UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
_UNIT_NS = 1000
# Fine enough for the time bases that cameras use, and the customary one.
_TICKS_PER_S = 90_000
_ENCODER = (
    *("-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "60"),
    # As OpenCV makes it of RGB; told, so that players show the same colours.
    *("-pix_fmt", "yuv420p", "-colorspace", "smpte170m", "-color_range", "tv"),
    *("-fps_mode", "passthrough", "-enc_time_base", f"1/{_TICKS_PER_S}"),
    *("-video_track_timescale", f"{_TICKS_PER_S}", "-movflags", "+faststart"),
)


def _size(length: int) -> bytes:
    return (length | 1 << 56).to_bytes(8, "big")


def _element(name: str, content: bytes | int) -> bytes:
    """One EBML element: its identifier in hex, its length, its content."""
    data = content.to_bytes(8, "big") if isinstance(content, int) else content
    return bytes.fromhex(name) + _size(len(data)) + data


def _header(width: int, height: int, fps: float) -> bytes:
    video = _element("b0", width) + _element("ba", height) + _element("2eb524", b"I420")
    track = (
        _element("d7", 1)  # number
        + _element("73c5", 1)  # identifier
        + _element("83", 1)  # it is a video
        + _element("23e383", round(1e9 / fps))  # a hint; the times count
        + _element("86", b"V_UNCOMPRESSED")
        + _element("e0", video)
    )
    return (
        _element("1a45dfa3", _element("4282", b"matroska"))
        + bytes.fromhex("18538067")
        + _UNKNOWN_SIZE
        + _element("1549a966", _element("2ad7b1", _UNIT_NS))
        + _element("1654ae6b", _element("ae", track))
    )


def _cluster_head(time_s: float, picture_bytes: int) -> bytes:
    """All of a cluster of one frame but the picture."""
    time = _element("e7", round(time_s * 1e9 / _UNIT_NS))
    block_head = b"\x81\x00\x00\x80"  # track 1, no time beyond the cluster's, a key frame
    block = b"\xa3" + _size(len(block_head) + picture_bytes) + block_head
    return bytes.fromhex("1f43b675") + _size(len(time) + len(block) + picture_bytes) + time + block


def video_size(width: int, height: int, most_px: int) -> tuple[int, int]:
    """Size of a picture with no side over `most_px`, both of them even, as H.264 wants them."""
    zoom = min(1.0, most_px / max(width, height))
    return max(2, round(width * zoom) // 2 * 2), max(2, round(height * zoom) // 2 * 2)


class VideoWriter:
    """Writes frames with their times to an MP4; a context manager.

    Parameters
    ----------
    path : Path
        The file; replaced if it exists.
    fps : float
        The typical rate, which picks the level of H.264 and nothing else.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self._path = path
        self._fps = fps
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__

    def __enter__(self) -> Self:
        return self

    def write(self, picture: Picture, time_s: float) -> None:
        """Add a frame.

        Parameters
        ----------
        picture : uint8 (H, W, 3)
            RGB; all of one size, and both sides even.
        time_s : float
            Later than that of the frame before.
        """
        planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
        try:
            stream = self._stream(picture)
            stream.write(_cluster_head(time_s, planes.nbytes))
            stream.write(planes.data)
        except BrokenPipeError as error:
            raise self._failure() from error

    def _stream(self, picture: Picture) -> IO[bytes]:
        if self._process is None:
            import imageio_ffmpeg

            height, width = picture.shape[:2]
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
            command += ["-f", "matroska", "-i", "pipe:0", *_ENCODER, str(self._path.absolute())]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._messages,
                start_new_session=True,  # Ctrl-C is for us, and we end it
            )
            assert self._process.stdin is not None
            self._process.stdin.write(_header(width, height, self._fps))
        assert self._process.stdin is not None
        return self._process.stdin

    def __exit__(
        self, kind: type[BaseException] | None, _: object, _traceback: TracebackType | None
    ) -> None:
        with self._messages:
            if self._process is None:
                return
            if kind is not None:
                self._process.kill()
            try:
                self._process.communicate()
            except BrokenPipeError as error:
                raise self._failure() from error
            if kind is None and self._process.returncode:
                raise self._failure()

    def _failure(self) -> OutputError:
        self._messages.seek(0)
        said = self._messages.read().decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else "ffmpeg ended early"
        return OutputError(
            f"{self._path.name} could not be written: {reason}.\n"
            "Free some space, or go without it: --no-video."
        )
