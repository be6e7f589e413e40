"""Small text files: read with what is wrong named by its place, written in one step."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable

_LARGEST = 16 * 2**20  # bytes; about a million hints


def read_text(path: str | Path, kind: str, largest: int = _LARGEST) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    kind: what the file should be, for messages ("a hint file"). largest: bytes.
    Raises UserError for what cannot be read and for what is no text.
    """
    name = printable(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(largest + 1)
    except FileNotFoundError:
        raise UserError(f"{name}: there is no such file") from None
    except IsADirectoryError:
        raise UserError(f"{name} is a folder, not {kind}") from None
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise UserError(f"{name} cannot be read: {reason(error)}") from error
    if len(data) > largest:
        raise UserError(f"{name} is larger than {largest // 2**20} MiB: not {kind}")
    nul = data.find(b"\0")
    if nul >= 0:
        raise UserError(f"{_line_at(nul, data, name)}: a NUL byte, so this is not a text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # error.start counts from after the byte order mark, error.object holds what it counts in.
        raise UserError(
            f"{_line_at(error.start, error.object, name)}: this is not UTF-8 text"
        ) from None


def write_text(path: str | Path, text: str, *, make_folder: bool = False) -> None:
    """Write a UTF-8 file, replacing what was there in one step.

    make_folder: whether to make the folder where there is none.
    Raises UserError where the system refuses; what was there is still there then.
    """
    try:
        if make_folder:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except (OSError, ValueError) as error:  # ValueError: NUL in the name
        raise UserError(f"{printable(path)} cannot be written: {reason(error)}") from error


def _replace(path: str | Path, text: str) -> None:
    target = Path(os.path.realpath(path))  # a link stays a link
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _line_at(position: int, data: bytes, name: str) -> str:
    line = data.count(b"\n", 0, position) + 1
    return f"{name}, line {line}"
