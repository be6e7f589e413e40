"""Measure the network: `python -m model.evaluate FOLDER`.

PSNR in dB on RGB, averaged over the pictures, against the number of hints, by the two protocols
that the field publishes:

- Z (Zhang et al. 2017, section 4.1): squashed to 256x256, hints of 6x6 pixels with the mean colour
  of their patch, places drawn from a normal about the centre, 8-bit.
- I (iColoriT, Yun et al. 2023): squashed to 224x224, hints of 2x2 pixels on a 2-pixel grid, places
  uniform, floating point.

Beside it: SSIM, how colourful the results are next to the truth, how far they are from the hints
under the hints, whether the suggested colours come true, and how far one hint reaches.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .calibration import Judgement, Tally
from .color import AB_SCALE, lab_to_rgb, rgb_to_lab
from .hint_planes import hint_planes
from .load import find_device, load_network, place
from .metrics import colorfulness, psnr, ssim
from .protocols import COUNTS, PROTOCOLS, PUBLISHED_Z, Protocol, Z, load_truth, simulate_hints
from .reach import Reach, judge_reach
from .sheet import save_sheet
from .unet import HintUNet, Prediction
from .vividness import enliven

_ON_SHEET = (0, 10)  # hints of the coloured columns
_JUDGED = (0, 10)  # hints with which suggestions are judged
_FOR_REACH = 100  # pictures at most


@dataclass(frozen=True)
class Measures:
    """Means over the pictures, with one number of hints.

    psnr: dB; ssim: 0..1; colorfulness: of the results over that of the truth; hint_error: distance
    from the hints' colours under the hints, in ab units, None where there are no hints.
    """

    psnr: float
    ssim: float
    colorfulness: float
    hint_error: float | None


@dataclass(frozen=True)
class Score:
    """PSNR of the gray pictures in dB, and the measures for each number of hints.

    suggestions: how the suggested colours fare, for some of the numbers.
    """

    gray: float
    hints: dict[int, Measures]
    suggestions: dict[int, Judgement] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Some pictures with one number of hints.

    truth, gray, result: (N, 3, size, size) sRGB 0..1; hint_error: (N,) in ab units, NaN if
    there are no hints; ab: (N, 2, size, size) of the truth; mask: (N, 1, size, size) of the hints;
    logits: of the ab bins.
    """

    count: int
    truth: Tensor
    gray: Tensor
    result: Tensor
    hint_error: Tensor
    ab: Tensor
    mask: Tensor
    logits: Tensor


@torch.inference_mode()
def color_all(
    network: nn.Module,
    pictures: NDArray[np.uint8],
    protocol: Protocol,
    counts: Sequence[int],
    batch: int = 8,
    vividness: float = 0.0,
) -> Iterator[Batch]:
    """Colour pictures (N, 3, size, size) uint8 RGB with each number of hints.

    vividness: 0..1, see `model.vividness`; 0 is what the network says.
    Hints are drawn afresh for each number, but alike on every call.
    """
    device = next(network.parameters()).device
    random = np.random.default_rng(0)
    for first in range(0, len(pictures), batch):
        rgb = torch.from_numpy(pictures[first : first + batch]).to(device).float() / 255
        lightness, a, b = rgb_to_lab(*rgb.chunk(3, 1))
        ab = torch.cat([a, b], 1).cpu()
        gray = _rgb(lightness, torch.zeros_like(rgb[:, :2]))
        for count in counts:
            hints = [simulate_hints(one[None], count, protocol, random) for one in ab]
            hint_ab, mask = (torch.cat(parts).to(device) for parts in zip(*hints, strict=True))
            planes = hint_planes(lightness, hint_ab, mask)
            found: Prediction = network(planes.contiguous(memory_format=torch.channels_last))
            out = (enliven(found, vividness) if vividness else found.ab) * AB_SCALE
            off = (out - hint_ab).norm(dim=1, keepdim=True) * mask
            error = off.sum((1, 2, 3)) / mask.sum((1, 2, 3))
            result = _rgb(lightness, out)
            yield Batch(count, rgb, gray, result, error, ab, mask, found.logits)


def evaluate(
    network: nn.Module,
    pictures: NDArray[np.uint8],
    protocol: Protocol,
    counts: Sequence[int] = COUNTS,
    batch: int = 8,
    vividness: float = 0.0,
) -> Score:
    """Score a network by a protocol; see `color_all`."""
    grays: list[Tensor] = []
    tallies = {count: Tally() for count in counts if count in _JUDGED}
    rows: dict[int, list[Tensor]] = {count: [] for count in counts}
    for one in color_all(network, pictures, protocol, counts, batch, vividness):
        if one.count == counts[0]:
            grays.append(psnr(one.truth, one.gray, protocol.eight_bit))
        row = (
            psnr(one.truth, one.result, protocol.eight_bit),
            ssim(one.truth, one.result),
            colorfulness(one.result),
            colorfulness(one.truth),
            one.hint_error,
        )
        rows[one.count].append(torch.stack(row))
        if one.count in tallies:
            tallies[one.count].add(one.logits, one.ab, one.mask)
    return Score(
        float(torch.cat(grays).mean()),
        {count: _measures(torch.cat(parts, 1)) for count, parts in rows.items()},
        {count: tally.judgement() for count, tally in tallies.items()},
    )


