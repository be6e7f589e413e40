"""Everything of a film but its picture: sound, subtitles, attachments, chapters, tags."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.terminaltext import printable
from tui_colorize.video.source import reason
from tui_colorize.video.transcoding import transcoder

if TYPE_CHECKING:
    import av
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

    Handler = Callable[[av.Packet[Any]], Iterator[av.Packet[Any]]]

# Said by the container or the encoder about the file as it was.
_OF_THE_FILE = {"major_brand", "minor_version", "compatible_brands", "encoder", "rotate"}
_STATISTICS = ("BPS", "DURATION", "NUMBER_OF_", "_STATISTICS")
# The muxers make these themselves, of the chapters and of the picture's time code.
_MADE_ANEW = {"bin_data", None}


class Copies:
    """The streams of the target that are not its picture. notices: what is not as it was."""

    def __init__(
        self, source: InputContainer, picture: VideoStream, target: OutputContainer, suffix: str
    ) -> None:
        """Adds the streams to the target, whose header is not written yet."""
        self.notices: list[str] = []
        self._source = source
        self._suffix = suffix
        self._handlers: dict[int, Handler] = {}
        for stream in source.streams:
            if stream.index == picture.index:
                continue
            handler = self._add(stream, target)
            if handler is not None:
                self._handlers[stream.index] = handler

    def packets(self) -> Iterator[av.Packet[Any]]:
        """The packets of all these streams, for the target, as the source has them in order."""
        from av.error import FFmpegError

        try:
            for packet in self._source.demux():
                handler = self._handlers.get(packet.stream.index)
                if handler is not None:
                    yield from handler(packet)
        except FFmpegError as error:
            self.notices.append(
                f"sound and subtitles end where the film is damaged ({reason(error)})"
            )

    def _add(self, stream: Stream, target: OutputContainer) -> Handler | None:
        what = _in_words(stream)
        if stream.type == "data" and stream.name in _MADE_ANEW:
            return None
        if _fits(stream, target.format.name):
            copy = target.add_stream_from_template(stream, opaque=True)
            handler = _copier(copy, least_step=0 if stream.type == "subtitle" else 1)
        else:
            made = transcoder(stream, target, self._suffix)
            if made is None:
                self.notices.append(f"{what} is left out: {self._suffix} cannot hold it")
                return None
            copy, handler, codec = made
            self.notices.append(f"{what} is saved as {codec}, since {self._suffix} cannot hold it")
        copy.metadata.update(stream_metadata(stream))
        copy.disposition = stream.disposition
        return handler


def _fits(stream: Stream, muxer: str) -> bool:
    """Whether a container takes this stream as it is: tried on one that is thrown away."""
    import av
    from av.error import FFmpegError

    if stream.type == "attachment":
        return muxer == "matroska"
    trial = av.open(io.BytesIO(), "w", format=muxer)
    try:
        trial.add_stream_from_template(stream, opaque=True)
        trial.start_encoding()
    except (ValueError, FFmpegError):
        return False
    finally:
        # Without a packet some trailers cannot be written.
        with contextlib.suppress(FFmpegError):
            trial.close()
    return True


def copy_header(source: InputContainer, target: OutputContainer) -> None:
    """Chapters and tags of the whole film."""
    target.set_chapters(source.chapters())
    target.metadata.update(_tags(source))


def lost_tags(source: InputContainer, written: Path) -> list[str]:
    """A sentence about the tags for which the written file's format has no place; or nothing."""
    import av

    tags = _tags(source)
    if not tags:
        return []
    with av.open(f"file:{written}", metadata_errors="surrogateescape") as target:
        kept = {key.lower() for key in target.metadata}
    lost = [printable(key) for key in tags if key.lower() not in kept]
    if not lost:
        return []
    return [f"the format of the file has no place for: {', '.join(lost)}"]


def _tags(source: InputContainer) -> dict[str, str]:
    return {key: value for key, value in source.metadata.items() if key.lower() not in _OF_THE_FILE}


def stream_metadata(stream: Stream) -> dict[str, str]:
    """The tags of a stream that still hold for its copy."""
    return {
        key: value
        for key, value in stream.metadata.items()
        if key.lower() not in _OF_THE_FILE and not key.upper().startswith(_STATISTICS)
    }


def _in_words(stream: Stream) -> str:
    known = stream.language not in (None, "und")
    language = f" ({printable(stream.language or '')})" if known else ""
    return f"stream {stream.index}, {stream.type} {stream.name or 'of an unknown kind'}{language},"


def _copier(copy: Stream, least_step: int) -> Handler:
    from av.rational import AVRational

    last: int | None = None

    def handle(packet: av.Packet[Any]) -> Iterator[av.Packet[Any]]:
        nonlocal last
        if not packet.size:
            return
        packet.rescale_ts(AVRational(copy.time_base or 0))
        dts = packet.dts if packet.dts is not None else packet.pts
        # Time that is missing, stands still or goes back, in a damaged file, no container takes.
        if dts is None:
            dts = 0 if last is None else last + 1
        elif last is not None:
            dts = max(dts, last + least_step)
        packet.pts = dts if packet.pts is None else max(packet.pts, dts)
        packet.dts = last = dts
        packet.stream = copy
        yield packet

    return handle
