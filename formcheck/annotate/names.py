"""Names of the files that are drawn, for those who write and those who look for them."""

from __future__ import annotations

__all__ = [
    "POSTER_NAME",
    "SHARE_PICTURE_NAME",
    "SHARE_VIDEO_NAME",
    "VIDEO_NAME",
    "key_frame_name",
]

VIDEO_NAME = "annotated.mp4"
POSTER_NAME = "poster.jpg"
"""The frame on which the report's video opens."""
SHARE_VIDEO_NAME, SHARE_PICTURE_NAME = "share.mp4", "share.png"


def key_frame_name(rep: int | str) -> str:
    """File of the picture of a repetition, in the folder of the result."""
    return f"rep-{rep}.jpg"
