"""Sizes of the skeleton and shares of the spine, from the literature.

Sources
-------
Segment lengths as shares of stature: Drillis & Contini (1966), *Body segment
parameters*, as tabulated in Winter, *Biomechanics and Motor Control of Human
Movement*. Heights of the spine's parts: rounded from standard anatomy, chosen
so that C7 stands near 0.85 of stature.

Lordosis by level: two thirds sit at L4-S1 (Bernhardt & Bridwell 1989, *Spine*
14:717-721). Flexion by level: Pearcy, Portek & Shepherd (1984), *Spine*
9:294-297 (L1/2 to L5/S1: 8, 10, 12, 13, 9 degrees). Thoracic flexion grows
towards the lower levels (White & Panjabi, *Clinical Biomechanics of the
Spine*). Pelvic incidence = tilt + slope: Legaye, Duval-Beaupère et al. (1998),
*Eur Spine J* 7:99-103; that it exceeds lordosis by some 9 degrees: Schwab et
al. (2009), *Spine* 34:1828-1833.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifter.params import Body

__all__ = [
    "CERVICAL_LEVELS",
    "FLEXION_SHARES",
    "KYPHOSIS_SHARES",
    "LORDOSIS_SHARES",
    "LUMBAR_LEVELS",
    "THORACIC_FLEXION_SHARES",
    "THORACIC_LEVELS",
    "Frame",
    "frame_of",
]

LUMBAR_LEVELS, THORACIC_LEVELS, CERVICAL_LEVELS = 5, 12, 7

# From L5/S1 upwards.
LORDOSIS_SHARES = np.array([0.36, 0.28, 0.17, 0.12, 0.07])
FLEXION_SHARES = np.array([9.0, 13.0, 12.0, 10.0, 8.0]) / 52.0
# From T12 upwards.
KYPHOSIS_SHARES = np.array([3, 6, 8, 10, 12, 13, 13, 12, 9, 7, 4, 3]) / 100.0
THORACIC_FLEXION_SHARES = np.array([12, 12, 9, 6, 6, 6, 6, 5, 4, 4, 4, 4]) / 78.0

PELVIC_TILT_DEG = 12.0
INCIDENCE_ABOVE_LORDOSIS_DEG = 9.0


@dataclass(frozen=True)
class Frame:
    """Bone lengths of one lifter, in metres.

    Attributes
    ----------
    level_m
        Height of each spinal level from L5 up to T1, then C7 to C1; shape (24,).
    """

    height: float
    shin: float
    thigh: float
    ankle_height: float
    foot_ahead: float
    foot_behind: float
    upper_arm: float
    forearm: float
    grip: float
    hip_half: float
    shoulder_half: float
    sacrum: float
    sacral_slope_deg: float
    level_m: NDArray[np.float64]

    @property
    def leg(self) -> float:
        """Ankle to hip, straight."""
        return self.shin + self.thigh

    @property
    def arm(self) -> float:
        """Shoulder to the middle of a closed fist, straight."""
        return self.upper_arm + self.forearm + self.grip


def _levels(height: float) -> NDArray[np.float64]:
    """Heights of vertebra plus disc, lumbar ones tallest below the middle."""
    lumbar = np.array([1.00, 1.03, 1.02, 0.99, 0.96]) * 0.110 * height / 5
    thoracic = np.linspace(1.18, 0.82, THORACIC_LEVELS) * 0.162 * height / THORACIC_LEVELS
    cervical = np.full(CERVICAL_LEVELS, 0.066 * height / CERVICAL_LEVELS)
    return np.concatenate([lumbar, thoracic, cervical])


def frame_of(body: Body) -> Frame:
    """Bone lengths for a build."""
    h = body.height_m
    incidence_deg = body.lordosis_deg + INCIDENCE_ABOVE_LORDOSIS_DEG
    return Frame(
        height=h,
        shin=0.246 * h,
        thigh=0.245 * h,
        ankle_height=0.046 * h,
        foot_ahead=0.112 * h,
        foot_behind=0.036 * h,
        upper_arm=0.186 * h,
        forearm=0.146 * h,
        grip=0.042 * h,
        hip_half=0.050 * h,
        shoulder_half=0.106 * h,
        sacrum=0.064 * h,
        sacral_slope_deg=incidence_deg - PELVIC_TILT_DEG,
        level_m=_levels(h),
    )
