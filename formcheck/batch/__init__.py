"""Many clips: the analysis of one, mapped by Dask over the cores of one machine or many."""

from __future__ import annotations

from importlib.util import find_spec

from formcheck.errors import ConfigurationError

__all__ = ["need_packages"]


def need_packages() -> None:
    """Say how to have Dask and fsspec.

    Raises
    ------
    ConfigurationError
        If one of them is not installed.
    """
    missing = [name for name in ("distributed", "fsspec") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"Batches and their history need {' and '.join(missing)}.\n"
            "Run: pip install 'formcheck[batch]'"
        )
