"""What a session makes of a frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from formcheck.live.analyst import LiveReading
from formcheck.live.cues import Cue
from formcheck.live.events import Event
from formcheck.live.present import Present, measure_present
from formcheck.pose.recorder import Pose
from formcheck.video.reader import Frame

__all__ = ["LiveView"]


@dataclass(frozen=True, eq=False)
class LiveView:
    """What there is to show with a frame.

    Attributes
    ----------
    frame : Frame
    poses : tuple of Pose
        Of the last `PRESENT_S`; that of this very frame is the last.
    reading : LiveReading or None
        The latest analysis of this set.
    age_s : float
        How much older than the frame it is: some tenths of a second.
    set_number : int
    ready : bool
        Whether setting up is over.
    cues : tuple of Cue
        To be called out now.
    events : tuple of Event
        What has happened since the frame before.
    fps, camera_fps : float
        Frames analysed a second, and frames that came.
    filming : bool
    """

    frame: Frame
    poses: tuple[Pose, ...]
    reading: LiveReading | None
    age_s: float
    set_number: int
    ready: bool
    cues: tuple[Cue, ...]
    events: tuple[Event, ...]
    fps: float
    camera_fps: float
    filming: bool

    @cached_property
    def present(self) -> Present:
        """The back in this very frame."""
        return measure_present(self.poses, self.reading, self.age_s)
