"""`python -m tui_colorize.export FOLDER`: the process of an export."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from tui_colorize.export.process import work


def main(folder: Path) -> NoReturn:
    """Work, and leave at once."""
    done = work(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    # All is said and written. Letting go of the network in order would take a while, in which the
    # film would still count as being exported.
    os._exit(not done)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
