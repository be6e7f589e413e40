"""Everything of a film but its picture: sound, subtitles, attachments, chapters, tags."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.errors import reason
from tui_colorize.terminaltext import printable
from tui_colorize.video.transcoding import transcoder

if TYPE_CHECKING:
    import av
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

    Handler = Callable[[av.Packet[Any]], Iterator[av.Packet[Any]]]

# Said by the container or the encoder about the file as it was.
_OF_THE_FILE = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "rotate",
    "alpha_mode",
}
# Not worth a word where it is lost.
_OF_NO_USE = {"handler_name", "vendor_id"}
_STATISTICS = ("BPS", "DURATION", "NUMBER_OF_", "_STATISTICS")
# Of languages with two codes in ISO 639-2 (one in Swedish), the one that QuickTime knows.
_QUICKTIME = {
    "sqi": "alb",
    "hye": "arm",
    "eus": "baq",
    "mya": "bur",
    "zho": "chi",
    "cze": "ces",
    "nld": "dut",
    "fre": "fra",
    "kat": "geo",
    "deu": "ger",
    "ell": "gre",
    "isl": "ice",
    "mkd": "mac",
    "msa": "may",
    "fas": "per",
    "rum": "ron",
    "slo": "slk",
    "bod": "tib",
    "cym": "wel",
    "swe": "sve",
}
# The muxers make these themselves, of the chapters and of the picture's time code.
_MADE_ANEW = {"bin_data", None}
# By FFmpeg's codec; and those that MP4 holds.
_COVERS = {
    "mjpeg": ("cover.jpg", "image/jpeg"),
    "png": ("cover.png", "image/png"),
    "bmp": ("cover.bmp", "image/bmp"),
    "gif": ("cover.gif", "image/gif"),
    "webp": ("cover.webp", "image/webp"),
    "tiff": ("cover.tif", "image/tiff"),
}
_IN_MP4 = ("mjpeg", "png", "bmp")


class Copies:
    """The streams of the target that are not its picture.

    notices: what is not as it was. tracks: the streams of the source that the target has, in its
    order, the picture first; without attachments, of which covers are some.
    """

    def __init__(
        self, source: InputContainer, picture: VideoStream, target: OutputContainer, suffix: str
    ) -> None:
        """Adds the streams to the target, whose header is not written yet."""
        self.notices: list[str] = []
        self.tracks: list[Stream] = [picture]
        self._source = source
        self._suffix = suffix
        self._handlers: dict[int, Handler] = {}
        for stream in source.streams:
            if stream.index == picture.index:
                continue
            handler = self._add(stream, target)
            if handler is not None:
                self._handlers[stream.index] = handler

    def packets(self, saw: Callable[[av.Packet[Any]], None]) -> Iterator[av.Packet[Any]]:
        """The packets of all these streams, for the target, as the source has them in order.

        saw: is called with all packets of the source.
        """
        from av.error import FFmpegError

        try:
            for packet in self._source.demux():
                saw(packet)
                handler = self._handlers.get(packet.stream.index)
                if handler is not None:
                    yield from handler(packet)
        except FFmpegError as error:
            self.notices.append(
                f"sound and subtitles end where the film is damaged ({reason(error)})"
            )

    def _add(self, stream: Stream, target: OutputContainer) -> Handler | None:
        what, muxer = _in_words(stream), target.format.name
        if stream.type == "data" and stream.name in _MADE_ANEW:
            return None
        if _is_cover(stream) and muxer == "matroska" and stream.name in _COVERS:
            target.add_attachment(*_as_file(stream))
            return None
        if _fits(stream, muxer):
            copy = target.add_stream_from_template(stream, opaque=True)
            handler = _copier(copy, least_step=0 if stream.type == "subtitle" else 1)
        else:
            made = transcoder(stream, target, self._suffix)
            if made is None:
                self.notices.append(f"{what} is left out: {self._suffix} cannot hold it")
                return None
            copy, handler, codec = made
            self.notices.append(f"{what} is saved as {codec}, since {self._suffix} cannot hold it")
        copy.metadata.update(stream_metadata(stream, muxer))
        copy.disposition = stream.disposition
        if _is_track(stream):
            self.tracks.append(stream)
        return handler


def _fits(stream: Stream, muxer: str) -> bool:
    """Whether a container takes this stream as it is: tried on one that is thrown away."""
    import av
    from av.error import FFmpegError

    if stream.type == "attachment":
        return muxer == "matroska"
    if _is_cover(stream):
        return muxer == "mp4" and stream.name in _IN_MP4
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


def _is_cover(stream: Stream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _is_track(stream: Stream) -> bool:
    return stream.type != "attachment" and not _is_cover(stream)


def _as_file(cover: Stream) -> tuple[str, str, bytes]:
    """The name, the MIME type and the bytes of a cover."""
    import av

    name, kind = _COVERS[cover.name or ""]
    name = printable(cover.metadata.get("filename", name))
    # Opened anew, so that no packet is missing where all are copied.
    with av.open(cover.container.name, metadata_errors="surrogateescape") as source:
        packets = source.demux(source.streams[cover.index])
        return name, kind, b"".join(bytes(packet) for packet in islice(packets, 1))


def copy_header(source: InputContainer, target: OutputContainer) -> None:
    """Chapters and tags of the whole film."""
    target.set_chapters(source.chapters())
    target.metadata.update(_tags(source))


def lost(source: InputContainer, tracks: Sequence[Stream], written: Path) -> Iterator[str]:
    """Sentences on what is not in the written file, since its format has no place for it.

    tracks: see Copies; the written file has them in this order.
    """
    import av
    from av.stream import Disposition

    tags = _tags(source)
    # Of a track, what the film as a whole says, too, is not lost with it.
    told = [
        (_telling(track) - _repeated(track, tags), track.disposition & ~Disposition.default)
        for track in tracks
    ]
    if not tags and not any(map(any, told)):
        return
    with av.open(f"file:{written}", metadata_errors="surrogateescape") as target:
        kept = {key.lower() for key in target.metadata}
        missing = [key for key in tags if key.lower() not in kept]
        copies = filter(_is_track, target.streams)
        for track, (keys, marks), copy in zip(tracks, told, copies, strict=False):
            missing += sorted(keys - _telling(copy))
            if marks := marks & ~copy.disposition:
                names = " and ".join(str(mark.name).replace("_", " ") for mark in marks)
                yield (
                    f"{_in_words(track)} is no longer marked as {names}: the format of the file "
                    "has no place for that"
                )
    if missing:
        names = ", ".join(map(printable, dict.fromkeys(missing)))
        yield f"the format of the file has no place for: {names}"


def _telling(stream: Stream) -> set[str]:
    """The tags of a stream, in small letters, without those that say nothing.

    The language with its value: where a format does not know it, another may take its place.
    """
    found = {key.lower() for key in stream_metadata(stream)} - _OF_NO_USE - {"language"}
    language = stream.language or "und"
    spelled = _QUICKTIME.get(language, language)
    return found if language == "und" else {*found, f"language {spelled}"}


def _repeated(track: Stream, tags: Mapping[str, str]) -> set[str]:
    return {key.lower() for key, value in track.metadata.items() if tags.get(key) == value}


def _tags(source: InputContainer) -> dict[str, str]:
    return {key: value for key, value in source.metadata.items() if key.lower() not in _OF_THE_FILE}


def stream_metadata(stream: Stream, muxer: str = "") -> dict[str, str]:
    """The tags of a stream that still hold for its copy, as this muxer of FFmpeg's takes them."""
    found = {
        "title" if key == "name" else key: value  # MP4 is read with the one, written with the other
        for key, value in stream.metadata.items()
        if key.lower() not in _OF_THE_FILE and not key.upper().startswith(_STATISTICS)
    }
    if muxer == "mov" and "language" in found:
        found["language"] = _QUICKTIME.get(found["language"], found["language"])
    return found


def _in_words(stream: Stream) -> str:
    known = stream.language not in (None, "und")
    language = f" ({printable(stream.language or '')})" if known else ""
    kind = "cover" if _is_cover(stream) else stream.type
    return f"stream {stream.index}, {kind} {stream.name or 'of an unknown kind'}{language},"


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
        if not packet.duration and last is not None and least_step:
            # MP4 would cut off the last packet of sound, as of ALAC from Matroska.
            packet.duration = dts - last
        packet.pts = dts if packet.pts is None else max(packet.pts, dts)
        packet.dts = last = dts
        packet.stream = copy
        yield packet

    return handle
