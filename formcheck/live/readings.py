"""Live measurement without a window: what is known of the set, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from formcheck.assessment.fatigue import SET_REST_S
from formcheck.lifts.exercises import AUTO, Exercise
from formcheck.live.analyst import LiveReading
from formcheck.live.session import Session
from formcheck.live.sources import LiveSource, open_source
from formcheck.models.store import ensure
from formcheck.settings import Settings

__all__ = ["live_readings"]

_PATIENCE_S = 0.5


def live_readings(
    source: str | Path = "0",
    exercise: str | Exercise = AUTO,
    *,
    out: str | Path = "results",
    model: str | Path | None = None,
    neutral_deg: float | None = None,
    rest_s: float = SET_REST_S,
) -> Iterator[LiveReading]:
    """Measure set after set in front of a camera, some times a second.

    The frames are analysed in a process of its own: in a script, call this below
    ``if __name__ == "__main__":``.

    Parameters
    ----------
    source : str or Path
        A camera's number, the path of a device, the address of a stream, or a video file, which
        is played at its own speed.
    exercise : str or Exercise
        As for `formcheck.analyze`.
    out : str or Path
        The folder in which every set is saved, as `formcheck live` does it. The set that is
        open is saved when the iterator is closed.
    model : str or Path, optional
        Name or path of the pose model; fetched at its first use.
    neutral_deg : float, optional
        The lifter's standing `lumbar_deg`, if it was measured elsewhere.
    rest_s : float
        A rest that long ends the set.

    Yields
    ------
    LiveReading
        Each analysis of the open set that is new.

    Raises
    ------
    InputError
        If there is no such source, or it gives no picture.
    ConfigurationError
        If a setting is wrong or no pose model can be had.

    Examples
    --------
    >>> for reading in formcheck.live_readings("0", "squat"):  # doctest: +SKIP
    ...     for rep in reading.tally.ended:
    ...         print(f"{rep.measures.peak_deg:+.0f}°")
    """
    opened = open_source(str(source))
    settings = Settings(exercise, 0, neutral_deg)
    session = Session(ensure(model), settings, Path(out), rest_s=rest_s)
    with session, opened:
        yield from _readings(session, opened)


def _readings(session: Session, source: LiveSource) -> Iterator[LiveReading]:
    latest = None
    while True:
        shot = source.take(_PATIENCE_S)
        if shot is not None:
            reading = session.frame(shot.frame).reading
            if reading is not None and reading is not latest:
                latest = reading
                yield reading
        elif source.status == "ended":
            return
