"""Feedback during the set: the recorded analysis, run again and again while it grows."""