def _measures(rows: Tensor) -> Measures:
    decibel, likeness, colors, true_colors, hint_error = rows.mean(1).tolist()
    error = None if np.isnan(hint_error) else hint_error
    return Measures(decibel, likeness, colors / max(true_colors, 1e-6), error)


def _rgb(lightness: Tensor, ab: Tensor) -> Tensor:
    return torch.cat(lab_to_rgb(lightness, *ab.chunk(2, 1)), 1).clamp(0, 1)


def print_table(protocol: Protocol, score: Score) -> None:
    """Print what was measured, with the published figures beside it."""
    published = PUBLISHED_Z if protocol is Z else {}
    print(f"protocol {protocol.name}: gray {score.gray:.2f} dB")
    print(
        f"{'hints':>6} {'PSNR':>7} {'gain':>7} {'SSIM':>7} {'colour':>7} {'at hint':>7}"
        + "".join(f" {name:>12}" for name in published)
    )
    for count, found in score.hints.items():
        others = (figures.get(count) for figures in published.values())
        beside = "".join(f" {'' if figure is None else f'{figure:.2f}':>12}" for figure in others)
        error = "-" if found.hint_error is None else f"{found.hint_error:.2f}"
        print(
            f"{count:6} {found.psnr:7.2f} {found.psnr - score.gray:+7.2f} {found.ssim:7.4f} "
            f"{found.colorfulness:7.2f} {error:>7}{beside}"
        )


def print_judgements(judgements: dict[int, Judgement]) -> None:
    """Print how often the suggestions come true."""
    print("true colour among the nine suggestions, calibration error:")
    for count, found in judgements.items():
        print(f"{count:6} hints: {found.recall:6.1%} {found.error:7.3f}")
        for claimed, true, times in zip(found.claimed, found.true, found.count, strict=True):
            print(f"{'':14} claimed {claimed:4.0%}, true {true:4.0%} ({times})")


def print_reach(reach: Reach | None) -> None:
    """Print how far one hint reaches."""
    if reach:
        print(
            f"one hint in each of {reach.pictures} regions: reaches {reach.reached:.1%} of it, "
            f"changes {reach.leaked:.1%} of all else, {reach.beside:.1%} across its edge; "
            f"{reach.apart:.1%} of two mirrored regions stay with their own hint"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluate", description=__doc__)
    parser.add_argument("folder", type=Path, help="colour pictures that were not trained on")
    parser.add_argument("--weights", type=Path, help="default: the bundled ones")
    parser.add_argument("--protocol", choices=[*PROTOCOLS, "both"], default="both")
    parser.add_argument("--pattern", default="*", help="which files of the folder, as a glob")
    parser.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
    parser.add_argument("--limit", type=int, help="only the first so many pictures")
    parser.add_argument(
        "--vividness", type=_share, default=0.0, help="0 (the network as it is) to 1"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--json", action="store_true", help="machine-readable result")
    parser.add_argument(
        "--sheet",
        type=Path,
        help="write a picture to look at: gray, no hints, ten hints and truth of every picture",
    )
    options = parser.parse_args(arguments)
    names = list(PROTOCOLS) if options.protocol == "both" else [options.protocol]
    try:
        network = load_network(options.weights).fold()
        network = place(network, find_device(options.device))
        for protocol in (PROTOCOLS[name] for name in names):
            truth = load_truth(options.folder, protocol, options.pattern)[: options.limit]
            score = evaluate(network, truth, protocol, options.counts, vividness=options.vividness)
            some = truth[:: -(-len(truth) // _FOR_REACH)]
            reach = judge_reach(network, some) if protocol is Z else None
            if options.json:
                print(json.dumps({"protocol": protocol.name, **_flat(score, reach)}))
            else:
                print_table(protocol, score)
                print_judgements(score.suggestions)
                print_reach(reach)
        if options.sheet:
            truth = load_truth(options.folder, Z, options.pattern)[: options.limit]
            save_sheet(options.sheet, _columns(network, truth, options.vividness))
    except (OSError, ValueError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    return 0


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"not a number from 0 to 1: {text!r}")
    return share


def _flat(score: Score, reach: Reach | None) -> dict[str, object]:
    """For JSON: PSNR under "hints", the other measures under their names."""
    measures = {count: asdict(found) for count, found in score.hints.items()}
    return {
        "gray": score.gray,
        "hints": {count: found["psnr"] for count, found in measures.items()},
        **{
            name: {count: found[name] for count, found in measures.items()}
            for name in ("ssim", "colorfulness", "hint_error")
        },
        "suggestions": {count: asdict(found) for count, found in score.suggestions.items()},
        "reach": asdict(reach) if reach else None,
    }


def _columns(
    network: HintUNet, truth: NDArray[np.uint8], vividness: float
) -> Iterator[list[Tensor]]:
    """The pictures of a row of the contact sheet, for each picture."""
    batches = color_all(network, truth, Z, _ON_SHEET, 1, vividness)
    for few, many in zip(batches, batches, strict=True):
        yield [few.gray[0], few.result[0], many.result[0], few.truth[0]]


if __name__ == "__main__":
    sys.exit(main())
