"""What is known of a clip once it has been read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEAST_STEP_S", "LONGEST_S", "ClipInfo"]

# Beyond what any camera films of a set; a damaged clip or track can claim anything, and
# what is computed over time would ask for memory without bounds.
LONGEST_S = 12 * 3600.0
LEAST_STEP_S = 0.0002


@dataclass(frozen=True)
class ClipInfo:
    """Facts of a clip, counted while it was read and not copied from its header."""

    name: str
    sha256: str
    width: int  # the recorded picture [px], upright, with square pixels
    height: int
    frames: int  # decoded and with a usable time, skipped ones included
    duration_s: float  # from the first frame to the end of the last
    fps: float  # one over the typical interval between frames; NaN for one frame
    variable_frame_rate: bool  # over 2 % of the intervals are off by 10 % and by 1 ms
    decode_failures: int  # given up by the decoder, with good frames after them
    untimed_frames: int  # left out: their time was not after that of the frame before
    truncated: bool  # the file was cut, or ended well before the duration it states
    slow_motion: float = 1.0  # times here are those of the file divided by it
    slow_motion_unknown: bool = False  # it speaks of slow motion, and not of its rate
    stream: str = ""  # which one was read, where there are several
    shapes: str = ""  # of the picture, where it changes
    camera_frames: int = 0  # that came while it was measured live; 0 for a file
    filmed: str = ""  # the day, YYYY-MM-DD
    filmed_from: str = ""  # what says so: clip, name or file
