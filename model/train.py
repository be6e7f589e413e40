"""Train HintUNet: `python -m model.train --data FOLDER --minutes 30`.

Starts from the bundled weights (--fresh starts from nothing), prints a line a minute, keeps a
checkpoint that a later call resumes from, and ends with PSNR against the number of hints.
"""

from __future__ import annotations

import argparse
import copy
import math
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from .augment import Augment
from .color import rgb_to_lab
from .data import Pictures, crop, load_pictures
from .evaluate import Z, evaluate, load_truth, print_table
from .hint_planes import hint_planes
from .load import BUNDLED, find_device, load_network, place, read_notes, save_network
from .losses import table_on, total_loss
from .sampling import User, draw_counts, simulate
from .unet import STRIDE, HintUNet

BATCH = {"cpu": 16, "cuda": 256}
# Hinted cells per attention in training: a fixed number keeps shapes static for torch.compile.
MAX_KEYS = {"cpu": 128, "cuda": 256}
# what torch.load raises for a file that is damaged or is something else
_BROKEN = (OSError, RuntimeError, KeyError, TypeError, EOFError, UnpicklingError, struct.error)
WARM_UP = 300  # steps
CHECKPOINT_EVERY = 180.0  # seconds


@dataclass
class Progress:
    """How far a run has come, over all its calls."""

    step: int = 0
    samples: int = 0
    seconds: float = 0.0


class Trainer:
    """The network, its moving average, its optimiser, and how far they are."""

    def __init__(self, network: HintUNet, options: argparse.Namespace) -> None:
        self.options = options
        self.device = find_device(options.device)
        self.batch_size = options.batch or BATCH[self.device.type]
        self.network = place(network, self.device).train()
        self.average = copy.deepcopy(network).eval()
        self.progress = Progress()
        self.samples_before = 0
        matrices = [p for p in network.parameters() if p.ndim > 1]
        others = [p for p in network.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}],
            lr=options.lr,
            betas=(0.9, 0.99),
        )
        self.generator = torch.Generator(self.device).manual_seed(options.seed)
        self.augment = Augment(self.generator)
        self.table = table_on(self.device)
        self.user = User()
        self.max_keys = MAX_KEYS[self.device.type]
        self.forward = torch.compile(network) if self.device.type == "cuda" else network

    def batch(self, pictures: Pictures, size: int) -> tuple[Tensor, Tensor]:
        """Network input (B, 4, size, size) and true ab (B, 2, size, size), freshly drawn."""
        count = self.batch_size
        index = torch.multinomial(
            pictures.weights, count, replacement=True, generator=self.generator
        )
        rgb = crop(pictures, index, size, self.generator)
        lightness, a, b = rgb_to_lab(*rgb.chunk(3, 1))
        hints = draw_counts(count, self.user, self.generator)
        ab = self.augment.colors(torch.cat([a, b], 1), hints > 0)
        hint_ab, mask = simulate(ab, hints, self.user, self.generator)
        planes = hint_planes(self.augment.film(lightness), hint_ab, mask)
        return planes.contiguous(memory_format=torch.channels_last), ab

    def step(self, pictures: Pictures, size: int, share: float) -> tuple[Tensor, Tensor]:
        """One step; `share` (0..1) of the run is over. Returns total and regression loss."""
        warm = min(1.0, (self.progress.step + 1) / WARM_UP)
        rate = self.options.lr * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * share)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        planes, ab = self.batch(pictures, size)
        with torch.autocast(self.device.type, torch.bfloat16):
            prediction = self.forward(planes, self.max_keys)
        loss, regression = total_loss(prediction, ab, self.table)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.progress.step += 1
        self.progress.samples += self.batch_size
        self._follow()
        return loss.detach(), regression

    @torch.no_grad()
    def _follow(self) -> None:
        """Moving average (EMA) of the weights and of the batch norms' statistics."""
        keep = min(0.999, (1 + self.progress.step) / (10 + self.progress.step))
        ours, theirs = self.average.state_dict(), self.network.state_dict()
        moving = [name for name, tensor in ours.items() if tensor.is_floating_point()]
        torch._foreach_lerp_(
            [ours[name] for name in moving], [theirs[name] for name in moving], 1 - keep
        )

    def save(self, folder: Path) -> None:
        """Write the checkpoint and, beside it, the averaged weights."""
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "checkpoint.part"
        state = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "progress": asdict(self.progress),
        }
        torch.save(state, part)
        part.replace(folder / "checkpoint.pt")
        samples = self.samples_before + self.progress.samples
        save_network(self.average, folder / BUNDLED.name, {"samples": str(samples)})

    def resume(self, checkpoint: Path) -> None:
        """Go on where a checkpoint stopped. Raises ValueError when it cannot be read."""
        try:
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.generator.set_state(state["generator"].cpu())
            self.progress = Progress(**state["progress"])
        except _BROKEN as error:
            raise ValueError(f"{checkpoint} is no checkpoint of this network") from error


