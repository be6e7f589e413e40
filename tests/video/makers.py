"""Tiny films of every kind, made on the spot, and what colours their samples are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from model.color import RGB_TO_XYZ, linear_rgb_to_lab, srgb_to_linear
from tui_colorize.video.luma import _XYZ_2020, WEIGHTS

RATE = 25
SIZE = (32, 24)
SOUND_RATE = 48000


def picture(number: int, width: int, height: int, top: int = 255) -> np.ndarray:
    """(height, width) samples 0..top: a ramp, and a block whose place and shade tell the number."""
    y, x = np.mgrid[:height, :width]
    ramp = (x + y) / max(width + height - 2, 1)
    block = (x // 4 + y // 4) % 5 == number % 5
    return np.rint(np.where(block, (number * 37 % 256) / 255, ramp) * top).astype(np.int64)


def film(
    path: Path,
    *,
    frames: int = 8,
    size: tuple[int, int] = SIZE,
    codec: str = "ffv1",
    pixel_format: str = "yuv420p",
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, RATE),
    rate: Fraction | int = RATE,
    options: dict[str, str] | None = None,
    tags: tuple[int, int, int, int] | None = None,
    aspect: Fraction | None = None,
    rotation: int | None = None,
    matrix: Sequence[int] | None = None,
    field_order: int | None = None,
    sound: Sequence[str] = (),
    sound_start: float = 0.0,
    sound_length: float | None = None,
    sound_first: bool = False,
    subtitles: Sequence[str] = (),
    chapters: Sequence[tuple[float, float, str]] = (),
    attachment: tuple[str, str, bytes] | None = None,
    metadata: dict[str, str] | None = None,
    languages: Sequence[str] = (),
    muxer_options: dict[str, str] | None = None,
    format: str | None = None,
) -> Path:
    """Write a film of `frames` pictures; every keyword adds one peculiarity.

    times: PTS in time_base, else one frame after the other. tags: matrix, primaries, transfer,
    range. rotation: degrees counter-clockwise, as PyAV has it. sound: codecs, a tone each, from
    sound_start for sound_length seconds; sound_first: all of it before the pictures. subtitles:
    codecs, of two lines each. chapters: start, end, title. attachment: name, type, bytes.
    languages: of the sound and then the subtitles.
    """
    times = list(range(frames)) if times is None else list(times)
    options = {"g": "4"} if options is None else options
    muxing = {"max_interleave_delta": "1"} if sound_first else {}
    muxing |= muxer_options or {}
    with av.open(str(path), "w", format=format, container_options=muxing) as container:
        video: Any = container.add_stream(codec, rate=rate, options=dict(options))
        video.width, video.height = size
        video.pix_fmt = pixel_format
        video.codec_context.time_base = time_base
        video.time_base = time_base
        if tags is not None:
            context = video.codec_context
            context.colorspace, context.color_primaries, context.color_trc = tags[:3]
            context.color_range = tags[3]
        if aspect is not None:
            video.codec_context.sample_aspect_ratio = aspect
        if rotation is not None:
            video.set_display_rotation(rotation)
        if matrix is not None:
            video.set_display_matrix(matrix)
        if field_order is not None:
            video.codec_context.field_order = field_order
            video.codec_context.flags |= 0x00040000 | 0x20000000
        language = iter(languages)
        tones = [_add_sound(container, each, next(language, None)) for each in sound]
        texts = [_add_text(container, each, next(language, None)) for each in subtitles]
        if attachment is not None:
            container.add_attachment(*attachment)
        container.metadata.update(metadata or {})
        if chapters:
            container.set_chapters(
                [
                    {
                        "id": number,
                        "start": round(start * 1000),
                        "end": round(end * 1000),
                        "time_base": Fraction(1, 1000),
                        "metadata": {"title": title},
                    }
                    for number, (start, end, title) in enumerate(chapters)
                ]
            )
        packets: list[Any] = []
        for number, pts in enumerate(times):
            frame = frame_of(number, *size, pixel_format, tags)
            frame.pts, frame.time_base = pts, time_base
            packets += video.encode(frame)
        packets += video.encode(None)
        length = sound_length
        if length is None:
            length = float((max(times) - min(times)) * time_base) if times else 0.2
        for tone in tones:
            packets += _sound_packets(tone, sound_start, length)
        for text in texts:
            packets += _text_packets(text)
        container.start_encoding()
        packets.sort(key=lambda each: float(each.dts * each.time_base))
        packets.sort(key=lambda each: sound_first and each.stream.type != "audio")
        for packet in packets:
            container.mux(packet)
    return path


def frame_of(
    number: int, width: int, height: int, pixel_format: str, tags: Any = None
) -> VideoFrame:
    """A frame of picture(number) in the luma, or in R, G and B; chroma is neutral."""
    frame = VideoFrame(width, height, pixel_format)
    depth = frame.format.components[0].bits
    full = pixel_format.startswith(("gray", "gbr", "rgb", "yuvj")) or bool(tags and tags[3] == 2)
    shift = depth - 8
    samples = picture(number, width, height, (1 << depth) - 1 if full else 219 << shift)
    samples = samples if full else samples + (16 << shift)
    rgb = frame.format.is_rgb
    for index, plane in enumerate(frame.planes):
        dtype = np.dtype("u1" if depth == 8 else "<u2")
        rows = np.frombuffer(plane, dtype).reshape(plane.height, -1)
        if index == 0 or rgb:
            rows[:, : samples.shape[1] * (3 if pixel_format == "rgb24" else 1)] = (
                np.repeat(samples, 3, axis=1) if pixel_format == "rgb24" else samples
            )
        else:
            rows[:] = 1 << (depth - 1)
    if tags is not None:
        frame.colorspace, frame.color_primaries, frame.color_trc = tags[:3]
        frame.color_range = tags[3]
    return frame


def luma_samples(number: int, size: tuple[int, int] = SIZE, depth: int = 8) -> np.ndarray:
    """The luma that film() puts into a frame of limited range."""
    return picture(number, *size, 219 << (depth - 8)) + (16 << (depth - 8))


# Kinds of film that many tests want.


def vfr(path: Path, **more: Any) -> Path:
    """Uneven times, in milliseconds."""
    times = [0, 40, 45, 120, 400, 401, 480, 1000]
    return film(path, times=times, time_base=Fraction(1, 1000), **more)


def late(path: Path, **more: Any) -> Path:
    """The picture starts two seconds after 0."""
    return film(path, times=[50 + number for number in range(8)], **more)


def with_b_frames(path: Path, frames: int = 30, **more: Any) -> Path:
    """H.264 with reordered frames and several groups of pictures."""
    options = {"g": "8", "bf": "3", "b-pyramid": "normal", "qp": "0", "preset": "veryfast"}
    return film(path, frames=frames, codec="libx264", options=options, **more)


def rich(path: Path, **more: Any) -> Path:
    """Matroska with all that a film may hold: two tones, subtitles, chapters, a font, tags."""
    return film(
        path,
        frames=30,
        sound=("aac", "libopus"),
        subtitles=("subrip",),
        languages=("eng", "deu", "fra"),
        chapters=((0, 0.5, "One"), (0.5, 1.2, "Two")),
        attachment=("font.ttf", "font/ttf", b"not really a font" * 9),
        metadata={"title": "A film", "artist": "Somebody"},
        **more,
    )


def _add_sound(container: Any, codec: str, language: str | None) -> Any:
    stream = container.add_stream(codec, rate=SOUND_RATE, layout="mono")
    if language:
        stream.metadata["language"] = language
    return stream


def _sound_packets(stream: Any, start: float, length: float) -> list[Any]:
    from av.audio.frame import AudioFrame

    first = round(start * SOUND_RATE)
    wave = np.sin(np.arange(round(length * SOUND_RATE)) / 20) * 8000
    packets = []
    for offset in range(0, len(wave), 1000):
        part = wave[offset : offset + 1000].astype(np.int16)
        frame = AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = first + offset, Fraction(1, SOUND_RATE)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def _add_text(container: Any, codec: str, language: str | None) -> Any:
    stream = container.add_stream(codec)
    stream.codec_context.subtitle_header = (
        b"[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
        b"Style: Default,Arial,16\n[Events]\nFormat: Layer, Start, End, Style, Text\n"
    )
    stream.codec_context.time_base = Fraction(1, 1000)
    stream.time_base = Fraction(1, 1000)
    if language:
        stream.metadata["language"] = language
    return stream


def _text_packets(stream: Any) -> list[Any]:
    from av.subtitles.subtitle import SubtitleSet

    packets = []
    for number, words in enumerate(("Good evening.", "Good night.")):
        line = f"{number},0,Default,,0,0,0,,{words}".encode()
        packet = stream.codec_context.encode_subtitle(SubtitleSet.create(line, 0, 400))
        packet.pts = packet.dts = number * 500
        packet.duration, packet.time_base = 400, Fraction(1, 1000)
        packet.stream = stream
        packets.append(packet)
    return packets


# What a film holds, as PyAV reads it.


def video_times(path: Path) -> list[Fraction]:
    """The times of all frames in seconds, exactly."""
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def lumas(path: Path) -> list[np.ndarray]:
    """The Y planes of all frames."""
    with av.open(str(path)) as container:
        return [plane_of(frame) for frame in container.decode(video=0)]


def plane_of(frame: VideoFrame, number: int = 0) -> np.ndarray:
    """One plane of a frame, copied."""
    plane = frame.planes[number]
    dtype = np.dtype("u1" if frame.format.components[0].bits == 8 else "<u2")
    return np.frombuffer(plane, dtype).reshape(plane.height, -1)[:, : plane.width].copy()


def packets_of(path: Path, kind: str, number: int = 0) -> list[tuple[Fraction, bytes]]:
    """Time in seconds and bytes of all packets of a stream of this kind."""
    with av.open(str(path)) as container:
        stream = [each for each in container.streams if each.type == kind][number]
        return [
            (packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux(stream)
            if packet.size
        ]


def slug(text: str) -> str:
    """A file name for a test's parameters."""
    return re.sub(r"\W+", "-", text)


def to_rgb(luma: np.ndarray, cb: np.ndarray, cr: np.ndarray, matrix: str) -> np.ndarray:
    """(h, w, 3) R'G'B' of Y', Cb, Cr, (h, w), not clipped."""
    red, blue = WEIGHTS[matrix]
    r = luma + 2 * (1 - red) * cr
    b = luma + 2 * (1 - blue) * cb
    return np.stack([r, (luma - red * r - blue * b) / (1 - red - blue), b], axis=-1)


def to_lab(luma: np.ndarray, cb: np.ndarray, cr: np.ndarray, matrix: str) -> np.ndarray:
    """(h, w, 3) CIE Lab of Y', Cb, Cr, (h, w): the inverse of luma.to_chroma within the gamut."""
    to_xyz = _XYZ_2020 if matrix == "bt2020" else RGB_TO_XYZ
    linear = srgb_to_linear(to_rgb(luma, cb, cr, matrix)) @ (np.linalg.inv(RGB_TO_XYZ) @ to_xyz).T
    return np.stack(linear_rgb_to_lab(*np.moveaxis(linear, -1, 0)), axis=-1).astype(np.float32)
