"""The plate and the bar, on tracks whose discs are put there by hand."""

from dataclasses import replace

import numpy as np
import pytest
from figures import moving_lifter

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.assessment.bar_words import bar_words
from formcheck.assessment.fatigue import SPEED_NOISE, loss_of
from formcheck.errors import ConfigurationError
from formcheck.pose.landmarks import middle
from formcheck.pose.track import PoseTrack

OFFSET_PX = np.array([10.0, 40.0])


def with_discs(
    track: PoseTrack,
    *,
    size: float = 0.55,
    support: float = 0.9,
    still: bool = False,
    flat: float = 1.0,
    place: np.ndarray | None = None,
) -> PoseTrack:
    """A disc beside the hands, of a size in trunk lengths; or one on the floor."""
    hands = middle(track.landmarks_px, "wrist")
    trunk_px = float(np.median(np.hypot(*(track.shoulder_px - track.hip_px).T)))
    at = hands + OFFSET_PX if place is None else place
    if still:
        at = np.broadcast_to(hands.mean(axis=0), hands.shape)
    discs = track.discs.copy()
    high = size * trunk_px
    discs[:, 0] = np.column_stack([at, np.tile([high * flat, high, support, 0.4], (len(track), 1))])
    return replace(track, discs=discs)


@pytest.fixture(scope="module")
def track() -> PoseTrack:
    return moving_lifter("deadlift", [10.0, 10.0, 12.0, 11.0])


def analysed(
    track: PoseTrack, *, plate_mm: float | None = None, height_m: float | None = None
) -> SetAnalysis:
    return analyze_track(track, Settings("deadlift", plate_mm=plate_mm, height_m=height_m))


def test_a_plate_that_moves_with_the_hands_is_the_bars(track: PoseTrack) -> None:
    analysis = analysed(with_discs(track))
    bar = analysis.bar
    assert (bar.source, bar.plate_mm, bar.assumed) == ("plate", 450.0, True)
    assert "450 mm" in bar_words(bar)
    # The hands' own way, by the plate's scale.
    hands = middle(track.landmarks_px, "wrist")[:, 1]
    radius_px = analysis.kinematics.plate.radius_px
    for one in analysis.reps:
        way = hands[one.rep.start : one.rep.end + 1]
        range_cm = np.ptp(way) * 22.5 / radius_px
        assert one.bar.range_cm == pytest.approx(range_cm, abs=one.bar.range_doubt_cm)
        assert one.bar.mean_mps == pytest.approx(
            0.94 * one.bar.range_cm / 100 / one.bar.up_s, rel=1e-6
        )
        assert one.bar.peak_mps > one.bar.mean_mps


def test_a_stated_diameter_is_the_scale(track: PoseTrack) -> None:
    usual, small = analysed(with_discs(track)), analysed(with_discs(track), plate_mm=400.0)
    assert small.reps[0].bar.mean_mps / usual.reps[0].bar.mean_mps == pytest.approx(400 / 450)
    assert "as given" in bar_words(small.bar)


def test_a_small_plate_gives_a_tempo_and_a_loss_and_no_metres(track: PoseTrack) -> None:
    analysis = analysed(with_discs(track, size=0.4))
    assert analysis.bar.scale_doubt == "small-plate"
    assert np.isnan(analysis.reps[0].bar.mean_mps)
    assert analysis.reps[0].bar.up_s > 0.2
    assert "--plate-mm" in bar_words(analysis.bar)


@pytest.mark.parametrize(
    ("doubt", "discs"),
    [("not-lifted", {"still": True}), ("unclear", {"support": 0.5})],
)
def test_what_is_no_plate_is_refused(
    track: PoseTrack, doubt: str, discs: dict[str, float | bool]
) -> None:
    analysis = analysed(with_discs(track, **discs))  # type: ignore[arg-type]
    assert not analysis.kinematics.plate.found.any()
    assert analysis.kinematics.plate.doubt in {doubt, "unclear"}
    assert analysis.bar.source == "shoulders"
    assert "--height" in bar_words(analysis.bar)


def test_a_head_is_no_plate(track: PoseTrack) -> None:
    ears = middle(track.landmarks_px, "ear")
    analysis = analysed(with_discs(track, size=0.25, place=ears))
    assert not analysis.kinematics.plate.found.any()


def test_without_discs_the_body_stands_in_and_the_height_gives_metres(track: PoseTrack) -> None:
    plain, tall = analysed(track), analysed(track, height_m=1.8)
    assert not plain.bar.in_metres
    rep = tall.reps[0]
    assert rep.bar.source == "shoulders"
    assert rep.bar.mean_mps == pytest.approx(1.8 * rep.concentric_speed, rel=0.1)


def test_a_disc_elsewhere_for_a_moment_is_left_out(track: PoseTrack) -> None:
    discs = with_discs(track).discs.copy()
    discs[100:104, 0, :2] += 150
    found = analysed(replace(track, discs=discs)).kinematics.plate.found
    assert not found[100:104].any()
    assert found[90:100].all()


def test_the_drift_is_that_towards_the_toes(track: PoseTrack) -> None:
    hands = middle(track.landmarks_px, "wrist") + OFFSET_PX
    rise = (hands[:, 1].max() - hands[:, 1]) / np.ptp(hands[:, 1])
    straight = np.column_stack([np.full(len(track), hands[0, 0]) + 20 * rise, hands[:, 1]])
    analysis = analysed(with_discs(track, place=straight))
    ahead = 1 if analysis.kinematics.view.facing == "right" else -1
    scale_cm = 22.5 / analysis.kinematics.plate.radius_px
    first = analysis.reps[0].bar
    assert first.drift_cm == pytest.approx(ahead * 20 * scale_cm, rel=0.15)
    oblique = analysed(with_discs(track, place=straight, flat=0.8))
    assert np.isnan(oblique.reps[0].bar.drift_cm)


def test_the_verdict_compares_the_plates_speed_where_it_is_surer(track: PoseTrack) -> None:
    analysis = analysed(with_discs(track))
    assert analysis.fatigue is not None
    assert analysis.fatigue.worst.speed_of == "plate"
    speeds = [rep.bar.speed for rep in analysis.reps]
    assert analysis.fatigue.worst.velocity_loss_pct == pytest.approx(
        100 * (1 - speeds[-1] / max(speeds))
    )
    slowest = int(np.argmin(speeds))
    assert loss_of(slowest, analysis.reps).share == pytest.approx(1 - min(speeds) / max(speeds))
    # A repetition whose plate is less sure than the body has the body compared in all.
    vague = replace(analysis.reps[1].bar, speed_doubt=2 * SPEED_NOISE)
    reps = [rep if i != 1 else replace(rep, bar=vague) for i, rep in enumerate(analysis.reps)]
    body = [rep.concentric_speed for rep in reps]
    assert loss_of(slowest, reps).share == pytest.approx(1 - body[slowest] / max(body))


@pytest.mark.parametrize("settings", [{"plate_mm": 45.0}, {"height_m": 180.0}])
def test_a_scale_that_cannot_be_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match="give"):
        Settings(**settings)  # type: ignore[arg-type]
