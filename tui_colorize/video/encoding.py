"""How a film will be encoded: settled from the source and the wishes before any work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from tui_colorize.errors import UserError
from tui_colorize.video.codecs import Codec, codec_for, formats
from tui_colorize.video.colortags import ColorTags
from tui_colorize.video.frame import Samples
from tui_colorize.video.info import VideoInfo
from tui_colorize.video.pixelformat import layout

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

SUBSAMPLINGS = {"420": (2, 2), "422": (2, 1), "444": (1, 1)}
_MOST_THREADS = 16
_INTERLACED = 0x00040000 | 0x20000000  # AV_CODEC_FLAG_INTERLACED_DCT and _ME
_GLOBAL_HEADER = 1 << 22
_BOTTOM_FIRST = (3, 4)  # shown so: AV_FIELD_BB and _TB
_AVX512 = 13  # OpenCV's CPU_AVX_512F, which it does not name in Python


@dataclass(frozen=True)
class Encoding:
    """Everything that decides what the encoded film looks like; equal settings, equal film.

    width, height: as coded, before rotation. samples: of the luma as it is encoded. notices:
    sentences about what could not be kept.
    """

    codec: Codec
    pixel_format: str
    width: int
    height: int
    samples: Samples
    matrix: str
    tags: ColorTags
    time_base: Fraction
    rate: Fraction
    sample_aspect_ratio: Fraction | None
    interlaced: bool
    field_order: int
    options: tuple[tuple[str, str], ...]
    threads: int = field(repr=False, compare=False)
    notices: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def subsampling(self) -> tuple[int, int]:
        """(across, down) of the chroma in the coded orientation."""
        return layout(self.pixel_format)[1] or (1, 1)

    @property
    def chroma_size(self) -> tuple[int, int]:
        """(width, height) of Cb and of Cr, as shown."""
        across, down = self.subsampling
        return self.samples.orientation.size(-(-self.width // across), -(-self.height // down))

    def configure(self, context: VideoCodecContext) -> None:
        """Set up an encoder that is not open yet."""
        context.width, context.height = self.width, self.height
        context.pix_fmt = self.pixel_format
        context.time_base, context.framerate = self.time_base, self.rate
        context.sample_aspect_ratio = self.sample_aspect_ratio or Fraction(0, 1)
        context.colorspace, context.color_primaries = self.tags.matrix, self.tags.primaries
        context.color_trc, context.color_range = self.tags.transfer, self.tags.range
        context.thread_count = self.threads
        # All containers that are offered keep the headers apart from the packets.
        context.flags |= _GLOBAL_HEADER
        context.field_order = self.field_order
        if self.interlaced and self.codec.says_fields:
            context.flags |= _INTERLACED
        context.options = dict(self.options)


def plan(
    info: VideoInfo,
    out: Path,
    *,
    codec: str = "x264",
    crf: int | None = None,
    preset: str | None = None,
    chroma: str | None = None,
) -> Encoding:
    """Settle how the film is encoded for a file of this name.

    crf: quality, smaller is better; preset: speed against size, in the codec's own words. chroma:
    "420", "422" or "444"; None for the source's, 4:2:0 where that has none. The luma keeps its
    depth where the codec has it.
    Raises UserError for a codec and a suffix that do not fit and for settings it does not have.
    """
    chosen = codec_for(codec, out.suffix)
    if chroma is not None and chroma not in SUBSAMPLINGS:
        raise UserError(f"chroma is 420, 422 or 444, not {chroma}")
    wanted = SUBSAMPLINGS[chroma] if chroma else info.chroma or (2, 2)
    pixel_format = _pixel_format(chosen, info, wanted, or_less=chroma is None)
    depth, subsampling = layout(pixel_format)
    assert subsampling is not None  # of a YUV format
    full_range = info.full_range and chosen.says_range
    samples = Samples(depth, full_range, info.samples.orientation)
    return Encoding(
        codec=chosen,
        pixel_format=pixel_format,
        width=info.coded_width,
        height=info.coded_height,
        samples=samples,
        matrix=info.matrix,
        tags=info.tags.completed(info.matrix, full_range=full_range),
        time_base=info.time_base,
        rate=info.rate or Fraction(25),
        sample_aspect_ratio=info.sample_aspect_ratio,
        interlaced=info.interlaced,
        field_order=info.field_order,
        options=(
            *_options(chosen, crf, preset),
            *_special_options(chosen, preset, info, subsampling == (1, 1)),
        ),
        threads=min(os.cpu_count() or 1, _MOST_THREADS),
        notices=tuple(_notices(chosen, info, depth, subsampling, wanted)),
    )


def _notices(
    codec: Codec,
    info: VideoInfo,
    depth: int,
    subsampling: tuple[int, int],
    wanted: tuple[int, int],
) -> Iterator[str]:
    """Sentences on what is not kept with this depth and subsampling."""
    if info.full_range and not codec.says_range:
        yield (
            f"the luma is brought to limited range, since {codec.name} holds no other; ffv1 would "
            "keep it as it is"
        )
    if info.transparent:
        yield "the transparency of the picture is left out: films are saved opaque"
    if info.mastered:
        yield "what the film tells of the display that it was mastered on (HDR10) is left out"
    if depth < info.bit_depth:
        yield (
            f"{codec.name} holds {depth} bits of the {info.bit_depth} that the luma has; "
            "ffv1 would keep them all"
        )
    if not codec.any_size and _is_odd(info, wanted):
        yield (
            f"the colour is saved in full resolution, since {codec.name} holds "
            f"{info.coded_width} x {info.coded_height} pixels only so; not all players show that"
        )
    elif _is_coarser(subsampling, wanted):
        name = next(key for key, each in SUBSAMPLINGS.items() if each == subsampling)
        yield f"the colour is saved as {':'.join(name)}, the finest that {codec.name} holds"
    if info.interlaced and not codec.says_fields:
        yield f"{codec.name} does not tell players that the frames are interlaced; x264 does"


def _pixel_format(codec: Codec, info: VideoInfo, wanted: tuple[int, int], *, or_less: bool) -> str:
    """What holds the wanted chroma or more of it, and the luma's depth or comes nearest.

    or_less: coarser chroma will do where there is nothing else.
    """
    found = []
    for name in formats(codec.encoder):
        if not name.startswith("yuv4"):
            continue
        depth, chroma = layout(name)
        if chroma is None or chroma not in SUBSAMPLINGS.values() or depth > codec.deepest:
            continue
        if not codec.any_size and _is_odd(info, chroma):
            continue
        coarser, lost = _is_coarser(chroma, wanted), max(0, info.bit_depth - depth)
        if not coarser or or_less:
            area = chroma[0] * chroma[1]
            found.append((coarser, lost, area if coarser else -area, depth, name))
    if not found:
        raise UserError(
            f"{codec.name} cannot hold {info.coded_width} x {info.coded_height} pixels with this "
            "chroma: choose x264, or ffv1 in .mkv"
        )
    return min(found)[-1]


def _is_coarser(chroma: tuple[int, int], wanted: tuple[int, int]) -> bool:
    return chroma[0] > wanted[0] or chroma[1] > wanted[1]


def _is_odd(info: VideoInfo, chroma: tuple[int, int]) -> bool:
    return bool(info.coded_width % chroma[0] or info.coded_height % chroma[1])


def _options(codec: Codec, crf: int | None, preset: str | None) -> tuple[tuple[str, str], ...]:
    options = list(codec.options)
    if codec.crf is None:
        if crf is not None:
            raise UserError(f"{codec.name} has no quality to set: leave the crf out")
    else:
        default, most = codec.crf
        if crf is not None and not 0 <= crf <= most:
            raise UserError(f"the crf of {codec.name} is 0 to {most}, not {crf}")
        options.append((codec.quality, str(default if crf is None else crf)))
    if preset is not None and preset not in codec.presets:
        known = (
            f"knows the presets {', '.join(codec.presets)}" if codec.presets else "has no preset"
        )
        raise UserError(f"{codec.name} {known}, not {preset}")
    if codec.presets:
        options.append(("preset", preset or codec.preset or codec.presets[0]))
    return tuple(options)


def _special_options(
    codec: Codec, preset: str | None, info: VideoInfo, full_chroma: bool
) -> tuple[tuple[str, str], ...]:
    """What the encoder has to be told of this film or this machine."""
    if codec.encoder == "prores_ks":
        return (("profile", "4444" if full_chroma else "hq"),)
    if codec.encoder != "libx264":
        return ()
    parameters = []
    if (preset or codec.preset) == "superfast":
        # With veryfast's lookahead its films are 4 to 15 % larger than veryfast's, and take 45 to
        # 60 % of the time.
        parameters.append("mbtree=1:rc-lookahead=10")
    if cv2.checkHardwareSupport(_AVX512):
        # With AVX-512 its macroblock tree reads memory that nobody wrote, so that two runs may
        # differ; a film that was interrupted is to come out as one that was not.
        parameters.append("asm=AVX2,FMA3,BMI2")
    if info.interlaced:
        # It can change the order from frame to frame, but then it is not lossless any more.
        parameters.append("bff=1" if info.field_order in _BOTTOM_FIRST else "tff=1")
    return (("x264-params", ":".join(parameters)),) if parameters else ()
