"""Which files a result has, and what the command says of wishes it cannot grant."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from commands import run
from figures import moving_lifter
from results import analysed, clip_of, refused

from formcheck.errors import ConfigurationError, OutputError
from formcheck.outputs import Outputs, write_result
from formcheck.pose.track import save_track
from formcheck.results.describe import describe
from formcheck.results.folder import POSTER_NAME, VIDEO_NAME, ResultFolder, key_frame_name
from formcheck.results.plot import PLOT_FORMATS, plot_angle

ALWAYS = {"analysis.json", "reps.csv", "frames.csv", "track.npz"}


@pytest.fixture
def track(tmp_path: Path) -> Path:
    path = tmp_path / "set.npz"
    save_track(moving_lifter("squat", [0.0, 30.0], fps=10.0), path)
    return path


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def result_of(clip: Path, out: Path, outputs: Outputs, *, force: bool = False) -> Path:
    analysis = analysed((0.0, 30.0))
    with ResultFolder(out, "set", force=force) as folder:
        write_result(clip, analysis, describe(analysis), folder, outputs)
        folder.publish()
    return out / "set"


def test_a_clip_gets_its_page_its_video_and_two_pictures(tmp_path: Path) -> None:
    clip = clip_of(analysed((0.0, 30.0)).track, tmp_path / "set.mp4")
    folder = result_of(clip, tmp_path / "out", Outputs())
    pictures = {key_frame_name(1), key_frame_name(2)}
    assert files(folder) == ALWAYS | pictures | {"report.html", VIDEO_NAME, POSTER_NAME}
    # Without the video an earlier one would belie the new analysis.
    result_of(clip, tmp_path / "out", Outputs(video=False), force=True)
    assert files(folder) == ALWAYS | pictures | {"report.html"}
    result_of(clip, tmp_path / "out", Outputs(video=False, html=False), force=True)
    assert files(folder) == ALWAYS


def test_a_full_disk_names_the_folder_that_was_meant(
    track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_text

    def full(path: Path, text: str, **options: str) -> int:
        if path.name == "report.html":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="disk is full") as raised:
        result_of(track, tmp_path / "out", Outputs())
    assert str(raised.value).splitlines()[0].endswith(f"written to {tmp_path / 'out' / 'set'}.")


def test_a_saved_track_has_no_video(track: Path, tmp_path: Path) -> None:
    result = run("analyze", track, "-e", "squat", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert files(tmp_path / "out" / "set") == ALWAYS | {"report.html"}


def test_the_command_writes_what_is_asked_for(track: Path, tmp_path: Path) -> None:
    asked = ["--no-html", "--no-video", "--plot", "png, svg", "--export", "TRC,mot,json"]
    result = run("analyze", track, "-e", "squat", "--out", tmp_path / "out", *asked)
    assert result.exit_code == 0, result.output
    assert files(tmp_path / "out" / "set") == ALWAYS | {
        "angle.png",
        "angle.svg",
        "markers.trc",
        "angles.mot",
        "keypoints.json",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plot", "gif"], "--plot does not know 'gif'"),
        (["--export", "trc,c3d"], "--export does not know 'c3d'"),
        (["--embed", "--no-video"], "--no-video"),
        (["--embed", "--no-html"], "--no-html"),
        (["--height", "175"], "in metres"),
    ],
)
def test_wrong_wishes_are_refused_before_any_work(
    track: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = run("analyze", track, "-e", "squat", "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_library_refuses_them_too() -> None:
    with pytest.raises(ConfigurationError, match="png, svg"):
        Outputs(plot=("pdf",))


@pytest.mark.parametrize("file_format", PLOT_FORMATS)
def test_the_plot_is_a_picture_and_always_the_same(file_format: str) -> None:
    analysis = analysed((0.0, 30.0))
    picture = plot_angle(analysis, file_format)
    assert picture.startswith({"png": b"\x89PNG", "svg": b"<?xml"}[file_format])
    assert plot_angle(analysis, file_format) == picture
    assert plot_angle(refused(), file_format) != picture
