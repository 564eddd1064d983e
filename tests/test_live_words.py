"""What a lifter reads and hears: short words, depth, tempo, one voice at a time."""

from __future__ import annotations

import math
import re
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sets import measured_rep

from formcheck.assessment.findings import Finding
from formcheck.assessment.wording import ROUNDING_CODES
from formcheck.lifts.lift_measures import UNSEEN, Measured
from formcheck.live import speech
from formcheck.live.cues import Cue, change_words, short_words
from formcheck.live.events import cue_event, rep_event
from formcheck.live.rep_words import depth_of, tempo_words
from formcheck.live.speech import Speaker, Voice, find_speaker, listener
from formcheck.live.tally import CountedRep
from formcheck.live.texts import rep_count, texts
from formcheck.live.words import last_rep

ROOT = Path(__file__).parent.parent / "formcheck"


@pytest.mark.parametrize(
    ("off_deg", "step", "words", "more"),
    [
        (12.4, "above", "Above", "by 12° ±5"),
        (-9.0, "below", "Below", "by 9° ±5"),
        (4.9, "level", "Parallel", "within 5°"),
        (-4.9, "level", "Parallel", "within 5°"),
        (5.1, "above", "Above", "by 5° ±5"),
    ],
)
def test_depth_is_told_against_parallel_as_surely_as_it_is_known(
    off_deg: float, step: str, words: str, more: str
) -> None:
    depth = depth_of(Measured(off_deg, 5.0, 1.0))
    assert depth is not None
    assert (depth.step, depth.words, depth.more) == (step, words, more)


def test_a_depth_that_was_not_seen_is_not_told() -> None:
    assert depth_of(UNSEEN) is None
    event = rep_event(1, 3, CountedRep(measured_rep(3), (), ended=True), "deadlift")
    assert event.spoken == "3"
    assert event.data["depth_thigh_deg"] is None


def test_a_squat_is_counted_with_its_depth() -> None:
    deep = CountedRep(measured_rep(3), (), ended=True, depth=Measured(-9.0, 5.0, 1.0))
    event = rep_event(1, 3, deep, "squat")
    assert event.spoken == "3. below parallel"
    assert "below parallel by 9° ±5" in event.text
    assert event.data["depth_thigh_deg"] == -9.0


def test_the_tempo_is_told_in_the_order_of_the_lift() -> None:
    rep = replace(measured_rep(1), eccentric_s=2.14, concentric_s=0.96)
    assert tempo_words(replace(rep, rep=replace(rep.rep, rises=False))) == "2.1 s down, 1.0 s up"
    assert tempo_words(replace(rep, rep=replace(rep.rep, rises=True))) == "1.0 s up, 2.1 s down"
    assert tempo_words(replace(rep, concentric_s=math.nan)) == "2.1 s down"
    assert tempo_words(replace(rep, eccentric_s=math.nan, concentric_s=math.nan)) == ""


def test_what_is_called_out_has_short_words_and_says_what_to_change() -> None:
    codes = {*ROUNDING_CODES.values(), "lumbar-hyperextension", "breakdown-under-fatigue"}
    for code in codes:
        words = short_words(Finding(code, "stop", "", ""))
        assert len(words.split()) <= 3
        assert words != code
        assert 0 < len(change_words(code).split()) <= 5


def test_the_gravest_fault_of_the_last_repetition_is_told() -> None:
    arched = Finding("lumbar-hyperextension", "caution", "", "", rep=1)
    rounded = Finding("lumbar-flexion", "stop", "", "", rep=1, label="clearly rounded")
    line = last_rep((CountedRep(measured_rep(1), (arched, rounded), ended=True),))
    assert line.words == "Rep 1: clearly rounded, back over-arched"
    assert line.more == "Go lighter, brace first"
    fine = last_rep((CountedRep(measured_rep(1, 12.0), (), ended=True),))
    assert (fine.words, fine.more) == ("Rep 1: no fault seen", "Most flexed +12° ±4")


def test_every_text_is_used_and_every_one_that_is_used_is_there() -> None:
    sources = [
        *ROOT.glob("live/*.py"),
        *ROOT.glob("serve/*.py"),
        *ROOT.glob("serve/page/*"),
        ROOT / "commands" / "doors.py",
    ]
    code = "".join(path.read_text(encoding="utf-8") for path in sources if path.is_file())
    asked = set(re.findall(r"text(?:\(|\[)\s*\"((?:\w+)\.[\w-]+)\"", code))
    assert asked - {"page.step-"} <= set(texts())
    parts = {name.partition(".")[0] for name in texts()}
    assert parts == {
        *("language", "cue", "change", "setup", "set", "depth", "tempo", "summary", "page"),
    }
    for name in texts():
        part, _, last = name.partition(".")
        built = part in {"cue", "change", "depth", "tempo"} or last.startswith("step-")
        assert built or re.search(rf"\b{re.escape(last)}\b", code), name


