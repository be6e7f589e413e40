"""Putting a film together: encoded segments and everything else that the source holds."""

from __future__ import annotations

import hashlib
import heapq
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.clock import clock_with_tenths
from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable
from tui_colorize.video.copying import Copies, copy_header, lost, stream_metadata
from tui_colorize.video.encoding import Encoding
from tui_colorize.video.ending import pauses
from tui_colorize.video.info import VideoInfo
from tui_colorize.video.integrity import Damage
from tui_colorize.video.pixelshape import UPSIDE_DOWN, write_shape
from tui_colorize.video.priority import take_back_real_time
from tui_colorize.video.segments import Entry, entries, sync_folder
from tui_colorize.video.source import open_film, said

if TYPE_CHECKING:
    import av
    from av.container import InputContainer, OutputContainer
    from av.video.stream import VideoStream

_LEAST_SCALE = 10_000
_MUXERS = {".mkv": "matroska", ".webm": "webm", ".mov": "mov"}  # else mp4
_MATROSKA = ("matroska", "webm")
_QUICKTIME_KEYS = "com.apple.quicktime."


def assemble(
    info: VideoInfo,
    encoding: Encoding,
    segments: Sequence[Path],
    out: Path,
    *,
    overwrite: bool = False,
) -> tuple[list[str], list[str]]:
    """Make the film of its encoded segments, in their order, and of all else the source holds.

    Nothing is encoded again. The file appears complete or not at all, and without overwrite
    replaces nothing. Returns sentences about what could not be kept, and others about what is
    damaged in the source.
    Raises UserError; the segments stay, so that it can be tried again.
    """
    from tui_colorize.imagefile.save import place_new

    name, partial = printable(out), partial_of(out)
    try:
        with said(name, "be written"):
            told = _write(info, encoding, segments, partial, out.suffix.lower())
            _synced(partial)
            try:
                if overwrite:
                    partial.replace(out)
                else:
                    place_new(partial, out)
            except FileExistsError as error:
                raise UserError(f"{name} exists already and is not overwritten") from error
            sync_folder(out.parent)
    finally:
        partial.unlink(missing_ok=True)
    return told


def partial_of(out: Path) -> Path:
    """The file that becomes `out` once it is complete.

    Not out's name with more characters, which might be too long; but always the same, so that what
    is left of a run that was killed is overwritten by the next.
    """
    digest = hashlib.sha256(os.fsencode(out.name)).hexdigest()[:16]
    return out.with_name(f".tui-colorize-{digest}.part")


def _write(
    info: VideoInfo, encoding: Encoding, segments: Sequence[Path], partial: Path, suffix: str
) -> tuple[list[str], list[str]]:
    import av

    frames = [entry for path in segments for entry in entries(path)]
    if not frames:
        raise UserError(f"{printable(info.path)} has no frames to be written")
    source, picture = open_film(info.path)
    with source:
        muxer = _MUXERS.get(suffix, "mp4")
        damage = Damage(info.path, source, picture)
        with av.open(
            f"file:{partial}",
            "w",
            format=muxer,
            container_options=_muxer_options(muxer, encoding, source),
            metadata_errors="surrogateescape",
        ) as target:
            stream = _picture(target, encoding, picture)
            copies = Copies(source, picture, target, suffix)
            copy_header(source, target)
            target.start_encoding()
            take_back_real_time()
            merged = heapq.merge(
                _timed(_packets(frames, stream, encoding.time_base)),
                _timed(copies.packets(damage.saw)),
                key=lambda each: each[0],
            )
            for _, packet in merged:
                target.mux_one(packet)
        notices = [
            *copies.notices,
            *lost(source, copies.tracks, partial),
            *_rests(frames, encoding),
        ]
        notices += _shaped(partial, encoding, muxer)
    # FFmpeg writes Matroska in milliseconds, whatever the film's unit.
    if muxer in _MATROSKA and any(entry.pts * 1000 % (1 / encoding.time_base) for entry in frames):
        notices.append(
            f"frames' times are rounded to the millisecond in {suffix}; .mp4 and .mov keep them"
        )
    return notices, [damage.sentence] if damage.found else []


def _wants_shape(encoding: Encoding, muxer: str) -> bool:
    """Whether the shape of the pixels has to be written afterwards."""
    return muxer in _MATROSKA and encoding.sample_aspect_ratio not in (None, 1)


