"""Command line: ``python -m lifter``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from lifter.params import LIFT_NAMES

__all__ = ["main"]

_log = logging.getLogger("lifter")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lifter",
        description="Render clips of a procedural lifter whose lumbar angle is known.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    samples = commands.add_parser("samples", help="render the shipped samples again")
    samples.add_argument("--out", type=Path, default=Path("samples"), help="folder to write to")
    samples.add_argument("--only", nargs="*", metavar="NAME", help="only these samples")
    clip = commands.add_parser("clip", help="render one clip from a few choices")
    clip.add_argument("lift", choices=LIFT_NAMES)
    clip.add_argument("--out", type=Path, default=Path(), help="folder to write to")
    clip.add_argument("--name", help="name of the files (default: the lift)")
    clip.add_argument("--variant", default="", help="way of doing the lift (bodyweight, prone)")
    clip.add_argument(
        "--lumbar", type=float, nargs="+", metavar="DEG", help="far-end lumbar angle of each rep"
    )
    clip.add_argument("--facing", choices=("right", "left"), default="right")
    clip.add_argument("--yaw", type=float, default=0.0, metavar="DEG", help="camera yaw")
    clip.add_argument("--size", default="1280x720", metavar="WxH")
    clip.add_argument("--ease", type=float, default=0.1, help="0 tight shirt ... 1 loose")
    clip.add_argument("--seed", type=int, default=0)
    clip.add_argument("--masks", action="store_true", help="write the true silhouettes too")
    clip.add_argument("--back", action="store_true", help="write the back's true outline too")
    return parser


def _progress(done: int, total: int) -> None:
    if done % 60 == 0 or done == total:
        _log.info("%d of %d frames", done, total)


def _samples(out: Path, only: Sequence[str] | None) -> None:
    from lifter.gallery import write_samples

    write_samples(out, only, _progress)


def _clip(options: argparse.Namespace) -> None:
    from lifter.clip import write_clip
    from lifter.params import Camera, Clothes, Scene, SetPlan, Take

    width, height = (int(v) for v in options.size.split("x"))
    far = tuple(options.lumbar or (-10.0, -10.0, -10.0))
    take = Take(
        name=options.name or options.lift,
        clothes=Clothes(ease=options.ease),
        plan=SetPlan(
            lift=options.lift,
            variant=options.variant,
            far_lumbar_deg=far,
            concentric_s=(1.2,) * len(far),
            eccentric_s=(1.2,) * len(far),
        ),
        camera=Camera(facing=options.facing, yaw_deg=options.yaw, width_px=width, height_px=height),
        scene=Scene(seed=options.seed),
        seed=options.seed,
    )
    files = write_clip(
        take, options.out, masks=options.masks, back=options.back, progress=_progress
    )
    sys.stdout.write(f"{files.video}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        if options.command == "samples":
            _samples(options.out, options.only)
        else:
            _clip(options)
    except ValueError as error:
        _log.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
