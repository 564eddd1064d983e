"""The coach's own settings, in formcheck.toml."""

from formcheck.config.file import Setting, find_file, load_rubric, settings_of

__all__ = ["Setting", "find_file", "load_rubric", "settings_of"]
