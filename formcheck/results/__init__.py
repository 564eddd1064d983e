"""Results on disk: `analysis.json` and the files beside it."""
