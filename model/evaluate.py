"""Measure the network: `python -m model.evaluate FOLDER`.

PSNR in dB on RGB, averaged over the pictures, against the number of hints, by the two protocols
that the field publishes:

- Z (Zhang et al. 2017, section 4.1): squashed to 256x256, hints of 6x6 pixels with the mean colour
  of their patch, places drawn from a normal about the centre, 8-bit.
- I (iColoriT, Yun et al. 2023): squashed to 224x224, hints of 2x2 pixels on a 2-pixel grid, places
  uniform, floating point.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .color import AB_SCALE, lab_to_rgb, rgb_to_lab
from .data import read_rgb
from .hint_planes import hint_planes, paint
from .load import find_device, load_network, place
from .unet import HintUNet

COUNTS = (0, 1, 2, 5, 10, 20, 50, 100, 200)
# Published for ImageNet's validation set, dB: the 2017 paper's figure 6 and the authors' retrain.
PUBLISHED_Z = {
    "Zhang 2017": {
        0: 24.43,
        1: 25.37,
        2: 26.20,
        5: 27.39,
        10: 28.42,
        20: 29.34,
        50: 30.42,
        100: 31.13,
    },
    "its retrain": {0: 26.5, 1: 27.1, 5: 28.3, 10: 29.1, 20: 29.9, 50: 30.9, 100: 31.65},
}


@dataclass(frozen=True)
class Protocol:
    """How hints are simulated and the result is scored."""

    name: str
    size: int
    patch: int
    eight_bit: bool


Z = Protocol("Z", 256, 6, eight_bit=True)
I = Protocol("I", 224, 2, eight_bit=False)  # noqa: E741
PROTOCOLS = {"Z": Z, "I": I}


@dataclass(frozen=True)
class Score:
    """Mean PSNR in dB over the pictures: gray, and with each number of hints."""

    gray: float
    hints: dict[int, float]


def load_truth(folder: Path, protocol: Protocol, pattern: str = "*") -> NDArray[np.uint8]:
    """(N, 3, size, size) uint8 RGB: the folder's pictures, squashed to the protocol's square.

    Raises ValueError when none decodes.
    """
    squares = []
    for path in sorted(folder.glob(pattern)):
        rgb = read_rgb(path.read_bytes()) if path.is_file() else None
        if rgb is not None:
            shrinks = min(rgb.shape[:2]) > protocol.size
            kind = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            square = cv2.resize(rgb, (protocol.size, protocol.size), interpolation=kind)
            squares.append(square.transpose(2, 0, 1))
    if not squares:
        raise ValueError(f"no pictures in {folder}")
    return np.ascontiguousarray(np.stack(squares)).astype(np.uint8)


def simulate_hints(
    ab: Tensor, count: int, protocol: Protocol, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """The protocol's hints for one picture.

    ab: (1, 2, size, size) true colours. Returns hint ab of that shape and mask (1, 1, size, size).
    """
    room = protocol.size - protocol.patch
    if protocol is Z:
        places = random.normal((room + 1) / 2, (room + 1) / 4, (count, 2))
        low = np.clip(places, 0, room).astype(np.int64)
    else:
        side = protocol.size // protocol.patch
        cells = random.choice(side * side, count, replace=False)
        low = np.stack([cells % side, cells // side], 1) * protocol.patch
    boxes = torch.from_numpy(np.concatenate([low, low + protocol.patch], 1))
    colors = [ab[0, :, y0:y1, x0:x1].mean((1, 2)) for x0, y0, x1, y1 in boxes.tolist()]
    table = torch.stack(colors)[None] if colors else ab.new_zeros(1, 0, 2)
    return paint(boxes[None], table, protocol.size, protocol.size)


def psnr(truth: Tensor, result: Tensor, eight_bit: bool) -> Tensor:
    """(N,) PSNR in dB of RGB in 0..1, (N, 3, H, W) each; both rounded to 8 bits if asked."""
    if eight_bit:
        truth, result = (t.mul(255).round().div(255) for t in (truth, result))
    return -10 * (truth - result).square().mean((1, 2, 3)).clamp_min(1e-10).log10()


@torch.inference_mode()
def evaluate(
    network: HintUNet,
    pictures: NDArray[np.uint8],
    protocol: Protocol,
    counts: Sequence[int] = COUNTS,
    batch: int = 8,
) -> Score:
    """Score a network by a protocol. Hints are drawn afresh, but alike on every call."""
    device = next(network.parameters()).device
    random = np.random.default_rng(0)
    grays: list[Tensor] = []
    scores: dict[int, list[Tensor]] = {count: [] for count in counts}
    for first in range(0, len(pictures), batch):
        rgb = torch.from_numpy(pictures[first : first + batch]).to(device).float() / 255
        lightness, a, b = rgb_to_lab(*rgb.chunk(3, 1))
        ab = torch.cat([a, b], 1).cpu()
        gray = torch.cat(lab_to_rgb(lightness, *torch.zeros_like(rgb[:, :2]).chunk(2, 1)), 1)
        grays.append(psnr(rgb, gray.clamp(0, 1), protocol.eight_bit))
        for count in counts:
            hints = [simulate_hints(one[None], count, protocol, random) for one in ab]
            hint_ab, mask = (torch.cat(parts).to(device) for parts in zip(*hints, strict=True))
            planes = hint_planes(lightness, hint_ab, mask)
            out = network(planes.contiguous(memory_format=torch.channels_last)).ab * AB_SCALE
            result = torch.cat(lab_to_rgb(lightness, *out.chunk(2, 1)), 1).clamp(0, 1)
            scores[count].append(psnr(rgb, result, protocol.eight_bit))
    return Score(
        float(torch.cat(grays).mean()),
        {count: float(torch.cat(parts).mean()) for count, parts in scores.items()},
    )


def print_table(protocol: Protocol, score: Score) -> None:
    """Print PSNR and gain over gray, with the published figures beside them."""
    published = PUBLISHED_Z if protocol is Z else {}
    print(f"protocol {protocol.name}: gray {score.gray:.2f} dB")
    print(f"{'hints':>6} {'PSNR':>7} {'gain':>7}" + "".join(f" {name:>12}" for name in published))
    for count, value in score.hints.items():
        others = (figures.get(count) for figures in published.values())
        beside = "".join(f" {'' if figure is None else f'{figure:.2f}':>12}" for figure in others)
        print(f"{count:6} {value:7.2f} {value - score.gray:+7.2f}{beside}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluate", description=__doc__)
    parser.add_argument("folder", type=Path, help="colour pictures that were not trained on")
    parser.add_argument("--weights", type=Path, help="default: the bundled ones")
    parser.add_argument("--protocol", choices=[*PROTOCOLS, "both"], default="both")
    parser.add_argument("--pattern", default="*", help="which files of the folder, as a glob")
    parser.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
    parser.add_argument("--limit", type=int, help="only the first so many pictures")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--json", action="store_true", help="machine-readable result")
    options = parser.parse_args(arguments)
    names = list(PROTOCOLS) if options.protocol == "both" else [options.protocol]
    try:
        network = load_network(options.weights).fold()
        network = place(network, find_device(options.device))
        for protocol in (PROTOCOLS[name] for name in names):
            truth = load_truth(options.folder, protocol, options.pattern)[: options.limit]
            score = evaluate(network, truth, protocol, options.counts)
            if options.json:
                print(
                    json.dumps(
                        {"protocol": protocol.name, "gray": score.gray, "hints": score.hints}
                    )
                )
            else:
                print_table(protocol, score)
    except (OSError, ValueError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
