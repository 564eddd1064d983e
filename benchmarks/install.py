"""What a stranger gets: wheel and sdist, each into clean environments, each put to work.

    python benchmarks/install.py [--python PATH]... [--out benchmarks/install.md]

PATH is an interpreter; python3.11, python3.12 and python3.13 if none is given. pip wants
a network. The environments are made in a temporary folder, 1 GB each, one after the
other. The first of them fetches the pose model, as a first run does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.script import ROOT, SAMPLES, options

SAMPLE = SAMPLES / "deadlift-fatigue.mp4"
EXTRAS = "[batch,s3,serve,sound]"
PYTHONS = ("python3.11", "python3.12", "python3.13")
ABOUT = """# Installation

Written by `python benchmarks/install.py`: each row a clean environment with nothing in it but what
pip brought, put to work on a sample in a folder outside the checkout; in the first the pose model
is fetched as well. Development packages are those that the extra `dev` alone asks for: what runs
without them does not need them. A camera, sound and a display are for `formcheck live` alone.
"""
HEAD = (
    "| Python | from | packages | on disk | installed in | OpenCV | development packages | "
    "main job | doctor |",
    "|---|---|---|---|---|---|---|---|---|",
)
# Runs in the new environment: what is installed there, and what only "dev" asks for.
LOOK = """
import json, re
from importlib import metadata
def plain(name): return re.sub(r"[-_.]+", "-", name).lower()
installed = {plain(one.name): one.version for one in metadata.distributions()}
def named(lines):
    return {plain(re.match(r"[\\w.-]+", line)[0]) for line in lines}
lines = metadata.requires("formcheck")
dev = named(line for line in lines if re.search("extra == .dev.", line))
others = named(line for line in lines if not re.search("extra == .dev.", line))
for one in metadata.distributions():
    if plain(one.name) != "formcheck":
        others |= named(line for line in one.requires or () if "extra ==" not in line)
print(json.dumps({"installed": installed, "dev": sorted(dev - others - {"formcheck"})}))
"""


@dataclass(frozen=True)
class Environment:
    """A clean environment, and where it is put to work: not in the checkout."""

    folder: Path
    cache: Path

    @property
    def programs(self) -> Path:
        """Where its programs lie."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of its programs in its own folder, with nothing of ours in the way."""
        surroundings = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "FORMCHECK", "VIRTUAL_ENV"))
        }
        return subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            env=surroundings | {"FORMCHECK_CACHE": str(self.cache)},
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, program: str, *arguments: str) -> str:
        """Run it, and stop with what it said if it fails."""
        run = self.run(program, *arguments)
        if run.returncode:
            sys.exit(f"{program} {' '.join(arguments)}: {run.returncode}\n{run.stderr[-3000:]}")
        return run.stdout


def built(folder: Path) -> dict[str, str]:
    """What pip is given: the wheel and the sdist, as published, and the wheel with extras."""
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": f"{wheel}", "sdist": f"{sdist}", EXTRAS: f"{wheel}{EXTRAS}"}


def row(python: str, form: str, artefact: str, environment: Environment) -> str:
    """Install, look, work; a row of the table."""
    subprocess.run([python, "-m", "venv", str(environment.folder)], check=True)
    began = time.monotonic()
    environment.must("python", "-m", "pip", "install", "-q", artefact)
    install_s = time.monotonic() - began
    told = json.loads(environment.must("python", "-c", LOOK))
    installed: dict[str, str] = told["installed"]
    cells = (
        environment.must("python", "-V").split()[1],
        form,
        str(len(installed)),
        f"{size_mb(environment.folder):.0f} MB",
        f"{install_s:.0f} s",
        ", ".join(f"{name} {installed[name]}" for name in installed if name.startswith("opencv")),
        # What it runs without, it does not need.
        ", ".join(name for name in told["dev"] if name in installed) or "none",
        batch_job(environment) if form == EXTRAS else main_job(environment),
        verdict(environment),
    )
    return f"| {' | '.join(cells)} |"


def size_mb(folder: Path) -> float:
    """What lies in a folder, in megabytes."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main_job(environment: Environment) -> str:
    """Analyse the sample; what came out, and which files."""
    clip = environment.folder / SAMPLE.name
    shutil.copy(SAMPLE, clip)
    began = time.monotonic()
    environment.must("formcheck", "analyze", clip.name, "--quiet")
    took_s = time.monotonic() - began
    result = environment.folder / "results" / clip.stem
    document = json.loads((result / "analysis.json").read_text(encoding="utf-8"))
    files = sum(1 for _ in result.iterdir())
    fatigue = document["fatigue"]["verdict"]
    return f"{len(document['reps'])} reps, {fatigue}, {files} files in {took_s:.0f} s"


def batch_job(environment: Environment) -> str:
    """Analyse the sample as a folder of clips; what the last line says."""
    (environment.folder / "clips").mkdir()
    shutil.copy(SAMPLE, environment.folder / "clips")
    told = environment.must("formcheck", "batch", "clips", "--no-video", "--quiet")
    return f"batch: {told.splitlines()[-1].partition('.')[0]}"


def verdict(environment: Environment) -> str:
    """What the doctor says in there."""
    run = environment.run("formcheck", "doctor", "--json")
    checks = json.loads(run.stdout)["checks"]
    ill = [f"{one['status']} {one['name']}" for one in checks if one["status"] != "ok"]
    return f"exit {run.returncode}, {len(checks)} checks" + (f"; {', '.join(ill)}" if ill else "")


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = options(__doc__, "install.md")
    parser.add_argument("--python", action="append", metavar="PATH")
    arguments = parser.parse_args(given)
    lines = list(HEAD)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        artefacts = built(work / "dist")
        pythons = arguments.python or PYTHONS
        runs = [(python, form) for python in pythons for form in ("wheel", "sdist")]
        for python, form in [*runs, (pythons[-1], EXTRAS)]:
            environment = Environment(work / "environment", work / "cache")
            lines.append(row(python, form, artefacts[form], environment))
            print(lines[-1], flush=True)
            shutil.rmtree(environment.folder)
        sizes_kb = {
            form: Path(path.split("[")[0]).stat().st_size / 1e3
            for form, path in artefacts.items()
            if "[" not in path
        }
    sizes = ", ".join(f"{form} {size_kb:.0f} kB" for form, size_kb in sizes_kb.items())
    text = "\n".join([f"{ABOUT}\nTo be downloaded: {sizes}, and what it needs.\n", *lines])
    arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
