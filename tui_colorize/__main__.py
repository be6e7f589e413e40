"""`python -m tui_colorize` is `tui-colorize`."""

import sys

from tui_colorize.cli import main

if __name__ == "__main__":
    sys.exit(main())
