"""What each part of the network and of its training is worth.

Run: python -m model.ablate --data FOLDER --eval FOLDER --into results.jsonl

Trains variants from random weights, each on the same number of samples of the same crops in the
same order, and scores them by protocol Z. Every result is written at once; a later call with the
same settings trains what is missing. Ends with a table in Markdown, in which the first line has
PSNR in dB and the others what they differ by from it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .attention import Memory, PooledHints
from .augment import Augment
from .data import Pictures, load_pictures
from .evaluate import evaluate
from .losses import BIN_WEIGHT, Loss, bin_loss, huber_losses, regression_loss, total_loss
from .protocols import Z, load_truth
from .sampling import User
from .trainer import Trainer
from .unet import HintUNet, Prediction, Widths

COUNTS = (0, 1, 10, 100)
_OLD_FILM = 10  # hints with which the pictures are scored as old film, too


class NoAttention(nn.Module):
    """In place of a hint attention: passes on what it was given."""

    def forward(
        self, x: Tensor, hints: PooledHints, base: Tensor | None, *_: object
    ) -> tuple[Tensor, Tensor, Memory]:
        if base is None:
            base = torch.zeros_like(hints.planes[:, :2])
        n, c = x.shape[:2]
        none = x.new_zeros(n, 0, dtype=torch.bool)
        color, place = x.new_zeros(n, 0, 3), x.new_zeros(n, 0, 2)
        memory = Memory(x.new_zeros(n, 0, c), color, place, none, none)
        return x, base, memory


class NoContext(nn.Module):
    """In place of the global context."""

    def forward(self, x: Tensor, _: PooledHints) -> Tensor:
        return x


class TrueColors(Augment):
    """Changes no colours, but draws as many random numbers."""

    def colors(self, ab: Tensor, hinted: Tensor) -> Tensor:
        super().colors(ab, hinted)
        return ab


class CleanFilm(Augment):
    """Degrades no luma."""

    def film(self, lightness: Tensor, share: float = 0.0) -> Tensor:
        return lightness


class OldFilm(nn.Module):
    """A network that is shown degraded luma."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        device = next(network.parameters()).device
        self.augment = Augment(torch.Generator(device).manual_seed(0))

    def forward(self, planes: Tensor) -> Prediction:
        luma = self.augment.film((planes[:, :1] + 1) * 50, share=1.0) / 50 - 1
        return cast(Prediction, self.network(torch.cat([luma, planes[:, 1:]], 1)))


def _without_attention(*names: str) -> Callable[[HintUNet], None]:
    def change(network: HintUNet) -> None:
        for name in names:
            setattr(network, name, NoAttention())

    return change