def _shaped(partial: Path, encoding: Encoding, muxer: str) -> Iterator[str]:
    """Write the shape of the pixels into the finished file; a sentence where that cannot be."""
    aspect = encoding.sample_aspect_ratio
    if aspect is None or not _wants_shape(encoding, muxer):
        return
    written = encoding.samples.orientation.matrix is None and write_shape(
        partial, encoding.width, encoding.height, aspect
    )
    if not written and not encoding.codec.says_aspect:
        yield (
            f"not all players will know the shape of the pixels, {aspect}: the file has no place "
            f"for it, and {encoding.codec.name} does not tell it"
        )


def _rests(frames: Sequence[Entry], encoding: Encoding) -> Iterator[str]:
    """A sentence on where the film has no frames, if anywhere."""
    times = sorted(entry.pts for entry in frames)
    if found := pauses(times):
        longest = max(found, key=lambda pair: pair[1] - pair[0])
        start, end = (
            clock_with_tenths(float((time - times[0]) * encoding.time_base)) for time in longest
        )
        many = f", the longest of {len(found)} such places" if len(found) > 1 else ""
        yield f"no frames from {start} to {end}{many}: the film rests there, or some are lost"


def _picture(target: OutputContainer, encoding: Encoding, source: VideoStream) -> VideoStream:
    """The stream of the picture: its encoder is opened only for the headers it makes."""
    stream: VideoStream = target.add_stream(encoding.codec.encoder, rate=encoding.rate)  # type: ignore[assignment]
    encoding.configure(stream.codec_context)
    stream.time_base = encoding.time_base
    if encoding.codec.tag and target.format.name != "matroska":
        stream.codec_context.codec_tag = encoding.codec.tag
    matrix = encoding.samples.orientation.matrix
    if matrix is None and _wants_shape(encoding, target.format.name):
        matrix = UPSIDE_DOWN  # until the shape is in its place
    if matrix is not None:
        stream.set_display_matrix(matrix)
    stream.metadata.update(stream_metadata(source, target.format.name))
    stream.disposition = source.disposition
    return stream


def _muxer_options(muxer: str, encoding: Encoding, source: InputContainer) -> dict[str, str]:
    # A start before 0, as of sound that begins early, stays what it is; by default Matroska moves
    # everything.
    options = {"avoid_negative_ts": "disabled"}
    if muxer in ("mp4", "mov"):
        # Headers first let players begin before they have the whole file. Edit lists in a multiple
        # of the picture's unit, as FFmpeg chooses it for the picture, keep a late start exact.
        scale = encoding.time_base.denominator
        while scale < _LEAST_SCALE:
            scale *= 2
        flags = "+faststart"
        if muxer == "mov" and any(key.startswith(_QUICKTIME_KEYS) for key in source.metadata):
            flags += "+use_metadata_tags"  # which other tags do without, and more players read
        options |= {"movflags": flags, "movie_timescale": str(scale)}
    return options


def _packets(
    frames: Sequence[Entry], stream: VideoStream, time_base: Fraction
) -> Iterator[av.Packet[Any]]:
    """The encoded frames as packets, with decoding times for the film as a whole.

    The i-th decoded frame takes the PTS of the (i - delay)-th shown as its DTS, with the smallest
    delay for which no DTS is after its PTS: DTS grow strictly whatever the frame rate does.
    """
    import av

    shown = sorted(entry.pts for entry in frames)
    place = {pts: number for number, pts in enumerate(shown)}
    delay = max(number - place[entry.pts] for number, entry in enumerate(frames))
    step = shown[1] - shown[0] if len(shown) > 1 else 1
    end = shown[-1] + (max(frames, key=lambda entry: entry.pts).duration or step)
    path, file = None, None
    try:
        for number, entry in enumerate(frames):
            if entry.path != path:
                if file is not None:
                    file.close()
                path, file = entry.path, entry.path.open("rb")
            assert file is not None
            file.seek(entry.offset)
            packet = av.Packet(file.read(entry.size))
            packet.time_base = time_base
            packet.pts = entry.pts
            early = number - delay
            packet.dts = shown[early] if early >= 0 else shown[0] + early * step
            following = place[entry.pts] + 1
            packet.duration = (shown[following] if following < len(shown) else end) - entry.pts
            if number == len(frames) - 1 and end - shown[-1] >= 2 * packet.duration:
                # MP4 ends with the packet that is decoded last, whichever frame is shown longest.
                packet.duration = end - entry.pts
            packet.is_keyframe = entry.keyframe
            packet.stream = stream
            yield packet
    finally:
        if file is not None:
            file.close()


def _timed(packets: Iterator[av.Packet[Any]]) -> Iterator[tuple[float, av.Packet[Any]]]:
    for packet in packets:
        yield float((packet.dts or 0) * (packet.time_base or 0)), packet


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
