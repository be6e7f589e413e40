"""Where a film ends: whether its file is all there, and how long the last frame lasts."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from makers import film

from tui_colorize import colorize_video
from tui_colorize.video.ending import pauses
from tui_colorize.video.reader import VideoReader


def write(path: Path, times: list[int], codec: str) -> Path:
    """A film with a frame at each of these 24ths of a second."""
    ramp = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for time in times:
            frame = av.VideoFrame.from_ndarray(np.roll(ramp, time, axis=1), format="gray")
            frame = frame.reformat(format="yuv420p")
            frame.pts = time
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_frames_that_avi_leaves_out_are_no_loss(tmp_path):
    """To be shown longer, a frame is followed by empty chunks."""
    path = write(tmp_path / "a.avi", [0, 1, 2, 5, 6, 11], "mpeg4")
    with VideoReader(path) as reader:
        assert len(list(reader)) == 6
        assert reader.problems == []


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ([], []),
        ([7], []),
        ([7, 9], []),
        (list(range(0, 100, 2)), []),
        ([*range(40), *range(43, 80)], [(39, 43)]),
        ([*range(40), *range(42, 80)], []),  # not for long
        ([*range(0, 1600, 40), *range(1761, 3200, 41)], [(1560, 1761)]),  # 24 a second in ms
        ([*range(40), *range(50, 90), *range(99, 140)], [(39, 50), (89, 99)]),
        ([n * n for n in range(40)], []),  # of no rate
        ([n // 4 * 24 + n % 4 * 5 for n in range(40)], []),
    ],
)
def test_where_a_film_of_constant_rate_has_no_frames(times, found):
    assert pauses(times) == found


def test_a_film_with_a_gap_is_told_of(tmp_path, colorizer):
    path = write(tmp_path / "a.mkv", [*range(36), *range(60, 96)], "mpeg4")
    result = colorize_video(path, tmp_path / "out.mkv", colorizer=colorizer)
    assert result.problems == ()
    (notice,) = [each for each in result.notices if "no frames" in each]
    assert notice.startswith("no frames from 0:01.5 to 0:02.5: the film rests there")


@pytest.mark.parametrize(
    ("codec", "name"), [("x264", "b.mp4"), ("x265", "b.mov"), ("ffv1", "b.mkv")]
)
@pytest.mark.parametrize(("frames", "seconds"), [(3, 4.0), (1, 3.0)])
def test_the_last_frame_lasts(tmp_path, recolor, frames, seconds, codec, name):
    """Of slides, how long the last one is shown; of a single frame, how long the film is."""
    source = slides(tmp_path / "a.mp4", frames)
    recolor(source, tmp_path / name, codec=codec)
    with av.open(str(tmp_path / name)) as container:
        assert container.duration == round(seconds * 1e6)


def slides(path, frames):
    """Half a second for each, three for the last."""
    plain = film(path.with_name("plain.mp4"), codec="mpeg4", frames=frames, rate=2)
    with av.open(str(plain)) as before, av.open(str(path), "w") as after:
        copy = after.add_stream_from_template(before.streams.video[0])
        packets = [packet for packet in before.demux() if packet.size]
        packets[-1].duration = round(3 / packets[-1].time_base)
        for number, packet in enumerate(packets):
            packet.pts = packet.dts = round(number / 2 / packet.time_base)
            packet.stream = copy
            after.mux(packet)
    return path