def test_one_repetition_is_no_repetitions() -> None:
    assert [rep_count(count) for count in (0, 1, 2)] == ["0 reps", "1 rep", "2 reps"]


class Slow(Speaker):
    """Speaks for as long as it is let; remembers what it said and what was cut short."""

    def __init__(self) -> None:
        super().__init__(("none",))
        object.__setattr__(self, "said", [])
        object.__setattr__(self, "over", threading.Event())

    def start(self, words: str) -> Any:
        self.said.append(words)  # type: ignore[attr-defined]
        return self

    def wait(self, _: float | None = None) -> None:
        self.over.wait(5)  # type: ignore[attr-defined]
        self.over.clear()  # type: ignore[attr-defined]

    def stop(self, _: Any) -> None:
        self.said.append("")  # type: ignore[attr-defined]
        self.over.set()  # type: ignore[attr-defined]


def heard(speaker: Any, count: int) -> list[str]:
    until_s = time.monotonic() + 5
    while len(speaker.said) < count and time.monotonic() < until_s:
        time.sleep(0.005)
    return list(speaker.said)


def test_one_thing_is_said_at_a_time_and_faults_before_counts() -> None:
    speaker: Any = Slow()
    voice = Voice(speaker)
    voice.say("1", 1)
    assert heard(speaker, 1) == ["1"]
    voice.say("2", 1)
    voice.say("Ready", 2)
    voice.say("3", 1)
    time.sleep(0.02)
    assert heard(speaker, 1) == ["1"]  # still at it
    speaker.over.set()
    assert heard(speaker, 2) == ["1", "3"]  # the latest count, and nothing lesser
    voice.say("Back rounding", 0)
    assert heard(speaker, 4) == ["1", "3", "", "Back rounding"]  # it cut the count short
    voice.say("Back arching", 0)
    time.sleep(0.02)
    assert len(speaker.said) == 4
    speaker.over.set()
    assert heard(speaker, 5)[-1] == "Back arching"
    speaker.over.set()


def test_what_has_waited_too_long_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "_STALE_S", 0.01)
    speaker: Any = Slow()
    voice = Voice(speaker)
    voice.say("1", 1)
    heard(speaker, 1)
    voice.say("2", 1)
    time.sleep(0.05)
    speaker.over.set()
    time.sleep(0.05)
    voice.say("3", 1)
    assert heard(speaker, 2) == ["1", "3"]
    speaker.over.set()


@pytest.mark.parametrize(
    ("platform", "there", "program"),
    [
        ("linux", {"spd-say", "espeak-ng"}, "spd-say"),
        ("linux", {"espeak-ng"}, "espeak-ng"),
        ("darwin", {"say"}, "say"),
        ("win32", {"powershell"}, "powershell"),
        ("linux", set(), None),
    ],
)
def test_the_systems_own_voice_is_found(
    monkeypatch: pytest.MonkeyPatch, platform: str, there: set[str], program: str | None
) -> None:
    monkeypatch.setattr("formcheck.live.speech.sys.platform", platform)
    monkeypatch.setattr(
        "formcheck.live.speech.shutil.which", lambda name: name if name in there else None
    )
    found = find_speaker()
    assert (found.command[0] if found else None) == program


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
@pytest.mark.parametrize("by_variable", [False, True])
def test_words_are_handed_to_the_program_and_never_run(tmp_path: Path, by_variable: bool) -> None:
    written = tmp_path / "said"
    source = "$FORMCHECK_SAID" if by_variable else "$1"
    script = f'printf %s "{source}" > "{written}"'
    words = "3; touch gone $(id) `id`"
    Speaker(("sh", "-c", script, "sh"), by_variable=by_variable).start(words).wait(10)
    assert written.read_text() == words


def test_without_a_voice_cues_sound_and_counts_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(speech, "tone_player", lambda _: (rung.append, "tones"))
    hear, how = listener(lambda: None, voice=False)
    hear(rep_event(1, 1, CountedRep(measured_rep(1), (), ended=True), "squat"))
    hear(cue_event(1, Cue("lumbar-flexion", "Back rounding", "stop", 1, "")))
    assert (how, rung) == ("tones", ["lumbar-flexion"])
