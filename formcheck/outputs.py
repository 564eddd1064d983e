"""All files of a result: which are wanted, and how each comes about."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.analysis import SetAnalysis
from formcheck.errors import ConfigurationError
from formcheck.files import readable_errors
from formcheck.results.describe import describe
from formcheck.results.document import AnalysisDocument
from formcheck.results.exports import DEFAULT_HEIGHT_M, EXPORTS
from formcheck.results.folder import TRACK_NAME, ResultFolder
from formcheck.results.plot import PLOT_FORMATS, PLOT_NAME, plot_angle
from formcheck.results.writers import write_analysis

if TYPE_CHECKING:
    from formcheck.annotate.share import Share

__all__ = ["Outputs", "save_result", "write_result"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outputs:
    """Which files a result has, beside `analysis.json` and its two tables.

    Attributes
    ----------
    html, video : bool
        The page and the annotated video; there is no video of a saved track.
    embed : bool
        Put the video into the page.
    blur_face : bool
        Cover the lifter's face in video and pictures.
    plot : tuple of str
        Of `formcheck.results.plot.PLOT_FORMATS`.
    export : tuple of str
        Of `formcheck.results.exports.EXPORTS`.
    height_m : float
        The lifter's stature, which gives the TRC export its scale.
    track : bool
        Keep the pose track, so that the clip need not be read again.
    plotly : str or None
        Where plotly's script lies, relative to the page, if many pages share one.
    share : bool
        Write a few seconds of the worst and the best repetition, and a picture, to be sent.
    athlete : str
        Whose set it is, if the folder has a history of several.
    """

    html: bool = True
    video: bool = True
    embed: bool = False
    blur_face: bool = False
    plot: tuple[str, ...] = ()
    export: tuple[str, ...] = ()
    height_m: float = DEFAULT_HEIGHT_M
    track: bool = True
    plotly: str | None = None
    athlete: str = ""
    share: bool = False

    @property
    def more(self) -> bool:
        """Whether anything is wanted beside the analysis, its tables and its track."""
        return bool(self.html or self.video or self.plot or self.export or self.share)

    def __post_init__(self) -> None:
        _known("--plot", self.plot, PLOT_FORMATS)
        _known("--export", self.export, tuple(EXPORTS))
        if self.embed and not (self.html and self.video):
            raise ConfigurationError(
                "--embed puts the video into the page: leave --no-html and --no-video out."
            )
        if not 0.5 <= self.height_m <= 2.6:
            raise ConfigurationError(
                f"The lifter's height is {self.height_m}; give it in metres, 0.5 to 2.6."
            )


def _known(option: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise ConfigurationError(
                f"{option} does not know {name!r}.\nGive one or more of {', '.join(known)}, "
                "with commas between."
            )


def write_result(
    clip: Path,
    analysis: SetAnalysis,
    document: AnalysisDocument,
    folder: ResultFolder,
    outputs: Outputs,
    *,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Write every file that is wanted into the folder, which is yet to be published.

    Parameters
    ----------
    clip : Path
        What was analysed: a video, or a saved track.
    analysis : SetAnalysis
    document : AnalysisDocument
    folder : ResultFolder
    outputs : Outputs
    on_frame : callable, optional
        Called after each drawn frame with the number of frames done.
    """
    write_analysis(analysis, document, folder, track=outputs.track)
    with readable_errors(folder.path):
        for file_format in outputs.plot:
            picture = plot_angle(analysis, file_format)
            (folder.staging / f"{PLOT_NAME}.{file_format}").write_bytes(picture)
        for kind in outputs.export:
            _export(kind, analysis, folder.staging, outputs.height_m)
        if clip.suffix != ".npz":
            _draw(clip, analysis, document, folder.staging, outputs, on_frame=on_frame)
        if outputs.html:
            from formcheck.history.since import since_last
            from formcheck.report import REPORT_NAME, report_page

            page = report_page(
                folder.staging,
                embed=outputs.embed,
                plotly=outputs.plotly,
                since=since_last(folder.staging, document, outputs.athlete),
            )
            (folder.staging / REPORT_NAME).write_text(page, encoding="utf-8", newline="")


def save_result(analysis: SetAnalysis, folder: Path, *, force: bool = False) -> Path:
    """Write what needs no clip to a folder: see `SetAnalysis.save`."""
    with ResultFolder(folder.parent, folder.name, force=force) as staged:
        write_result(Path(TRACK_NAME), analysis, describe(analysis), staged, Outputs())
        staged.publish()
    return folder


def _export(kind: str, analysis: SetAnalysis, folder: Path, height_m: float) -> None:
    name, make = EXPORTS[kind]
    (folder / name).write_text(make(analysis, name, height_m), encoding="utf-8", newline="")
    if kind != "json":
        _log.warning("%s is resampled to a constant rate between the frames' true times.", name)
    if kind == "trc":
        _log.warning("%s is scaled to a lifter of %.2f m: see --height.", name, height_m)


def _draw(
    clip: Path,
    analysis: SetAnalysis,
    document: AnalysisDocument,
    folder: Path,
    outputs: Outputs,
    *,
    on_frame: Callable[[int], None] | None,
) -> None:
    """The annotated video and the key frames of the page, in one reading of the clip."""
    from formcheck.annotate.render import draw_clip
    from formcheck.report.words import key_reps, opening

    moments_s, opens = {}, None
    if outputs.html:
        moments_s = {one.rep.index: one.at_s for one in key_reps(document)}
        opens = opening(document)
    draw_clip(
        clip,
        analysis,
        folder,
        video=outputs.video,
        key_moments_s=moments_s,
        poster_s=opens[0] if opens else None,
        share=_share(analysis, document) if outputs.share else None,
        blur_face=outputs.blur_face,
        on_frame=on_frame,
    )


def _share(analysis: SetAnalysis, document: AnalysisDocument) -> Share | None:
    """The worst and the best repetition, with the sentence of the verdict."""
    from formcheck.annotate.share import Scene, Share
    from formcheck.report.words import degrees, headline, key_reps

    shown = key_reps(document)
    scenes = [
        Scene(
            one.rep.index,
            one.at_s,
            f"{one.role.capitalize()}: rep {one.rep.index}"
            if len(shown) > 1
            else "One repetition:",
            f"{degrees(one.lumbar_deg)} ±{one.uncertainty_deg:.0f}°",
        )
        for one in shown
    ]
    if not scenes:
        _log.warning("Nothing was measured: there is no share.mp4 and no share.png.")
        return None
    return Share(analysis, scenes, headline(document).text)
