"""What the benchmarks' scripts share: where things lie, their options, and ffmpeg."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg

__all__ = ["BENCHMARKS", "FORMCHECK", "LABELLED", "ROOT", "SAMPLES", "options", "run_ffmpeg"]

BENCHMARKS = Path(__file__).parents[1]
ROOT = BENCHMARKS.parent
FORMCHECK = (sys.executable, "-m", "formcheck")
SAMPLES = ROOT / "samples"
# Labelled clips of real people, which are no part of the project.
LABELLED = ROOT.parent / "shared" / "clips"


def options(about: str | None, page: str) -> argparse.ArgumentParser:
    """The parser of a script that writes a page beside itself, or to --out."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--out", type=Path, default=BENCHMARKS / page)
    return parser


def run_ffmpeg(*arguments: str | Path) -> None:
    """Run the ffmpeg program; its words are shown where it fails."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")
