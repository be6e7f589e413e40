"""What a coloured copy keeps of a file besides its pixels."""

from __future__ import annotations

import re
from typing import Any

from PIL import Image, PngImagePlugin
from PIL.ExifTags import IFD, Base

# The tags that describe the picture. All others tell how the file at hand is laid out.
_KEPT = (
    Base.ImageDescription,
    Base.Make,
    Base.Model,
    Base.Software,
    Base.DateTime,
    Base.Artist,
    Base.HostComputer,
    Base.Rating,
    Base.Copyright,
    Base.XPTitle,
    Base.XPComment,
    Base.XPAuthor,
    Base.XPKeywords,
    Base.XPSubject,
)
_KEPT_DIRECTORIES = (IFD.Exif, IFD.GPSInfo)

_XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:=["']|>)\s*)[0-9]""")

# Text chunks that repeat what is kept otherwise.
_NOT_TEXT = ("XML:com.adobe.xmp", "Raw profile type")


def read_exif(image: Image.Image) -> Image.Exif:
    """The tags of a loaded image; none where they are beyond reading."""
    try:
        exif = image.getexif()
        len(exif)
    except Exception:  # whatever a broken directory leads to; the picture matters more
        return Image.Exif()
    return exif


def kept_exif(exif: Image.Exif, width: int, height: int) -> bytes | None:
    """The descriptive tags for a picture of this size that is the right way up, or None.

    Without an orientation, which means the same as 1.
    """
    kept = Image.Exif()
    try:
        for tag in _KEPT:
            if tag in exif:
                kept[tag] = _verbatim(exif[tag])
        for directory in _KEPT_DIRECTORIES:
            if tags := {tag: _verbatim(v) for tag, v in exif.get_ifd(directory).items()}:
                tags.pop(IFD.Interop, None)  # speaks of a thumbnail that is not kept
                for tag, size in ((Base.ExifImageWidth, width), (Base.ExifImageHeight, height)):
                    if tag in tags:
                        tags[tag] = size
                kept[directory] = tags
        return kept.tobytes() if len(kept) else None
    except Exception:  # as above
        return None


def exif_tags(data: bytes | None) -> dict[int, Any]:
    """The tags of kept_exif, the directories in it as dictionaries."""
    exif = Image.Exif()
    exif.load(data or b"")
    tags = {tag: _verbatim(value) for tag, value in exif.items()}
    for directory in _KEPT_DIRECTORIES:
        if directory in tags:
            held = exif.get_ifd(directory)
            tags[directory] = {tag: _verbatim(value) for tag, value in held.items()}
    return tags


def _verbatim(value: Any) -> Any:
    return _Text(value) if isinstance(value, str) and not value.isascii() else value


class _Text(str):
    """Text that is written as the bytes it was read from: Pillow reads Latin-1, writes ASCII."""

    def encode(self, _encoding: str = "", _errors: str = "") -> bytes:
        return super().encode("latin-1", "replace")


def read_xmp(image: Image.Image) -> bytes | None:
    """The XMP packet, its orientation set to upright."""
    xmp = image.info.get("xmp")
    return _XMP_ORIENTATION.sub(rb"\g<1>1", xmp) if isinstance(xmp, bytes) else None


def read_dpi(image: Image.Image) -> tuple[float, float] | None:
    """Pixels per inch along x and y as stored, where the file states a sensible number."""
    try:
        x, y = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    # Pillow makes up 1 for a TIFF without; comparisons with NaN are false.
    return (x, y) if all(1 < v < 1e6 for v in (x, y)) else None


def read_text(image: Image.Image) -> dict[str, str]:
    """The text chunks of a loaded PNG."""
    if not isinstance(image, PngImagePlugin.PngImageFile):
        return {}
    return {
        keyword: str(value)
        for keyword, value in image.text.items()
        if not keyword.startswith(_NOT_TEXT)
    }
