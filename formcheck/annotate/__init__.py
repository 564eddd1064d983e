"""The clip with the measurement drawn on it, and the still pictures of the report."""