def _without_pooled_hints(network: HintUNet) -> None:
    """Hints are left to the first layer, and to the attentions."""

    def blind(_: nn.Module, given: tuple[object, ...]) -> tuple[object, ...]:
        hidden = (
            PooledHints(*(torch.zeros_like(plane) for plane in one))
            if isinstance(one, PooledHints)
            else one
            for one in given
        )
        return tuple(hidden)

    def blind_decoder(_: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        x, skip, hints, *base = given
        return (x, skip, torch.zeros_like(hints), *base)

    for name in ("encode2", "encode4", "encode8", "encode16", "context"):
        network.get_submodule(name).register_forward_pre_hook(blind)
    for name in ("decode8", "decode4", "decode2"):
        network.get_submodule(name).register_forward_pre_hook(blind_decoder)


def _plain(network: HintUNet) -> None:
    _without_attention("attend8", "attend4")(network)
    _without_pooled_hints(network)


def _without_context(network: HintUNet) -> None:
    network.context = NoContext()  # type: ignore[assignment]


def _no_bins(prediction: Prediction, ab: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
    regression = regression_loss(prediction, ab)
    return regression, regression.detach()


def _no_root(prediction: Prediction, ab: Tensor, table: Tensor) -> tuple[Tensor, Tensor]:
    regression = huber_losses(prediction, ab).mean()
    return regression + BIN_WEIGHT * bin_loss(prediction, ab, table), regression.detach()


def _wider(times: float) -> Widths:
    """All channels, times so much, to multiples of 8."""
    return Widths(**{name: round(n * times / 8) * 8 for name, n in asdict(Widths()).items()})


@dataclass(frozen=True)
class Variant:
    """One training: what is different from the network and the training as they are."""

    widths: Widths = field(default_factory=Widths)
    change: Callable[[HintUNet], None] = lambda _: None
    loss: Loss = total_loss
    augment: type[Augment] = Augment
    user: User = field(default_factory=User)
    averaged: bool = True
    seed: int = 1


VARIANTS = {
    "as it is": Variant(),
    "another seed": Variant(seed=2),
    "plain U-Net: no attention, no pooled hints": Variant(change=_plain),
    "no attention": Variant(change=_without_attention("attend8", "attend4")),
    "attention at 1/8 only": Variant(change=_without_attention("attend4")),
    "attention at 1/4 only": Variant(change=_without_attention("attend8")),
    "no pooled hints": Variant(change=_without_pooled_hints),
    "no global context": Variant(change=_without_context),
    "no bin head": Variant(loss=_no_bins),
    "Huber without the root": Variant(loss=_no_root),
    "colours never changed": Variant(augment=TrueColors),
    "luma never degraded": Variant(augment=CleanFilm),
    "hint counts geometric alone": Variant(user=User(no_hints=0.125, few=0.875, dense=0)),
    "last weights, no average": Variant(averaged=False),
    "widths x 0.75": Variant(widths=_wider(0.75)),
    "widths x 1.25": Variant(widths=_wider(1.25)),
}


@dataclass(frozen=True)
class Budget:
    """What every variant gets."""

    samples: int
    size: int
    batch: int
    lr: float
    pictures: int  # to score on


@dataclass(frozen=True)
class Result:
    """What came of a variant.

    seconds: of training; psnr: dB, for each of COUNTS; old_film: the same with ten hints on luma
    degraded like old film.
    """

    parameters: int
    seconds: float
    psnr: list[float]
    old_film: float


def train(
    variant: Variant, pictures: Pictures, budget: Budget, device: str
) -> tuple[HintUNet, float]:
    """Train one variant; gives the network to be scored and the seconds that it took."""
    torch.manual_seed(variant.seed)
    network = HintUNet(variant.widths)
    variant.change(network)
    steps = -(-budget.samples // budget.batch)
    options = argparse.Namespace(
        device=device, lr=budget.lr, batch=budget.batch, seed=variant.seed, minutes=0.0
    )
    trainer = Trainer(network, options)
    trainer.user = variant.user
    trainer.augment = variant.augment(trainer.generator)
    trainer.loss = variant.loss
    trainer.warm_up = max(1, steps // 10)
    started = time.monotonic()
    for step in range(steps):
        # whatever a variant draws, the next crops are the same for all
        trainer.generator.manual_seed(variant.seed * 1_000_003 + step)
        trainer.step(pictures, budget.size, step / steps)
    seconds = time.monotonic() - started
    return trainer.average if variant.averaged else trainer.network, seconds


def measure(network: HintUNet, seconds: float, truth: NDArray[np.uint8]) -> Result:
    """Score a trained variant."""
    parameters = sum(parameter.numel() for parameter in network.parameters())
    network.fold()

    def score(shown: nn.Module, count: int) -> float:
        return evaluate(shown, truth, Z, (count,)).hints[count].psnr

    return Result(
        parameters,
        seconds,
        [score(network, count) for count in COUNTS],
        score(OldFilm(network), _OLD_FILM),
    )


def read_results(path: Path, budget: Budget) -> dict[str, Result]:
    """What earlier calls with this budget have found. Raises ValueError for another file."""
    found = {}
    try:
        for line in path.read_text().splitlines() if path.exists() else []:
            entry = json.loads(line)
            if entry["budget"] == asdict(budget):
                found[entry["variant"]] = Result(**entry["result"])
    except (UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} holds no results of this command") from error
    return found


def table(results: dict[str, Result], budget: Budget) -> str:
    """The results in Markdown, in the order of VARIANTS."""
    titles = ["change", "parameters, M", "samples", "s", *(f"Z {count}" for count in COUNTS)]
    titles.append(f"Z {_OLD_FILM}, old film")
    lines = [titles, ["---"] * len(titles)]
    base = results.get(next(iter(VARIANTS)))
    for name in (name for name in VARIANTS if name in results):
        one = results[name]
        scores = [*one.psnr, one.old_film]
        if base is None or one is base:
            shown = [f"{score:.2f}" for score in scores]
        else:
            pairs = zip(scores, [*base.psnr, base.old_film], strict=True)
            shown = [f"{score - other:+.2f}" for score, other in pairs]
        size = f"{one.parameters / 1e6:.1f}"
        lines.append([name, size, f"{budget.samples:,}", f"{one.seconds:.0f}", *shown])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m model.ablate", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="as model.train has it")
    parser.add_argument("--cache", type=Path, help="folder that keeps the decoded pictures")
    parser.add_argument("--eval", type=Path, required=True, help="folder of pictures kept apart")
    parser.add_argument("--pattern", default="*", help="which of them, as a glob")
    parser.add_argument("--limit", type=int, default=40, help="how many of them")
    parser.add_argument("--into", type=Path, required=True, help="file of the results, JSON lines")
    parser.add_argument("--samples", type=int, default=6000, help="that each variant is trained on")
    parser.add_argument("--size", type=int, default=80, help="of the crops in pixels")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, metavar="VARIANT", default=VARIANTS)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _options(arguments)
    try:
        truth = load_truth(options.eval, Z, options.pattern)[: options.limit]
        budget = Budget(options.samples, options.size, options.batch, options.lr, len(truth))
        results = read_results(options.into, budget)
        pictures = load_pictures(options.data, options.cache)
        options.into.parent.mkdir(parents=True, exist_ok=True)
        for name in (name for name in options.only if name not in results):
            network, seconds = train(VARIANTS[name], pictures, budget, options.device)
            result = results[name] = measure(network, seconds, truth)
            entry = {"variant": name, "budget": asdict(budget), "result": asdict(result)}
            with options.into.open("a") as file:
                file.write(json.dumps(entry) + "\n")
            print(f"{name}: {seconds:.0f} s, {result.psnr}", file=sys.stderr, flush=True)
    except (OSError, ValueError) as error:
        print(f"ablate: {error}", file=sys.stderr)
        return 2
    print(table(results, budget))
    return 0


if __name__ == "__main__":
    sys.exit(main())
