"""Whether this machine is fit for the work: a small function a check, each with what to do.

Nothing here is imported by the other commands, and nothing heavy is imported before the
check that needs it: a broken OpenCV is a finding, not the end of the doctor.
"""

from formcheck.doctor.check import Check, Status
from formcheck.doctor.examination import CHECKS, examine

__all__ = ["CHECKS", "Check", "Status", "examine"]
