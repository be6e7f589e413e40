"""What is known of a film before it is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tui_colorize.video.colortags import UNSPECIFIED, ColorTags
from tui_colorize.video.frame import Samples
from tui_colorize.video.orientation import Orientation
from tui_colorize.video.pixelformat import layout, plane_array, working_format

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

_MOSTLY_SHOWN = 0.9
_MASTERING = {"MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL"}  # FFmpeg's side data
_PROGRESSIVE, _TOP_FIRST, _BOTTOM_FIRST = 1, 2, 3  # FFmpeg's AV_FIELD_


@dataclass(frozen=True)
class VideoInfo:
    """A film, as its first frame and its header tell.

    width, height: as shown; coded_width, coded_height: as decoded, before rotation.
    pixel_format: FFmpeg's name. bit_depth: of the luma. chroma: the source's subsampling (across,
    down) in the decoded orientation; None for gray and for RGB, whose luma is computed.
    transparent: whether the picture has an alpha channel.
    time_base: unit of every PTS; first_pts: of the first frame. rate: average frames a second.
    frames: an estimate, None if the file gives no clue. duration: seconds.
    matrix: see ColorTags.matrix_name; full_range: whether black is 0; tags: as in the file.
    mastered: whether it tells of the display that it was mastered on (HDR10).
    interlaced: as the first frame is; field_order: FFmpeg's number.
    streams: in words, what else the file holds, such as "2 audio, 1 subtitle, 5 chapter".
    """

    path: Path
    width: int
    height: int
    coded_width: int
    coded_height: int
    samples: Samples
    pixel_format: str
    chroma: tuple[int, int] | None
    transparent: bool
    time_base: Fraction
    first_pts: int
    rate: Fraction | None
    frames: int | None
    duration: float | None
    matrix: str
    tags: ColorTags
    mastered: bool
    interlaced: bool
    field_order: int
    sample_aspect_ratio: Fraction | None
    codec: str
    streams: str

    @property
    def bit_depth(self) -> int:
        """Bits of a luma sample."""
        return self.samples.depth

    @property
    def full_range(self) -> bool:
        """Whether black is 0 and white the largest sample."""
        return self.samples.full_range

    @property
    def rotation(self) -> int:
        """Degrees clockwise from the decoded to the shown picture: 0, 90, 180 or 270."""
        return self.samples.orientation.rotation


def rate_of(stream: VideoStream) -> Fraction | None:
    """Average frames a second, where known and believable."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= 1000:
            return Fraction(rate)
    return None


def header_tags(stream: VideoStream) -> ColorTags:
    """What the container says of the colours, as long as nothing is decoded: decoders of HEVC and
    ProRes forget it where their stream says nothing."""
    context = stream.codec_context
    return ColorTags(
        matrix=context.colorspace,
        primaries=context.color_primaries,
        transfer=context.color_trc,
        range=context.color_range,
    )


def describe(
    path: Path,
    container: InputContainer,
    stream: VideoStream,
    first: av.VideoFrame,
    first_pts: int,
    header: ColorTags,
) -> VideoInfo:
    """What the header and the first decoded frame of a film tell.

    header: see header_tags.
    """
    context = stream.codec_context
    working = working_format(first.format.name)
    depth, chroma = layout(working)
    tags = ColorTags(
        matrix=_known(first.colorspace, header.matrix),
        primaries=_known(first.color_primaries, header.primaries),
        transfer=_known(first.color_trc, header.transfer),
        range=first.color_range or header.range,
    )
    orientation = _orientation(first)
    width, height = orientation.size(first.width, first.height)
    samples = Samples(
        depth,
        # Gray counts as full range unless tagged, as it does for FFmpeg's scaler.
        tags.is_full_range(default=chroma is None or working.startswith("yuvj")),
        orientation,
    )
    rate = rate_of(stream)
    duration = _duration(container, stream)
    frames = round(duration * rate) if duration and rate else None
    if stream.frames and (frames is None or frames > _MOSTLY_SHOWN * stream.frames):
        frames = stream.frames  # else an edit list leaves some out
    return VideoInfo(
        path=path,
        width=width,
        height=height,
        coded_width=first.width,
        coded_height=first.height,
        samples=samples,
        pixel_format=first.format.name,
        chroma=chroma,
        transparent=_is_transparent(stream, first),
        time_base=Fraction(stream.time_base or Fraction(1, 1_000_000)),
        first_pts=first_pts,
        rate=rate,
        frames=frames,
        duration=duration,
        matrix=tags.matrix_name(first.width, first.height),
        tags=tags,
        mastered=not _MASTERING.isdisjoint(_side_data(first)),
        interlaced=first.interlaced_frame,
        field_order=_field_order(context.field_order, first),
        sample_aspect_ratio=stream.sample_aspect_ratio or None,
        codec=context.name,
        streams=_others_in_words(container, stream),
    )


def _is_transparent(stream: VideoStream, first: av.VideoFrame) -> bool:
    if stream.codec_context.name == "gif":  # which is always read with an alpha channel
        return bool((plane_array(first.reformat(format="gbrap"), 3) < 0xFF).any())
    # FFmpeg's decoders of VP8 and VP9 leave the channel out.
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    channels = first.format.components
    return tags.get("alpha_mode") == "1" or any(channel.is_alpha for channel in channels)


def _known(*codes: int) -> int:
    """The first colour tag that says something. RGB (0) says nothing about YUV."""
    return next((code for code in codes if code not in (0, UNSPECIFIED)), UNSPECIFIED)


def _field_order(tagged: int, frame: av.VideoFrame) -> int:
    """FFmpeg's field order: the stream's, or what its first frame says where that has none."""
    if tagged > _PROGRESSIVE or not frame.interlaced_frame:
        return tagged
    from av.error import BlockingIOError as NothingYet
    from av.filter import Graph

    # PyAV does not give this flag, but a filter that looks at it.
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)
    )
    select = graph.add("select", "eq(interlace_type,TOPFIRST)")
    sink = graph.add("buffersink")
    source.link_to(select)
    select.link_to(sink)
    graph.configure()
    graph.push(frame)
    try:
        graph.pull()
    except NothingYet:
        return _BOTTOM_FIRST
    return _TOP_FIRST


def _side_data(frame: av.VideoFrame) -> dict[str, Any]:
    every: Any = frame.side_data  # a mapping whose iteration gives its values
    return {data.type.name: data for data in every}


def _orientation(frame: av.VideoFrame) -> Orientation:
    matrix = _side_data(frame).get("DISPLAYMATRIX")
    if matrix is None:
        return Orientation()
    return Orientation.of([int(number) for number in np.frombuffer(matrix, np.int32)])


def _duration(container: InputContainer, stream: VideoStream) -> float | None:
    """Seconds, by the stream or else the whole file."""
    if stream.duration and stream.duration > 0 and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and container.duration > 0:
        return container.duration / 1_000_000
    return None


def _others_in_words(container: InputContainer, picture: VideoStream) -> str:
    """What the file holds besides its picture."""
    counts: Counter[str] = Counter(stream.type for stream in container.streams if stream != picture)
    counts["chapter"] = len(container.chapters())
    return ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
