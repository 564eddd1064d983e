"""``python cli.py ...`` is ``formcheck ...``, for a checkout that is not installed."""

from formcheck.cli import main

if __name__ == "__main__":
    main()
