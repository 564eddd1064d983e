"""What is called out during the set: once per fault and repetition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from formcheck.assessment.findings import Finding
from formcheck.assessment.wording import Severity, label_of
from formcheck.live.tally import CountedRep, Tally
from formcheck.live.texts import texts

__all__ = ["Cue", "CueWatch", "change_words", "short_words", "tone_player"]

# Judged while the repetition lasts; what is seen at its end only (the depth, hips
# that rose first) waits for it.
_AT_ONCE = frozenset({"lumbar-flexion", "lumbar-hyperextension"})
# Later than this it says nothing about what the lifter is doing.
_FRESH_S = 4.0

Span = tuple[float, float]
_WHOLE_SET: Span = (0.0, 0.0)

_RATE_HZ, _TONE_S, _FADE_S, _VOLUME = 44_100, 0.25, 0.02, 0.4
_PITCH_HZ = {"lumbar-flexion": 880.0, "lumbar-hyperextension": 440.0}
_OTHER_HZ = 660.0


@dataclass(frozen=True)
class Cue:
    """One thing to call out.

    Attributes
    ----------
    code : str
    words : str
        For somebody who moves.
    severity : Severity
    rep : int or None
    label : str
        The finding as every other output has it, with its grade.
    """

    code: str
    words: str
    severity: Severity
    rep: int | None
    label: str


@dataclass
class CueWatch:
    """Remembers what was called out in this set.

    A fault is called out when two analyses in a row have it: the latest frames of a
    growing track still move a little as others follow.
    """

    _said: list[tuple[str, Span]] = field(default_factory=list)
    _suspected: list[tuple[str, Span]] = field(default_factory=list)

    def news(self, tally: Tally, now_s: float) -> list[Cue]:
        """What there is to call out now, on the set's clock; asked once an analysis."""
        seen = [
            (
                Cue(finding.code, short_words(finding), finding.severity, number, finding.words),
                _span(rep),
            )
            for number, rep in enumerate(tally.reps, start=1)
            for finding in rep.findings
            if finding.severity != "info"
            and (rep.ended or finding.code in _AT_ONCE)
            and now_s - rep.measures.end_s <= _FRESH_S
        ]
        if tally.fatigue and tally.fatigue.verdict == "breakdown":
            code = "breakdown-under-fatigue"
            label = label_of(code)
            words = texts().get(f"cue.{code}", label)
            seen.append((Cue(code, words, "stop", None, label), _WHOLE_SET))
        sure = [one for one in seen if _among(self._suspected, *one)]
        self._suspected = [(cue.code, span) for cue, span in seen]
        news = [(cue, span) for cue, span in sure if not _among(self._said, cue, span)]
        self._said += [(cue.code, span) for cue, span in news]
        return [cue for cue, _ in news]


def short_words(finding: Finding) -> str:
    """A finding for somebody who moves, and reads or hears it from afar."""
    return texts().get(f"cue.{finding.code}", finding.words)


def change_words(code: str) -> str:
    """What to change about a finding, as short; empty where there is no short way to say it."""
    return texts().get(f"change.{code}", "")


def _span(rep: CountedRep) -> Span:
    return rep.measures.start_s, rep.measures.end_s


def _among(known: list[tuple[str, Span]], cue: Cue, span: Span) -> bool:
    """Whether this fault is known of a repetition at that time: its ends still move."""
    middle_s = sum(span) / 2
    return any(
        code == cue.code
        and (begin_s <= middle_s <= end_s or span[0] <= (begin_s + end_s) / 2 <= span[1])
        for code, (begin_s, end_s) in known
    )


def tone_player(bell: Callable[[], None]) -> tuple[Callable[[str], None], str]:
    """What sounds a cue's code, and how: a tone where there is audio, else the bell.

    Parameters
    ----------
    bell : callable
        Rings the terminal's bell.

    Returns
    -------
    play : callable
        Takes the code of the finding; returns at once.
    how : str
    """
    try:
        import sounddevice

        sounddevice.check_output_settings(samplerate=_RATE_HZ, channels=1)
    except ImportError:
        return lambda _: bell(), "terminal bell (for tones: pip install 'formcheck[sound]')"
    except Exception:
        return lambda _: bell(), "terminal bell (there is no audio device)"
    return lambda code: _play(sounddevice, code), "tones"


def _play(sounddevice: Any, code: str) -> None:
    time_s = np.arange(int(_RATE_HZ * _TONE_S)) / _RATE_HZ
    edge = np.minimum(time_s, _TONE_S - time_s) / _FADE_S
    wave = np.sin(2 * np.pi * _PITCH_HZ.get(code, _OTHER_HZ) * time_s)
    sounddevice.play((_VOLUME * np.minimum(1, edge) * wave).astype(np.float32), _RATE_HZ)
