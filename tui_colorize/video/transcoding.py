"""Sound and text that the new container cannot hold, in a form that it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import av
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.stream import Stream
    from av.subtitles.stream import SubtitleStream

    Handler = Callable[[av.Packet[Any]], Iterator[av.Packet[Any]]]

_AUDIO = {".webm": "libopus"}  # else aac
_TEXT = {".mkv": "subrip", ".webm": "webvtt"}  # else mov_text
_OPUS_RATE = 48000


def transcoder(
    stream: Stream, target: OutputContainer, suffix: str
) -> tuple[Stream, Handler, str] | None:
    """A stream of the target, what makes its packets, and its codec; None if there is no way."""
    from av.audio.stream import AudioStream
    from av.subtitles.stream import SubtitleStream

    if stream.codec_context is None:
        return None
    if isinstance(stream, AudioStream):
        codec = _AUDIO.get(suffix, "aac")
        return (*_audio(stream, target, codec), codec.removeprefix("lib"))
    if isinstance(stream, SubtitleStream) and stream.codec_context.codec.text_sub:
        codec = _TEXT.get(suffix, "mov_text")
        return (*_text(stream, target, codec), codec)
    return None


def _audio(stream: AudioStream, target: OutputContainer, codec: str) -> tuple[Stream, Handler]:
    from av.error import FFmpegError

    rate = _OPUS_RATE if codec == "libopus" else stream.rate
    made: Any = target.add_stream(codec, rate=rate, layout=stream.layout.name)

    def handle(packet: av.Packet[Any]) -> Iterator[av.Packet[Any]]:
        try:
            frames = stream.decode(packet if packet.size else None)
        except FFmpegError:
            return
        for frame in frames:
            yield from made.encode(frame)
        if not packet.size:
            yield from made.encode(None)

    return made, handle


def _text(stream: SubtitleStream, target: OutputContainer, codec: str) -> tuple[Stream, Handler]:
    from av.error import FFmpegError

    made: Any = target.add_stream(codec)
    context = stream.codec_context
    context.open(strict=False)
    made.codec_context.subtitle_header = context.subtitle_header
    made.codec_context.time_base = stream.time_base

    def handle(packet: av.Packet[Any]) -> Iterator[av.Packet[Any]]:
        if not packet.size:
            return
        try:
            subtitle = stream.decode2(packet)
            if subtitle is None:
                return
            encoded = made.codec_context.encode_subtitle(subtitle)
        except FFmpegError:  # one line less, of a damaged film
            return
        encoded.time_base = packet.time_base
        encoded.pts = encoded.dts = packet.pts
        encoded.duration = packet.duration
        encoded.stream = made
        yield encoded

    return made, handle
