"""Sessions as files of the user's own, `.tuic`: written, read, and their source found."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tui_colorize.errors import UserError, reason
from tui_colorize.hints import HintSet
from tui_colorize.session.record import LARGEST, Origin, decode, encode
from tui_colorize.session.work import Work
from tui_colorize.terminaltext import printable
from tui_colorize.textfile import read_text, write_text

SUFFIX = ".tuic"
_CHUNK = 1 << 20
_SAMPLES = 64  # pieces of a large film that its digest is made of


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A session that was read, and the source it is about, which is there and is the right one."""

    path: Path
    source: Path
    origin: Origin
    work: Work


def is_session(path: str | Path) -> bool:
    """Whether the name is that of a session file."""
    return Path(path).suffix.lower() == SUFFIX


def content_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hex. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def film_digest(path: Path) -> str:
    """SHA-256 of a film, in hex: of its size in decimal and 64 pieces of 1 MiB, the first at its
    beginning, the last at its end, the others evenly between (a smaller film counts as a whole).

    Raises OSError.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        if size <= _SAMPLES * _CHUNK:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            return digest.hexdigest()
        for number in range(_SAMPLES):
            file.seek((size - _CHUNK) * number // (_SAMPLES - 1))
            digest.update(file.read(_CHUNK))
    return digest.hexdigest()


def write_session(
    path: Path,
    source: Path,
    digest: str,
    size: tuple[int, int],
    work: Work,
    *,
    overwrite: bool,
    frames: int | None = None,
) -> None:
    """Write a session file. digest: content_digest or film_digest of the source; size: its width
    and height; frames: how many a film has.

    Raises UserError for another suffix, for what is there already, for a session that is too large
    to be read again, and where the system refuses.
    """
    shown = printable(path)
    if not is_session(path):
        raise UserError(f"{shown}: the name of a session ends in {SUFFIX}")
    if not overwrite and os.path.lexists(path):
        raise UserError(f"{shown} is there already")
    try:
        origin = Origin(source.name, digest, *size, frames, _path_from(path, source))
        text = encode(origin, work)
    except UnicodeEncodeError:
        raise UserError(
            f"{printable(source)}: a session cannot hold a name that is not UTF-8; rename it first"
        ) from None
    except UserError as error:
        raise UserError(f"{shown} cannot be written: {error}") from None
    write_text(path, text + "\n")


def read_session(path: Path) -> SessionFile:
    """Read a session file and find its source, by its path or beside the file.

    Raises UserError for what is no session, and for a source that is missing or is another one.
    """
    origin, work = _read(path)
    return SessionFile(path, _find_source(path, origin), origin, work)


def read_session_hints(
    path: str | Path, size: tuple[int, int] | None = None, frames: int | None = None
) -> HintSet:
    """The hints of a session file; its source need not be there.

    size: (width, height) of the picture that they are for, frames: how many a film has. Raises
    UserError, too, for hints outside.
    """
    hints = _read(Path(path))[1].history.state
    try:
        if size:
            hints.check_inside(*size)
        if frames is not None:
            hints.check_frames(frames)
    except UserError as error:
        raise UserError(f"{printable(path)}: {error}") from None
    return hints


def _read(path: Path) -> tuple[Origin, Work]:
    text = read_text(path, "a session", LARGEST)
    try:
        return decode(text)
    except UserError as error:
        raise UserError(f"{printable(path)}: {error}") from None


def _path_from(path: Path, source: Path) -> str | None:
    """How the session calls its source: None beside it, relative below it, or else absolute."""
    folder, real = path.parent.resolve(), source.resolve()
    if real.parent == folder:
        return None
    return (real.relative_to(folder) if real.is_relative_to(folder) else real).as_posix()


def _find_source(path: Path, origin: Origin) -> Path:
    shown, name = printable(path), printable(origin.name)
    beside = path.parent / Path(origin.name).name
    places = [beside] if origin.path is None else [path.parent / origin.path, beside]
    try:
        there = [place for place in places if place.is_file()]
        for place in there:
            digest = content_digest if origin.frames is None else film_digest
            if digest(place) == origin.sha256:
                return place
    except (OSError, ValueError) as error:
        raise UserError(f"{name}, of {shown}, cannot be read: {reason(error)}") from error
    if there:
        raise UserError(f"{printable(there[0])} is not the source that {shown} was made on")
    raise UserError(f"{shown}: its source is missing, {printable(places[0])}")
