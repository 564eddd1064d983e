"""From frames to the pose track: landmarks, and the trunk's outline."""
