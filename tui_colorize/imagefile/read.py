"""Reading still pictures: whole and exact, or refused in one sentence."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import stat
import warnings
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError, _imaging

from tui_colorize.errors import UserError, reason
from tui_colorize.imagefile import metadata
from tui_colorize.imagefile.decode import GrayAlphaTiff, UnsupportedPixelsError, decode
from tui_colorize.imagefile.icc import colour_space, gray_to_srgb
from tui_colorize.imagefile.integrity import PNG_SIGNATURE, DamagedError, check
from tui_colorize.imagefile.still import Pixels, Still
from tui_colorize.terminaltext import printable

MOST_PIXELS = 100_000_000

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".webp", ".avif"}
    | {".bmp", ".pbm", ".pgm", ".ppm", ".pnm"}
)
"""Of the files that a folder scan takes, in lower case."""

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "AVIF", "BMP", "PPM")
_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SIGNATURES = (PNG_SIGNATURE[:4], b"\xff\xd8\xff")

# By EXIF orientation: where rows and columns change places, and, after that, the steps in which
# to go through the rows and the columns.
_SIDEWAYS = (5, 6, 7, 8)
_STEPS = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}

# Pillow speaks up about files that are odd, in warnings and log records, and libtiff about damage,
# on stderr, where it would run across a terminal application. All that matters becomes a UserError.
# (warnings.catch_warnings is not safe in threads; a log record goes on to the handlers of the
# program, just not to the last resort, stderr.)
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())


@cache
def _hush_libtiff() -> None:
    """Take away the handler that prints, in the libtiff that Pillow is linked to."""
    # Not there when libtiff is linked in and hidden: then its words on damaged files stay.
    with contextlib.suppress(OSError, AttributeError):
        set_handler = ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler
        set_handler.argtypes, set_handler.restype = [ctypes.c_void_p], ctypes.c_void_p
        set_handler(None)


def is_picture(path: Path) -> bool:
    """Whether a folder scan takes it: a file, not hidden, with the suffix of a picture."""
    if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
        return False
    try:
        return path.is_file()
    except OSError:  # in a folder that may be listed, but not entered
        return False


def read_still(path: Path) -> Still:
    """Read the picture (of several: the first), the format told by its content.

    Raises UserError, in a sentence that names the file, for one that is missing, no picture,
    damaged, of unsupported samples, or of more than MOST_PIXELS.
    """
    name = printable(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before opening: a pipe would wait forever
            kind = "a folder" if path.is_dir() else "a device or a pipe"
            raise UserError(f"{name} is {kind}, not a picture")
        with path.open("rb") as file:
            return _read(path, name, file)
    except FileNotFoundError:
        raise UserError(f"{name}: there is no such file") from None
    except MemoryError:
        raise UserError(f"{name} needs more memory to open than there is") from None
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except UnsupportedPixelsError as error:
        raise UserError(f"{name} cannot be read: {error}") from None
    except UserError:
        raise
    except Exception as error:
        # Whatever the decoders raise on hostile bytes, from SyntaxError to struct.error.
        # An invalid argument is a place outside the file to which they were sent.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise UserError(f"{name} cannot be read: {reason(error)}") from error
        raise UserError(f"{name} is damaged or cut short") from error


def _read(path: Path, name: str, file: BinaryIO) -> Still:
    image = _open(name, file)
    if image.width * image.height > MOST_PIXELS:
        raise _too_large(name)
    _hush_libtiff()
    check(image, file, MOST_PIXELS)
    pixels, alpha = decode(image, lambda: _open(name, file))
    exif = metadata.read_exif(image)
    orientation = exif.get(ExifTags.Base.Orientation, 1)
    pixels = _upright(pixels, orientation)
    dpi = metadata.read_dpi(image)
    icc: bytes = image.info.get("icc_profile") or b""
    space = colour_space(icc)
    if space == "GRAY" and pixels.ndim == 2:
        pixels = gray_to_srgb(pixels, icc)
    return Still(
        path=path,
        pixels=pixels,
        alpha=None if alpha is None else _upright(alpha, orientation),
        icc=icc if space == "RGB" and image.mode != "CMYK" else None,
        exif=metadata.kept_exif(exif, pixels.shape[1], pixels.shape[0]),
        xmp=metadata.read_xmp(image),
        dpi=dpi[::-1] if dpi and orientation in _SIDEWAYS else dpi,
        text=metadata.read_text(image),
    )


def _open(name: str, file: BinaryIO) -> ImageFile.ImageFile:
    """Read the header. Raises UserError where the content is no picture."""
    try:
        return Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError:
        file.seek(0)
        head = file.read(16)
    if not head:
        raise UserError(f"{name} is empty")
    if head.startswith(_TIFF_SIGNATURES):
        file.seek(0)
        try:
            return GrayAlphaTiff(file)
        except SyntaxError as error:
            raise UserError(
                f"{name} is damaged or cut short, or its samples are of a kind that is not read"
            ) from error
    if head.startswith(_SIGNATURES) or head[8:12] == b"WEBP" or head[4:12] == b"ftypavif":
        raise DamagedError("a known format with a header that cannot be read")
    raise UserError(
        f"{name} is not a picture of a kind that can be read: "
        "PNG, JPEG, TIFF, WebP, AVIF, BMP or PNM"
    )


def _too_large(name: str) -> UserError:
    return UserError(
        f"{name} has more than {MOST_PIXELS // 10**6} megapixels, the most that can be opened"
    )


def _upright(samples: Pixels, orientation: int) -> Pixels:
    """A copy of (H, W) or (H, W, 3), turned as the EXIF orientation asks."""
    if orientation in _SIDEWAYS:
        samples = samples.swapaxes(0, 1)
    down, across = _STEPS.get(orientation, (1, 1))
    turned: Pixels = np.array(samples[::down, ::across], order="C")
    return turned
