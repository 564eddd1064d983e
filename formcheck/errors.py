"""What can go wrong, as one small tree.

::

    FormcheckError
    ├── InputError          a clip or track cannot be read                 exit code 1
    ├── ConfigurationError  the command, a setting or the machine          exit code 2
    │   ├── ModelError      no usable pose model
    │   └── OutputError     a result cannot be written
    └── NothingMeasured     no person, no side view, no repetition         exit code 3

Every message says what was wrong, with what, and what to do about it, in one
or two lines.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "FormcheckError",
    "InputError",
    "ModelError",
    "NothingMeasured",
    "OutputError",
]


class FormcheckError(Exception):
    """Base of all errors that formcheck raises on purpose."""

    exit_code = 1


class InputError(FormcheckError):
    """A clip or a saved track cannot be read."""


class ConfigurationError(FormcheckError):
    """The command, a setting or the machine does not allow the work."""

    exit_code = 2


class ModelError(ConfigurationError):
    """No usable pose model can be had."""


class OutputError(ConfigurationError):
    """A result cannot be written where it was asked for."""


class NothingMeasured(FormcheckError):  # noqa: N818 - a result, not a malfunction
    """The input was read in full, and shows nothing that can be measured."""

    exit_code = 3
