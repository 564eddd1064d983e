"""The page in the browser: live view, upload of a clip, past reports."""
