"""``python -m bot`` and ``paperboy`` are the same."""

import sys

from bot.cli.ending import run


def main() -> None:
    """Run the command that the arguments name and exit with its code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
