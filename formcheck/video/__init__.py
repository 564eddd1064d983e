"""Reading clips: frames, upright, each with its true time."""
