"""What is heard in front of the window: the system's voice, else tones, else the bell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from formcheck.live.cues import tone_player
from formcheck.live.events import Event

__all__ = ["Speaker", "Voice", "find_speaker", "listener"]

# A fault interrupts a count; nothing interrupts a fault.
_RANKS = {"cue": 0, "rep": 1}
_OTHER = 2
# What has waited longer is about a moment that is over.
_STALE_S = 2.5
_LONGEST_S = 15.0
_SAID = "FORMCHECK_SAID"
# The words come in a variable, so that nothing in them can be a command.
_POWERSHELL = (
    "Add-Type -AssemblyName System.Speech; "
    f"(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak($env:{_SAID})"
)


@dataclass(frozen=True)
class Speaker:
    """A program that speaks.

    Attributes
    ----------
    command : tuple of str
        To be followed by the words; it ends when they are spoken.
    hush : tuple of str
        Makes it stop, where ending it does not.
    by_variable : bool
        Whether the words come in a variable of the environment instead.
    """

    command: tuple[str, ...]
    hush: tuple[str, ...] = ()
    by_variable: bool = False

    def start(self, words: str) -> subprocess.Popen[bytes]:
        """Begin to speak."""
        more, environment = ((), {_SAID: words}) if self.by_variable else ((words,), {})
        return subprocess.Popen(
            [*self.command, *more],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self, speaking: subprocess.Popen[bytes]) -> None:
        """Fall silent."""
        if self.hush:
            subprocess.run(self.hush, capture_output=True, check=False, timeout=_LONGEST_S)
        speaking.terminate()


def find_speaker() -> Speaker | None:
    """The system's own voice; None if it has none."""
    if sys.platform == "darwin":
        known = [Speaker(("say",))]
    elif sys.platform == "win32":
        known = [Speaker(("powershell", "-NoProfile", "-Command", _POWERSHELL), by_variable=True)]
    else:
        known = [
            Speaker(("spd-say", "--wait", "--"), hush=("spd-say", "--stop")),
            Speaker(("espeak-ng", "--")),
            Speaker(("espeak", "--")),
        ]
    return next((one for one in known if shutil.which(one.command[0])), None)


class _Utterance(NamedTuple):
    rank: int
    words: str
    since_s: float


class Voice:
    """Says one thing at a time, in a thread of its own.

    Parameters
    ----------
    speaker : Speaker
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._condition = threading.Condition()
        self._next: _Utterance | None = None
        self._now: tuple[int, subprocess.Popen[bytes]] | None = None
        threading.Thread(target=self._run, name="formcheck-voice", daemon=True).start()

    def say(self, words: str, rank: int) -> None:
        """Say this next, if nothing that matters more waits; returns at once."""
        with self._condition:
            if self._next is None or rank <= self._next.rank:
                self._next = _Utterance(rank, words, time.monotonic())
            if self._now is not None and rank < self._now[0]:
                self._speaker.stop(self._now[1])
            self._condition.notify_all()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._next is not None)
                one, self._next = self._next, None
                if one is None or time.monotonic() - one.since_s > _STALE_S:
                    continue
                try:
                    speaking = self._speaker.start(one.words)
                except OSError:
                    continue
                self._now = one.rank, speaking
            try:
                speaking.wait(_LONGEST_S)
            except subprocess.TimeoutExpired:
                speaking.kill()
                speaking.wait()
            with self._condition:
                self._now = None


def listener(bell: Callable[[], None], *, voice: bool) -> tuple[Callable[[Event], None], str]:
    """What makes events heard, and how.

    Parameters
    ----------
    bell : callable
        Rings the terminal's bell.
    voice : bool
        Whether to speak, if the system can.
    """
    speaker = find_speaker() if voice else None
    if speaker is not None:
        return _spoken(Voice(speaker)), f"a voice ({speaker.command[0]})"
    play, how = tone_player(bell)
    return _sounded(play), how


def _spoken(voice: Voice) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        if event.spoken:
            voice.say(event.spoken, _RANKS.get(event.kind, _OTHER))

    return hear


def _sounded(play: Callable[[str], None]) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        if event.kind == "cue":
            play(event.data["code"])

    return hear