def run(trainer: Trainer, pictures: Pictures, stages: Sequence[tuple[int, float]]) -> None:
    """Train until the run's minutes are over, through its stages (crop size, share of the time)."""
    options, progress = trainer.options, trainer.progress
    total = options.minutes * 60
    started = time.monotonic() - progress.seconds
    reported = saved = time.monotonic()
    sums, steps = torch.zeros(2, device=trainer.device), 0
    while progress.seconds < total:
        share = progress.seconds / total
        size = _size_at(stages, share)
        loss, regression = trainer.step(pictures, size, share)
        sums += torch.stack([loss, regression])
        steps += 1
        now = time.monotonic()
        progress.seconds = now - started
        if now - reported >= 60 or progress.seconds >= total:
            mean = (sums / steps).tolist()
            rate = steps * trainer.batch_size / (now - reported)
            print(
                f"{progress.seconds / 60:7.1f} min  {progress.samples:9,} samples  {size:3} px  "
                f"{rate:7.1f}/s  loss {mean[0]:.4f}  regression {mean[1]:.4f}",
                flush=True,
            )
            sums.zero_()
            steps, reported = 0, now
        if now - saved >= CHECKPOINT_EVERY or progress.seconds >= total:
            trainer.save(options.run)
            saved = now


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
    parser.add_argument("--lr", type=_positive, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--run",
        type=Path,
        default=Path("runs/latest"),
        help="folder of the checkpoint; an unfinished run in it is resumed",
    )
    parser.add_argument("--start", type=Path, default=BUNDLED, help="weights to start from")
    parser.add_argument("--fresh", action="store_true", help="start from random weights")
    parser.add_argument("--eval", type=Path, help="folder of colour pictures kept apart")
    parser.add_argument("--cache", type=Path, help="folder that keeps the decoded pictures")
    options = parser.parse_args(arguments)
    options.data = [
        found
        for source in options.data
        for found in (sorted(source.glob("*.tar")) if source.is_dir() else []) or [source]
    ]
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _options(arguments)
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    try:
        network = HintUNet() if options.fresh else load_network(options.start)
        trainer = Trainer(network, options)
        if not options.fresh:
            trainer.samples_before = int(read_notes(options.start).get("samples", 0))
        if (checkpoint := options.run / "checkpoint.pt").exists():
            trainer.resume(checkpoint)
            print(f"resumed after {trainer.progress.samples:,} samples")
        pictures = load_pictures(options.data, options.cache, options.weigh)
        options.run.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    print(f"{len(pictures):,} pictures, {options.minutes:g} minutes on {trainer.device}")
    try:
        run(trainer, pictures.to(trainer.device), options.sizes)
    except KeyboardInterrupt:
        trainer.save(options.run)
        print(f"stopped; the checkpoint is in {options.run}")
        return 130
    if options.eval:
        truth = load_truth(options.eval, Z)
        print_table(Z, evaluate(trainer.average, truth, Z))
    return 0


if __name__ == "__main__":
    sys.exit(main())
