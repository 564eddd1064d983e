"""Back pain after training: muscle soreness or a sign of injury, and when to see whom.

The rules are data: each question leads to one outcome. The most urgent outcome that
any "yes" leads to wins over everything reassuring; a question without an answer is
not a "no". It sorts by urgency and never diagnoses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from formcheck.errors import ConfigurationError

__all__ = [
    "CARE",
    "OUTCOMES",
    "QUESTIONS",
    "Answer",
    "Level",
    "Question",
    "SymptomOutcome",
    "assess",
]

Answer = Literal["yes", "no", "unknown"]
# From the most urgent one.
Level = Literal[
    "emergency", "prompt", "professional", "possible-injury", "incomplete", "watch", "soreness"
]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    code : str
        Its name in files of answers.
    text : str
    sign : str
        What a "yes" tells, as it is named among the reasons.
    leads_to : str
        The outcome that a "yes" leads to. For ``"soreness"`` every question with it
        must be a "yes", and nothing may lead elsewhere.
    """

    code: str
    text: str
    sign: str
    leads_to: Level


@dataclass(frozen=True)
class SymptomOutcome:
    """What to do.

    Attributes
    ----------
    level : str
    headline : str
        What the answers point to.
    action : str
        What to do, and how soon.
    reasons : tuple of str
        The signs that led here.
    open_questions : tuple of str
        Codes of unanswered questions that could make it more urgent.
    """

    level: Level
    headline: str
    action: str
    reasons: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()


CARE = (
    "This guide sorts by urgency. It is not a diagnosis and does not replace a professional: if "
    "you are worried, see one whatever it says."
)

QUESTIONS: tuple[Question, ...] = (
    Question(
        "bladder_or_bowel",
        "Have you suddenly lost control of your bladder or your bowels?",
        "sudden loss of bladder or bowel control",
        "emergency",
    ),
    Question(
        "numb_or_weak_leg",
        "Is there numbness, tingling or weakness in a leg or foot that is new or getting worse?",
        "new or growing numbness, tingling or weakness in a leg or foot",
        "prompt",
    ),
    Question(
        "pain_down_leg",
        "Does the pain run from the back down into a leg?",
        "pain that runs down a leg",
        "prompt",
    ),
    Question(
        "wakes_at_night",
        "Is the pain strong enough to wake you from sleep?",
        "pain that wakes you from sleep",
        "prompt",
    ),
    Question("severe", "Is the pain severe?", "severe pain", "professional"),
    Question(
        "constant",
        "Is the pain there all the time, whatever you do?",
        "pain that never stops",
        "professional",
    ),
    Question(
        "worse_over_48_h",
        "Has the pain kept growing over the last 48 hours?",
        "pain that grows over 48 hours",
        "professional",
    ),
    Question(
        "unchanged_for_a_week",
        "Has the pain stayed the same for more than a week, although you rested from what brings "
        "it on?",
        "pain that has not changed in a week of rest",
        "professional",
    ),
    Question(
        "sharp_or_sudden",
        "Is the pain sharp, stabbing or shooting, or did it begin at once during an exercise?",
        "sharp pain, or pain that began at once during an exercise",
        "possible-injury",
    ),
    Question(
        "worse_moving",
        "Does the pain get worse as you move, or fail to ease when you rest?",
        "pain that grows with movement or does not ease with rest",
        "possible-injury",
    ),
    Question(
        "dull_both_sides",
        "Is it a dull ache, stiffness or tightness, much the same on both sides of the back?",
        "a dull ache or tightness on both sides",
        "soreness",
    ),
    Question(
        "eases",
        "Does it ease a little with gentle movement, and leave your daily life as it was?",
        "it eases with gentle movement and does not get in the way of the day",
        "soreness",
    ),
)

