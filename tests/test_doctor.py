"""The doctor finds what is really wrong, says what to do, and changes nothing."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from clipmaker import SAMPLES
from commands import run
from packaging.requirements import Requirement

from formcheck import doctor
from formcheck.doctor import Check, examination, machine, media, packages, pose_model, probes

Patch = pytest.MonkeyPatch


# --- the examination ------------------------------------------------------------------


def test_what_is_not_well_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="says what to do"):
        Check("Disk", "fail", "full")
    assert Check("Disk", "ok", "empty").advice == ""


def looking(patch: Patch, **looks: Callable[[], Any]) -> None:
    patch.setattr(examination, "CHECKS", looks)
    patch.setattr(machine, "results_folder", lambda _: [])


def test_one_check_that_breaks_does_not_end_the_others(monkeypatch: Patch) -> None:
    def broken() -> Check:
        raise RuntimeError("no such thing\nand more")

    looking(monkeypatch, first=broken, second=lambda: Check("second", "ok", "fine"))
    first, second = doctor.examine()
    assert (first.name, first.status, first.found) == (
        "first",
        "fail",
        "RuntimeError: no such thing",
    )
    assert first.advice
    assert second.status == "ok"


@pytest.mark.parametrize(
    ("status", "code", "last"),
    [
        ("ok", 0, "Fit for the work."),
        ("warn", 0, "Fit for the work; 1 warnings about what not everybody needs."),
        ("fail", 2, "1 of 1 checks failed: fix these, from the top."),
    ],
)
def test_exit_code_and_last_line(monkeypatch: Patch, status: Any, code: int, last: str) -> None:
    looking(monkeypatch, one=lambda: Check("Camera", status, "seen [so]", "do this"))
    result = run("doctor")
    assert result.exit_code == code
    lines = result.stdout.splitlines()
    assert lines[0].split() == [status, "Camera:", "seen", "[so]"]
    assert lines[1].strip() == "do this"
    assert lines[-1] == last


def test_json_holds_every_check_and_nothing_else(monkeypatch: Patch) -> None:
    looking(monkeypatch, one=lambda: Check("Camera", "fail", "none", "buy one"))
    result = run("doctor", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 2
    assert told["fit"] is False
    assert told["checks"] == [
        {"name": "Camera", "status": "fail", "found": "none", "advice": "buy one"}
    ]


@pytest.mark.usefixtures("pose_model")
def test_this_machine_is_fit(tmp_path: Path, monkeypatch: Patch) -> None:
    """All tests run here, so nothing that clips need may be called wrong."""
    monkeypatch.chdir(tmp_path)
    result = run("doctor", "--json", "--out", str(tmp_path / "results"))
    told = json.loads(result.stdout)
    assert [one for one in told["checks"] if one["status"] == "fail"] == []
    assert result.exit_code == 0
    names = {one["name"] for one in told["checks"]}
    assert set(doctor.CHECKS) - {"Extras"} <= names
    assert "Extra batch" in names
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "fault",
    [
        "raise ImportError('libGL.so.1: cannot open shared object file')",
        "raise OSError('libEGL.so.1: cannot open shared object file')",
        "raise ModuleNotFoundError('no cv2', name='cv2')",
    ],
)
def test_whoever_lacks_a_library_is_sent_to_the_doctor(tmp_path: Path, fault: str) -> None:
    (tmp_path / "cv2.py").write_text(fault, encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from formcheck.cli import main"
    command = [sys.executable, "-c", f"{program}; main()", "analyze", str(SAMPLES / "squat.mp4")]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == "See what to do with: formcheck doctor"
    assert "Traceback" not in result.stderr


# --- the machine ----------------------------------------------------------------------


def test_an_old_python_is_refused(monkeypatch: Patch) -> None:
    assert machine.python().status == "ok"
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert machine.python().status == "fail"
    assert "3.11" in machine.python().advice


def test_a_missing_library_names_its_debian_package(monkeypatch: Patch) -> None:
    def load(name: str) -> object:
        if name in {"libEGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"}:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", load)
    check = machine.libraries()
    assert check.status == "fail"
    assert "libEGL.so.1" in check.found
    assert check.advice.endswith("apt-get install libegl1 libglib2.0-0")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert machine.libraries().status == "ok"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at a Linux library")
@pytest.mark.parametrize("module", ["mediapipe", "cv2"])
def test_the_list_of_libraries_is_what_the_wheels_lack(module: str) -> None:
    """Whatever graphics library they are linked to, and do not bring, the doctor knows."""
    home = importlib.util.find_spec(module)
    assert home is not None
    assert home.origin is not None
    needed: set[str] = set()
    for file in Path(home.origin).parent.rglob("*.so"):
        linked = subprocess.run(["ldd", file], capture_output=True, text=True, check=False).stdout
        needed |= {line.split()[0] for line in linked.splitlines() if "=>" in line}
    graphical = {name for name in needed if name.startswith(("libEGL.", "libGLES", "libGL."))}
    assert graphical
    assert graphical <= set(machine._LIBRARIES)


@pytest.mark.parametrize(
    ("free_bytes", "status"), [(10**7, "fail"), (5 * 10**8, "warn"), (10**11, "ok")]
)
def test_a_disk_that_is_nearly_full(
    tmp_path: Path, monkeypatch: Patch, free_bytes: int, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    check = machine.results_folder(tmp_path / "not" / "there" / "yet")
    assert check.status == status
    assert str(tmp_path) in check.found
    assert ("--out" in check.advice) == (status != "ok")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_fails_by_being_written_to(tmp_path: Path, monkeypatch: Patch) -> None:
    class Full:
        def __init__(self, **_: object) -> None: ...
        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None: ...
        def write(self, _: bytes) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    check = machine.results_folder(tmp_path)
    assert (check.status, check.found) == ("fail", f"{tmp_path}: No space left on device")


def test_a_file_in_the_place_of_the_results(tmp_path: Path) -> None:
    (tmp_path / "results").touch()
    check = machine.results_folder(tmp_path / "results")
    assert check.status == "fail"
    assert "Not a directory" in check.found


def test_settings_that_cannot_be_read(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.chdir(tmp_path)
    assert machine.configuration().status == "ok"
    (tmp_path / "formcheck.toml").write_text("[weights]\nroundin = 3\n", encoding="utf-8")
    check = machine.configuration()
    assert check.status == "fail"
    assert "roundin" in check.found
    assert "formcheck config show" in check.advice


# --- packages -------------------------------------------------------------------------


def installed(patch: Patch, **versions: str) -> None:
    """Have these distributions of OpenCV and no others."""
    found = [
        SimpleNamespace(name=name.replace("_", "-"), version=version)
        for name, version in versions.items()
    ]
    patch.setattr(metadata, "distributions", lambda: found)


def test_one_opencv_is_here() -> None:
    assert packages.opencv().status == "ok"
    assert packages.opencv().found.startswith("opencv-contrib-python ")


def test_two_opencvs_are_named_with_the_way_out(monkeypatch: Patch) -> None:
    installed(monkeypatch, opencv_contrib_python="5.1.0", OpenCV_Python="4.12.0")
    check = packages.opencv()
    assert check.status == "fail"
    assert check.found == "2 of them: opencv-contrib-python 5.1.0, opencv-python 4.12.0"
    assert "pip uninstall -y opencv-contrib-python opencv-python" in check.advice
    assert check.advice.endswith("--no-deps opencv-contrib-python")


def test_another_opencv_alone_is_a_warning(monkeypatch: Patch) -> None:
    installed(monkeypatch, opencv_python_headless="4.12.0")
    assert packages.opencv().status == "warn"
    installed(monkeypatch)
    assert packages.opencv().found == "one that pip did not install"


def test_an_opencv_that_cannot_be_loaded(monkeypatch: Patch) -> None:
    monkeypatch.setattr(packages, "failed_alone", lambda _: "libGL.so.1: cannot open")
    check = packages.opencv()
    assert check.status == "fail"
    assert check.found.endswith("cannot be loaded: libGL.so.1: cannot open")


def requiring(patch: Patch, *lines: str) -> None:
    patch.setattr(metadata, "requires", lambda _: list(lines))


def test_packages_of_the_wrong_version_or_none(monkeypatch: Patch) -> None:
    assert packages.packages().status == "ok"
    version = metadata.version("numpy")
    requiring(monkeypatch, "numpy<1", "no-such-package>=2", "scipy", "ruff<0; extra == 'dev'")
    check = packages.packages()
    assert check.status == "fail"
    assert check.found == f"numpy is {version}, not <1; no-such-package is missing"
    assert check.advice == "Run: pip install 'numpy<1' 'no-such-package>=2'"


def test_an_extra_is_there_or_not_or_half(monkeypatch: Patch) -> None:
    requiring(
        monkeypatch,
        "numpy",
        "numpy; extra == 'batch'",
        "scipy; extra == 'batch'",
        "no-such-package; extra == 'serve'",
        "scipy; extra == 's3'",
        "no-such-package; extra == 's3'",
    )
    found = {check.name: check for check in packages.extras()}
    assert found["Extra batch"].found == "installed: many clips, and their history"
    assert found["Extra serve"].status == "ok"
    assert found["Extra serve"].advice == "If wanted: pip install 'formcheck[serve]'"
    assert found["Extra s3"].status == "warn"
    assert found["Extra s3"].found == "no-such-package is missing"


def test_every_extra_of_the_project_is_explained() -> None:
    declared = set(metadata.metadata("formcheck").get_all("Provides-Extra") or ())
    assert declared - {"dev"} == set(packages._EXTRAS)
    assert all(Requirement(line) for line in metadata.requires("formcheck") or ())


# --- the pose model -------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: Patch) -> Path:
    monkeypatch.setenv("FORMCHECK_CACHE", str(tmp_path))
    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    return tmp_path


def test_an_absent_model_is_a_warning_and_not_fetched(cache: Path) -> None:
    (check,) = pose_model.model_files()
    assert check.status == "warn"
    assert check.advice.endswith("formcheck models fetch full")
    assert pose_model.mediapipe_runs().found == "it loads"
    assert list(cache.iterdir()) == []


def test_a_damaged_model_is_a_failure(cache: Path, pose_model: Any) -> None:
    content = bytearray(pose_model.path.read_bytes())
    content[len(content) // 2] ^= 1
    (cache / "pose_landmarker_full.task").write_bytes(content)
    (cache / "pose_landmarker_lite.task").write_bytes(b"half")
    full, lite = doctor.pose_model.model_files()
    assert full.status == "fail"
    assert "checksum differs" in full.found
    assert full.advice == "Run: formcheck models fetch full"
    assert lite.status == "warn"


def test_a_model_of_ones_own(tmp_path: Path, monkeypatch: Patch, pose_model: Any) -> None:
    monkeypatch.setenv("FORMCHECK_MODEL", str(pose_model.path))
    (check,) = doctor.pose_model.model_files()
    assert check.status == "ok"
    assert pose_model.sha256 in check.found
    (tmp_path / "own.task").write_bytes(b"no model")
    monkeypatch.setenv("FORMCHECK_MODEL", str(tmp_path / "own.task"))
    (check,) = doctor.pose_model.model_files()
    assert check.status == "fail"
    assert "not a whole pose model" in check.found


def test_mediapipe_that_does_not_run(monkeypatch: Patch) -> None:
    monkeypatch.setattr(pose_model, "failed_alone", lambda _: "libEGL.so.1: cannot open")
    check = pose_model.mediapipe_runs()
    assert (check.status, check.found) == ("fail", "libEGL.so.1: cannot open")


# --- probes ---------------------------------------------------------------------------


def test_a_probe_is_not_misled_by_the_current_folder(tmp_path: Path, monkeypatch: Patch) -> None:
    (tmp_path / "cv2.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert probes.failed_alone("opencv") == ""


def test_a_probe_that_breaks_crashes_or_hangs(monkeypatch: Patch) -> None:
    assert probes.failed_alone("unheard of") == "'unheard of'"
    monkeypatch.setattr(probes, "_START", "import os; os.abort()")
    assert probes.failed_alone("opencv") == "the process ended with code -6"
    monkeypatch.setattr(probes, "_START", "import time; time.sleep(30)")
    assert probes.failed_alone("opencv", timeout_s=0.5) == "it did not answer within 0.5 s"


# --- pictures and sound ---------------------------------------------------------------


def test_video_is_written_and_read() -> None:
    assert media.video().status == "ok"
    assert media.phone_video().status == "ok"


def test_an_encoder_that_is_not_there(monkeypatch: Patch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "no-ffmpeg"))
    check = media.video()
    assert check.status == "fail"
    assert "no-ffmpeg" in check.found
    assert "imageio-ffmpeg" in check.advice
    assert media.phone_video().status == "warn"


@pytest.mark.parametrize(
    ("greys", "fault"),
    [
        (range(20, 20 + 16 * 9, 16), "9 of 12 frames came back"),
        (range(60, 60 + 16 * 12, 16), "the pictures came back with other brightness"),
    ],
)
def test_video_that_comes_back_wrong(monkeypatch: Patch, greys: range, fault: str) -> None:
    write = media._as_we_write

    def write_wrong(clip: Path) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(media, "_GREYS", greys)
            write(clip)

    monkeypatch.setattr(media, "_as_we_write", write_wrong)
    assert media.video().found == fault


def test_no_camera(monkeypatch: Patch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")  # so that /dev is not looked at
    monkeypatch.setattr(media, "failed_alone", lambda *_, **__: "camera 0 gives no picture.")
    check = media.camera()
    assert (check.status, check.found) == ("warn", "camera 0 gives no picture.")
    assert "formcheck live --camera 1" in check.advice
    monkeypatch.setattr(media, "failed_alone", lambda *_, **__: "")
    assert media.camera().status == "ok"


def test_no_display(monkeypatch: Patch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    check = media.display()
    assert check.status == "warn"
    assert "formcheck serve" in check.advice


def with_sound(patch: Patch, query: Callable[..., Any]) -> Check:
    patch.setitem(sys.modules, "sounddevice", SimpleNamespace(query_devices=query))
    return media.sound()


def test_sound(monkeypatch: Patch) -> None:
    def none(**_: object) -> dict[str, str]:
        raise ValueError("No output device matching ''")

    assert with_sound(monkeypatch, none).found == "No output device matching ''"
    check = with_sound(monkeypatch, lambda **_: {"name": "Speakers"})
    assert (check.status, check.found) == ("ok", "Speakers")


def test_sound_without_its_library(monkeypatch: Patch, tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    check = media.sound()
    assert check.status == "warn"
    assert check.advice.endswith("apt-get install libportaudio2")


def test_no_temporary_folder(monkeypatch: Patch) -> None:
    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert machine.scratch().status == "fail"
    assert "TMPDIR" in machine.scratch().advice


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may all")
def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert machine.results_folder(tmp_path / "results").status == "fail"
