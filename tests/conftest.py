"""What several tests need and may not have."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from formcheck.errors import ModelError
from formcheck.models.store import ResolvedModel, ensure

# A machine that others use as well is slow now and then.
hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")

CLIPS = Path(__file__).parent.parent.parent / "shared" / "clips"
# Files whose tests need MediaPipe or a browser take longest.
_SLOW = {"pose_model", "clips", "browser"}


def pytest_configure() -> None:
    """Small matrices shared out among cores take twice the time; the workers inherit this."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow files: at the end one worker would wait for the other."""
    slow = {item.path for item in items if _SLOW & set(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def pose_model() -> ResolvedModel:
    """The full pose model, fetched if need be; without it the test is skipped."""
    try:
        return ensure("full")
    except ModelError as error:
        pytest.skip(f"no pose model: {error}")


@pytest.fixture(scope="session")
def clips() -> Path:
    """The folder of labelled real clips, which are no part of the project."""
    if not CLIPS.is_dir():
        pytest.skip("the labelled clips are not here")
    return CLIPS