OUTCOMES: Mapping[Level, SymptomOutcome] = {
    outcome.level: outcome
    for outcome in (
        SymptomOutcome(
            "emergency",
            "This needs emergency care now.",
            "Go to an emergency department at once or call an ambulance: severe pressure on nerves "
            "has to be ruled out.",
        ),
        SymptomOutcome(
            "prompt",
            "These are warning signs that a doctor should see promptly.",
            "See a doctor promptly, and do not wait for it to pass. Do not train until then. If "
            "you lose control of bladder or bowels, go to an emergency department at once.",
        ),
        SymptomOutcome(
            "professional",
            "This should be looked at by a professional.",
            "Make an appointment with a doctor or physiotherapist, and leave out what brings the "
            "pain on until then.",
        ),
        SymptomOutcome(
            "possible-injury",
            "This is more like an injury than like muscle soreness.",
            "Stop what brings it on and rest from it. See a professional if it is severe, never "
            "stops or grows over 48 hours, or is unchanged after a week.",
        ),
        SymptomOutcome(
            "incomplete",
            "Without all answers nothing reassuring can be said.",
            "Answer the open questions; if you cannot, ask a professional.",
        ),
        SymptomOutcome(
            "watch",
            "No warning sign, but it is not plainly muscle soreness either.",
            "Rest from what brings it on and keep moving gently. See a professional if it grows "
            "over 48 hours, is unchanged after a week, or a warning sign appears.",
        ),
        SymptomOutcome(
            "soreness",
            "This fits ordinary muscle soreness.",
            "Keep moving gently and train lighter until it has gone. Soreness is at its worst "
            "after 24 to 48 hours and then fades; see a professional if it does not, or if a "
            "warning sign appears.",
        ),
    )
}

_LEVELS: tuple[Level, ...] = tuple(OUTCOMES)
_CODES = frozenset(question.code for question in QUESTIONS)


def assess(answers: Mapping[str, Answer]) -> SymptomOutcome:
    """Sort answers by urgency.

    Parameters
    ----------
    answers : mapping
        "yes", "no" or "unknown" by code of the question; what is missing is unknown.

    Returns
    -------
    SymptomOutcome

    Raises
    ------
    ConfigurationError
        For a question or an answer that does not exist.
    """
    _check(answers)
    told = {q.code: answers.get(q.code, "unknown") for q in QUESTIONS}
    signs = [q for q in QUESTIONS if told[q.code] == "yes" and q.leads_to != "soreness"]
    unknown = [q for q in QUESTIONS if told[q.code] == "unknown" and q.leads_to != "soreness"]
    if signs:
        level = min((q.leads_to for q in signs), key=_LEVELS.index)
        urgent = [q for q in unknown if _LEVELS.index(q.leads_to) < _LEVELS.index(level)]
        return _outcome(level, [q.sign for q in signs], urgent)
    if unknown:
        return _outcome("incomplete", [f"no answer: {q.sign}" for q in unknown], unknown)
    sore = [q for q in QUESTIONS if q.leads_to == "soreness"]
    if all(told[q.code] == "yes" for q in sore):
        return _outcome("soreness", ["no warning sign", *(q.sign for q in sore)], [])
    missing = [f"not so, or not known: {q.sign}" for q in sore if told[q.code] != "yes"]
    return _outcome("watch", ["no warning sign", *missing], [])


def _outcome(level: Level, reasons: list[str], unanswered: list[Question]) -> SymptomOutcome:
    words = OUTCOMES[level]
    return SymptomOutcome(
        level, words.headline, words.action, tuple(reasons), tuple(q.code for q in unanswered)
    )


def _check(answers: Mapping[str, Answer]) -> None:
    unknown = sorted(set(answers) - _CODES)
    if unknown:
        raise ConfigurationError(
            f"There is no question {unknown[0]!r}.\nThe questions are: "
            f"{', '.join(q.code for q in QUESTIONS)}."
        )
    for code, answer in answers.items():
        if answer not in {"yes", "no", "unknown"}:
            raise ConfigurationError(
                f"{code} is answered {answer!r}; answer it yes, no or unknown."
            )
