"""Still pictures in and out: bit depth, orientation, colour profile, alpha, atomic save."""

from tui_colorize.imagefile.read import SUFFIXES, is_picture, read_still
from tui_colorize.imagefile.save import OUTPUT_SUFFIXES, check_output, save_still
from tui_colorize.imagefile.still import Still

__all__ = [
    "OUTPUT_SUFFIXES",
    "SUFFIXES",
    "Still",
    "check_output",
    "is_picture",
    "read_still",
    "save_still",
]
