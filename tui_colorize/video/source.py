"""Opening films: what is no film, or not a safe one, is refused in one sentence."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui_colorize.errors import UserError, reason
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

MOST_PIXELS = 1 << 26  # 8K film has 35 million
_THREADS = 4

# FFmpeg plays text as pictures of a terminal.
_NO_FILM = {"ansi", "bintext", "xbin", "idf"}


def open_film(path: Path) -> tuple[InputContainer, VideoStream]:
    """Open a film and the stream of it that is its picture; the decoder is not started yet.

    Only the file itself is ever read: no playlist leads to another file or to the network.
    Raises UserError for what is no readable film.
    """
    import av

    name = printable(path)
    _check_file(path, name)
    # Before the decoder allocates anything for a picture.
    limits = {"max_pixels": str(MOST_PIXELS)}
    with said(name, "be read as a film"):
        container = av.open(
            f"file:{path}",
            options=limits,
            container_options={"protocol_whitelist": "file"},
            metadata_errors="surrogateescape",
        )
    try:
        return container, _picture_stream(container, name, limits)
    except BaseException:
        container.close()
        raise


@contextmanager
def said(name: str, what: str) -> Iterator[None]:
    """Turn errors of FFmpeg and the system into: `name` cannot `what`: reason. (UserError)"""
    from av.error import FFmpegError

    try:
        yield
    except MemoryError as error:
        raise UserError(f"{name} cannot {what}: there is not enough memory") from error
    except (FFmpegError, OSError, ValueError) as error:
        raise UserError(f"{name} cannot {what}: {reason(error)}") from error


def too_large(name: str, width: int, height: int) -> UserError:
    """The refusal of a film whose frames are too large."""
    return UserError(
        f"{name} is too large: {width} x {height} pixels a frame; "
        f"at most {MOST_PIXELS:,} are handled"
    )


def _check_file(path: Path, name: str) -> None:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise UserError(f"{name} cannot be read: {reason(error)}") from error
    if stat.S_ISDIR(status.st_mode):
        raise UserError(f"{name} is a folder, not a film")
    if not stat.S_ISREG(status.st_mode):
        raise UserError(f"{name} is not a file")
    if status.st_size == 0:
        raise UserError(f"{name} is empty")
    if not os.access(path, os.R_OK):
        raise UserError(f"{name} cannot be read: permission denied")


def _picture_stream(container: InputContainer, name: str, limits: dict[str, str]) -> VideoStream:
    from av.stream import Disposition

    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not streams:
        raise UserError(f"{name} holds no video")
    # The same choice as a player's: the one marked as the default, else the largest.
    stream = max(
        streams,
        key=lambda each: (
            bool(each.disposition & Disposition.default),
            each.width * each.height if each.codec_context else 0,
        ),
    )
    context = stream.codec_context
    if context is None or context.name in _NO_FILM:
        raise UserError(f"{name} holds no video that can be decoded")
    if not context.width or not context.height:  # what FFmpeg leaves of a size beyond the limit
        raise UserError(
            f"{name} does not tell its size, or is too large: "
            f"at most {MOST_PIXELS:,} pixels a frame are handled"
        )
    if context.width * context.height > MOST_PIXELS:
        raise too_large(name, context.width, context.height)
    context.options = limits
    context.thread_type = "AUTO"
    context.thread_count = min(os.cpu_count() or 1, _THREADS)
    return stream
