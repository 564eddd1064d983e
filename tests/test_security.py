"""What no clip, no name and no folder may do; see docs/security.md.

What belongs to one part is tested with it: pages in test_report and test_index, tables
and paths in test_batch, the served page in test_serve, models in test_models, tracks in
test_track, playlists and scripts that pass for videos in test_video.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run

import formcheck
from formcheck.batch.clips import Clip
from formcheck.plain import plain

SOURCES = sorted(Path(formcheck.__file__).parent.rglob("*.py"))
# Reading with these runs whatever the writer wanted.
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "yaml"}
UNSAFE_CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "tempfile.mktemp"}


def faults(tree: ast.AST) -> Iterator[str]:
    """What is unsafe in a module, whatever it is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            yield from (name for name in names if name.split(".")[0] in UNSAFE_MODULES)
        elif isinstance(node, ast.Call):
            yield from _call_faults(ast.unparse(node.func), node)


def _call_faults(called: str, node: ast.Call) -> Iterator[str]:
    arguments = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if called in UNSAFE_CALLS or arguments.get("shell") == "True":
        yield called
    if called.endswith("np.load") and arguments.get("allow_pickle") != "False":
        yield called


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("import pickle", "pickle"),
        ("from yaml import load", "yaml"),
        ("subprocess.run(words, shell=True)", "subprocess.run"),
        ("np.load(path)", "np.load"),
        ("np.load(path, allow_pickle=True)", "np.load"),
        ("eval(text)", "eval"),
    ],
)
def test_the_scan_sees_what_it_looks_for(text: str, fault: str) -> None:
    assert list(faults(ast.parse(text))) == [fault]


def test_no_pickle_no_shell_no_code_from_data() -> None:
    assert len(SOURCES) > 100
    found = {file.name: list(faults(ast.parse(file.read_text("utf-8")))) for file in SOURCES}
    assert {name: unsafe for name, unsafe in found.items() if unsafe} == {}


# As a console script: its own folder is on the path, the current one is not.
SCRIPT = """
import multiprocessing, sys
if __name__ == "__main__":
    if "by us" in sys.argv:
        from formcheck import cli
        sys.argv[1:] = ["--version"]
        try:
            cli.main()
        except SystemExit:
            pass
    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()
    process.join()
"""


@pytest.mark.parametrize("by_us", [False, True])
def test_a_module_beside_the_clips_is_not_run(tmp_path: Path, by_us: bool) -> None:
    """Python's own way to start processes runs it, which shows that this test can fail."""
    script, clips = tmp_path / "bin" / "script.py", tmp_path / "clips"
    script.parent.mkdir()
    script.write_text(SCRIPT, encoding="utf-8")
    clips.mkdir()
    taken = tmp_path / "taken"
    evil = f"open({str(taken)!r}, 'w').close()\nraise ImportError('not the real one')\n"
    (clips / "multiprocessing.py").write_text(evil, encoding="utf-8")
    command = [sys.executable, str(script), *["by us"] * by_us]
    subprocess.run(command, cwd=clips, capture_output=True, check=False, timeout=60)
    assert taken.exists() != by_us


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("s3://bucket/a/clip.mp4", "clip.mp4"),
        ("s3://bucket/a/..", "clip"),
        ("s3://bucket/..\\..\\clip.mp4", "clip.mp4"),
        ("s3://bucket/..\\..", "clip"),
        ("", "clip"),
    ],
)
def test_a_fetched_clip_stays_in_its_folder(tmp_path: Path, url: str, name: str) -> None:
    assert Clip(url).file_name == name
    assert (tmp_path / Clip(url).file_name).resolve().parent == tmp_path.resolve()


def test_names_do_not_steer_the_terminal(tmp_path: Path) -> None:
    assert plain("Ann é 🏋 two\nlines", lines=True) == "Ann é 🏋 two\nlines"
    clip = tmp_path / "\x1b]0;taken\x07\x1b[31m.mp4"
    clip.write_text("no video", encoding="utf-8")
    result = run("report", clip)
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert "]0;taken" in result.stderr
