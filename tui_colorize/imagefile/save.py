"""Saving still pictures: all of the file or nothing, and never over what must stay."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import numpy as np

from tui_colorize.errors import UserError, reason
from tui_colorize.imagefile.encode import ENCODERS, LONGEST_SIDE, encode
from tui_colorize.imagefile.still import Pixels, Still, to_depth
from tui_colorize.terminaltext import printable

OUTPUT_SUFFIXES = frozenset(ENCODERS)
"""Of the pictures that can be saved, in lower case."""


def check_output(source: Path, out: Path, *, overwrite: bool) -> None:
    """Find out, before the work, whether the picture can be saved there; writes nothing.

    Raises UserError for a suffix that names no format, for the source itself under whatever
    name (even with overwrite), for anything else there without overwrite or that is not a file,
    and for a folder that is missing, no folder, or may not be written to.
    """
    name = printable(out)
    if out.suffix.lower() not in OUTPUT_SUFFIXES:
        raise UserError(
            f"{name} cannot be saved: the name has to end in .png, .jpg, .tif, .webp or .avif"
        )
    check_place(source, out, overwrite=overwrite)


def save_still(still: Still, rgb: Pixels, out: Path, *, overwrite: bool = False) -> None:
    """Save the coloured picture with the alpha and the metadata of the still.

    rgb: (H, W, 3), uint8 or uint16. 16 bits stay 16 in PNG and TIFF and are rounded to 8 in
    JPEG, WebP and AVIF. JPEG, which has no alpha, shows the picture on white. The file appears
    complete or not at all; without overwrite, nothing that appears meanwhile is replaced.

    Raises UserError where check_output does, where the picture is too large for the format, and
    where the system refuses to write.
    """
    if rgb.dtype not in (np.uint8, np.uint16) or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError("rgb is (H, W, 3) of uint8 or uint16")
    if still.alpha is not None and still.alpha.shape != rgb.shape[:2]:
        raise ValueError("rgb has another size than the alpha of the still")
    check_output(still.path, out, overwrite=overwrite)
    name, suffix = printable(out), out.suffix.lower()
    longest = LONGEST_SIDE.get(suffix)
    if longest is not None and max(rgb.shape) > longest:
        raise UserError(
            f"{name} cannot be saved: {suffix} holds at most {longest} pixels a side; "
            "choose .png or .tif"
        )
    if still.alpha is not None:
        rgb = np.dstack([rgb, to_depth(still.alpha, rgb.dtype)])
    try:
        with encode(still, rgb, suffix) as data:
            _write(out, data, overwrite=overwrite)
    except FileExistsError as error:
        raise UserError(_exists(name)) from error
    except MemoryError as error:
        raise UserError(f"{name} needs more memory to save than there is") from error
    except OSError as error:
        raise UserError(f"{name} cannot be saved: {reason(error)}") from error


def check_place(source: Path, out: Path, *, overwrite: bool) -> None:
    """check_output for a file of any format."""
    try:
        _check_place(source, out, overwrite)
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise UserError(f"{printable(out)} cannot be saved: {reason(error)}") from error


def _check_place(source: Path, out: Path, overwrite: bool) -> None:
    name, folder = printable(out), printable(out.parent)
    there = os.path.lexists(out)
    if os.path.realpath(source) == os.path.realpath(out) or (
        out.exists() and source.exists() and out.samefile(source)
    ):
        raise UserError(f"{name} is the original, which is never replaced")
    if not out.parent.exists():
        raise UserError(f"{name} cannot be saved: there is no folder {folder}")
    if not out.parent.is_dir():
        raise UserError(f"{name} cannot be saved: {folder} is not a folder")
    if out.exists() and not out.is_file():
        raise UserError(f"{name} cannot be saved: there is a folder or a device of that name")
    if there and not overwrite:
        raise UserError(_exists(name))
    effective = os.access in os.supports_effective_ids
    if not os.access(out.parent, os.W_OK | os.X_OK, effective_ids=effective):
        raise UserError(f"{name} cannot be saved: the folder {folder} may not be written to")


def _exists(name: str) -> str:
    return f"{name} exists already and is not overwritten"


def _write(out: Path, data: memoryview, *, overwrite: bool) -> None:
    """Raises OSError; FileExistsError where something is in the way. Leaves no remains."""
    # A name of its own, not out's with more characters, which might be too long.
    temporary = out.parent / f".tui-colorize-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(out)
        else:
            place_new(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)


def place_new(temporary: Path, out: Path) -> None:
    """Give a finished file its name, in one step. Raises FileExistsError if it is taken."""
    try:
        out.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links. An empty file takes the name, or fails to, and the
        # picture takes its place.
        with out.open("xb"):
            pass
        try:
            temporary.replace(out)
        except OSError:
            out.unlink(missing_ok=True)
            raise
