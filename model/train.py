"""Train HintUNet: `python -m model.train --data FOLDER --minutes 30`.

Starts from the bundled weights (--fresh starts from nothing), prints a line a minute and keeps them
as the learning curve, keeps a checkpoint that a later call resumes from, and ends with PSNR against
the number of hints. Several GPUs: `torchrun --nproc-per-node 8 -m model.train ...`.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from .data import Pictures, load_pictures
from .evaluate import evaluate, print_table
from .load import BUNDLED, load_network, place, read_notes
from .protocols import Z, load_truth
from .trainer import Trainer, join_crew
from .unet import STRIDE, HintUNet

CHECKPOINT_EVERY = 180.0  # seconds
CURVE = "curve.csv"


def run(trainer: Trainer, pictures: Pictures, stages: Sequence[tuple[int, float]]) -> None:
    """Train until the run's minutes are over, through its stages (crop size, share of the time)."""
    options, progress = trainer.options, trainer.progress
    total = options.minutes * 60
    started = time.monotonic() - progress.seconds
    reported = saved = time.monotonic()
    sums, steps, counted = torch.zeros(2, device=trainer.device), 0, progress.samples
    while progress.seconds < total:
        share = progress.seconds / total
        size = _size_at(stages, share)
        loss, regression = trainer.step(pictures, size, share)
        sums += torch.stack([loss, regression])
        steps += 1
        now = time.monotonic()
        progress.seconds = trainer.agree(now - started)
        if not trainer.leads:
            continue
        if now - reported >= 60 or progress.seconds >= total:
            mean = (sums / steps).tolist()
            rate = (progress.samples - counted) / (now - reported)
            print(
                f"{progress.seconds / 60:7.1f} min  {progress.samples:9,} samples  {size:3} px  "
                f"{rate:7.1f}/s  loss {mean[0]:.4f}  regression {mean[1]:.4f}",
                flush=True,
            )
            _draw_curve(options.run / CURVE, progress.seconds, progress.samples, size, *mean)
            sums.zero_()
            steps, reported, counted = 0, now, progress.samples
        if now - saved >= CHECKPOINT_EVERY or progress.seconds >= total:
            trainer.save(options.run)
            saved = now


def _draw_curve(path: Path, *point: float) -> None:
    """One more line of the learning curve."""
    with path.open("a") as file:
        if not file.tell():
            file.write("seconds,samples,size,loss,regression\n")
        file.write(",".join(f"{value:.6g}" for value in point) + "\n")


def _size_at(stages: Sequence[tuple[int, float]], share: float) -> int:
    """The crop size when this share (0..1) of the time is over."""
    ends = accumulate(part for _, part in stages)
    sizes = (size for (size, _), end in zip(stages, ends, strict=True) if share < end)
    return next(sizes, stages[-1][0])


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"not a positive number: {text!r}")
    return number


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a positive whole number: {text!r}")
    return int(text)


def _stages(text: str) -> list[tuple[int, float]]:
    """'96:0.5,128:0.5' -> crop sizes with their shares of the time."""
    stages = []
    for part in text.split(","):
        size, _, share = part.partition(":")
        if not size.isdigit() or int(size) % STRIDE or int(size) < 2 * STRIDE:
            raise argparse.ArgumentTypeError(f"crop sizes are multiples of {STRIDE}: {size!r}")
        stages.append((int(size), _positive(share or "1")))
    total = sum(share for _, share in stages)
    return [(size, share / total) for size, share in stages]


def _weights(text: str) -> dict[str, float]:
    """'flowers=0.5,birds=2' -> how often pictures of these sources are drawn."""
    pairs = (part.partition("=") for part in text.split(","))
    weights = {name: float(weight) for name, _, weight in pairs}
    if not all(0 <= weight < math.inf for weight in weights.values()):
        raise argparse.ArgumentTypeError(f"weights are not negative: {text!r}")
    return weights


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m model.train", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        help="folders of colour pictures, tar shards, or folders of tar shards",
    )
    parser.add_argument(
        "--weigh",
        type=_weights,
        metavar="SOURCE=W,...",
        help="draw pictures of a source (NUMBER-SOURCE.avif) W times as often",
    )
    parser.add_argument("--minutes", type=_positive, default=30.0)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument(
        "--sizes",
        type=_stages,
        default="128:0.5,192:0.35,256:0.15",
        help="crop sizes with their shares of the time",
    )
    parser.add_argument("--batch", type=_count, help="default: 16 on a CPU, 256 on a GPU")
    parser.add_argument(
        "--lr",
        type=_positive,
        help="highest learning rate; default: 1e-3 from random weights, 3e-4 from trained ones",
    )
    parser.add_argument("--seed", type=int, default=1)
    # no names that torchrun would take for the beginning of its own
    parser.add_argument(
        "--into",
        dest="run",
        metavar="FOLDER",
        type=Path,
        default=Path("runs/latest"),
        help="folder of the checkpoint; an unfinished run in it is resumed",
    )
    parser.add_argument(
        "--from",
        dest="start",
        metavar="FILE",
        type=Path,
        default=BUNDLED,
        help="weights to start from; default: the bundled ones",
    )
    parser.add_argument("--fresh", action="store_true", help="start from random weights")
    parser.add_argument("--eval", type=Path, help="folder of colour pictures kept apart")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="let the new weights take the place of the old ones if they score better on --eval",
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps the decoded pictures")
    options = parser.parse_args(arguments)
    if options.replace and not options.eval:
        parser.error("--replace needs --eval")
    options.lr = options.lr or (1e-3 if options.fresh else 3e-4)
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _options(arguments)
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    try:
        network = HintUNet() if options.fresh else load_network(options.start)
        trainer = Trainer(network, options, join_crew())
        if not options.fresh:
            trainer.samples_before = int(read_notes(options.start).get("samples", 0))
        if (checkpoint := options.run / "checkpoint.pt").exists():
            trainer.resume(checkpoint)
            if trainer.leads:
                print(f"resumed after {trainer.progress.samples:,} samples")
        pictures = load_pictures(options.data, options.cache, options.weigh)
        truth = load_truth(options.eval, Z) if options.eval else None
        options.run.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    if trainer.leads:
        print(f"{len(pictures):,} pictures, {options.minutes:g} minutes on {trainer.device}")
    try:
        run(trainer, pictures.to(trainer.device), options.sizes)
    except KeyboardInterrupt:
        if trainer.leads:
            trainer.save(options.run)
            print(f"stopped; the checkpoint is in {options.run}")
        return 130
    if truth is not None and trainer.leads:
        _judge(trainer, truth)
    return 0


def _judge(trainer: Trainer, truth: NDArray[np.uint8]) -> None:
    """Print the new weights' score; let them take the old ones' place if asked to and better."""
    options = trainer.options
    made = options.run / BUNDLED.name
    score = evaluate(place(load_network(made), trainer.device), truth, Z)
    print_table(Z, score)
    if options.replace:
        before = evaluate(place(load_network(options.start), trainer.device), truth, Z)
        gains = [found.psnr - before.hints[count].psnr for count, found in score.hints.items()]
        gain = sum(gains) / len(gains)
        verdict = "replaced" if gain > 0 else "left"
        print(f"{gain:+.3f} dB on average: {options.start} is {verdict}")
        if gain > 0:
            part = options.start.with_suffix(".part")
            shutil.copyfile(made, part)
            part.replace(options.start)


if __name__ == "__main__":
    sys.exit(main())
