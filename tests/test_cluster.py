"""`formcheck batch` on a cluster that runs already, with clips and results in an S3 server."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import fsspec
import pytest
from batches import put_track
from commands import free_port, process, run, wait_for_port

from formcheck.batch.places import Place
from formcheck.batch.results import read_results
from formcheck.errors import ConfigurationError

pytestmark = [
    pytest.mark.usefixtures("pose_model"),
    # s3fs and distributed leave sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """A bucket in an S3 server on loopback."""
    port = free_port()
    access = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
    with (
        pytest.MonkeyPatch.context() as patch,
        process("moto.server", "-H", "127.0.0.1", "-p", str(port)),
    ):
        for name, value in access.items():
            patch.setenv(name, value)
        wait_for_port(port)
        files = fsspec.filesystem("s3")
        files.mkdir("gym")
        yield "s3://gym"


@pytest.fixture(scope="module")
def scheduler(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers, each a process of its own, that know the store."""
    assert store
    port, folder = free_port(), str(tmp_path_factory.mktemp("workers"))
    address = f"tcp://127.0.0.1:{port}"
    quiet = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    with ExitStack() as started:
        started.enter_context(
            process(
                *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)),
                *quiet,
                DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1",
            )
        )
        wait_for_port(port)
        for _ in range(2):
            started.enter_context(
                process(
                    *("distributed.cli.dask_worker", address, "--nthreads", "1"),
                    *("--host", "127.0.0.1", "--local-directory", folder, "--no-dashboard"),
                )
            )
        yield address


def test_workers_without_a_shared_disk_analyse_a_store(
    store: str, scheduler: str, tmp_path: Path
) -> None:
    files = fsspec.filesystem("s3")
    lines = ["path,athlete,lift"]
    for i in range(6):
        local = put_track(tmp_path / f"{i}.npz", (0.0, 10.0 * i))
        files.put_file(str(local), f"gym/clips/{i}.npz")
        lines.append(f"{i}.npz,Ann,deadlift")
    lines.append("gone.npz,Ann,deadlift")
    files.pipe_file("gym/clips/list.csv", "\n".join(lines).encode())
    arguments = (f"{store}/clips/list.csv", "--out", f"{store}/season", "--scheduler", scheduler)

    first = run("batch", *arguments)
    assert first.exit_code == 1, first.output
    assert "6 measured" in first.stdout
    errors = files.cat_file("gym/season/errors.csv").decode("utf-8-sig").splitlines()
    assert [row["clip"] for row in csv.DictReader(errors)] == ["gone.npz"]
    results, unreadable = read_results(Place(f"{store}/season"))
    assert unreadable == []
    assert [result.clip.url for result in results] == [f"{store}/clips/{i}.npz" for i in range(6)]
    assert all(result.report for result in results)
    written = {path for path in files.find("gym/season") if "/clips/" not in path}
    assert {path.rsplit("/", 1)[1] for path in written} >= {
        *("index.html", "summary.csv", "reps.csv", "errors.csv"),
        *("history.sqlite", "plotly.min.js"),
    }

    again = run("batch", *arguments)
    assert "0 measured, 0 refused, 6 done before, 1 failed" in " ".join(again.stdout.split())

    local = put_track(tmp_path / "3.npz", (0.0, 1.0, 2.0))
    files.put_file(str(local), "gym/clips/3.npz")
    changed = run("batch", *arguments)
    assert "1 measured, 0 refused, 5 done before" in " ".join(changed.stdout.split())
    assert sorted(len(r.document.reps) for r in read_results(Place(f"{store}/season"))[0]) == [
        2
    ] * 5 + [3]


def test_a_cluster_does_what_is_on_a_shared_disk(scheduler: str, tmp_path: Path) -> None:
    lines = ["path,lift"]
    for i in range(8):
        put_track(tmp_path / f"{i}.npz", (0.0, 5.0))
        lines.append(f"{i}.npz,deadlift")
    (tmp_path / "list.csv").write_text("\n".join(lines))
    result = run(
        *("batch", tmp_path / "list.csv", "--out", tmp_path / "out"),
        *("--scheduler", scheduler, "--json"),
    )
    assert result.exit_code == 0, result.output
    workers = {
        line.split('"worker": "')[1].split('"')[0] for line in result.stdout.splitlines()[:-1]
    }
    assert len(workers) == 2


def test_history_reads_a_store(store: str, scheduler: str, tmp_path: Path) -> None:
    files = fsspec.filesystem("s3")
    local = put_track(tmp_path / "h.npz", (0.0, 10.0))
    files.put_file(str(local), "gym/other/h.npz")
    out = f"{store}/history"
    made = run(
        "batch",
        f"{store}/other/h.npz", "--athlete", "Eve", "-e", "deadlift", "--out", out,
        "--scheduler", scheduler,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    shown = run("history", out, "--athlete", "Eve")
    assert "Eve, deadlift: 1 set\n" in shown.stdout


def test_no_scheduler_is_exit_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.batch.cluster._CONNECT_S", 1)
    put_track(tmp_path / "a.npz")
    result = run(
        "batch",
        tmp_path / "a.npz", "--out", tmp_path / "out", "-e", "deadlift",
        "--scheduler", f"tcp://127.0.0.1:{free_port()}",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "no scheduler" in result.stderr


def test_an_unknown_protocol_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be reached"):
        Place("nowhere://x")
    result: Any = run("batch", "nowhere://x/a.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 2
