"""Films of a moving square, coloured with a stand-in for the network."""

from __future__ import annotations

import av
import numpy as np

from tui_colorize import Hint, colorize_video
from tui_colorize.hintmemory import HintMemory
from tui_colorize.workers import Workers

WIDTH, HEIGHT = 96, 64
RED = Hint(40, 30, "#c83232", 2)


class StandIn:
    """In place of the network: each pixel gets the mean of the hints of like lightness."""

    device, network_size, vividness = "cpu", 128, 0.0

    def __init__(self) -> None:
        self.calls = 0
        self.fingerprint = "5eed"

    def workers(self):
        return Workers(2)

    def remember(self, lightness, ab, mask, memory=None, places=None):
        return self.color_planes(lightness, ab, mask), HintMemory(())

    def color_planes(self, lightness, ab, mask, memory=None, places=None, max_keys=None):
        self.calls += 1
        result = np.zeros_like(ab)
        levels = (lightness / 20).astype(int)
        for number in range(len(ab)):
            for level in np.unique(levels[number]):
                here = levels[number] == level
                hinted = here & (mask[number] > 0)
                if hinted.any():
                    result[number][here] = ab[number][hinted].mean(0)
        return result


def scene(number: int, shot: int = 0) -> np.ndarray:
    """A light square that moves a pixel a frame over a dark ground; every shot looks different."""
    draw = np.random.default_rng(shot)
    gray = draw.integers(40, 70, (HEIGHT, WIDTH)).astype(np.uint8)
    if shot % 2:
        gray = np.ascontiguousarray(255 - gray)
        gray[: HEIGHT // 2] -= 100
    gray[20:40, 30 + number : 50 + number] = draw.integers(120, 150, (20, 20))
    return gray


def write_film(path, shots=(12,), first_shot=0):
    """A lossless gray film of shots of that many frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for shot, count in enumerate(shots, first_shot):
            for number in range(count):
                frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
                luma = 16 + scene(number, shot) * (219 / 255)
                rows = [luma, *[np.full((HEIGHT // 2, WIDTH // 2), 128)] * 2]
                for plane, samples in zip(frame.planes, rows, strict=True):
                    padded = np.zeros((plane.height, plane.line_size), np.uint8)
                    padded[:, : plane.width] = np.rint(samples)
                    plane.update(padded)
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def planes(path) -> list[tuple[int, list[np.ndarray]]]:
    """PTS and Y', Cb, Cr of all frames."""
    frames = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            arrays = [
                np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.width].copy()
                for plane in frame.planes
            ]
            frames.append((frame.pts, arrays))
    return frames


def same(one, two) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def color(source, out, hints, network, **settings):
    return colorize_video(source, out, hints, colorizer=network, codec="ffv1", **settings)
