"""The network in training: its batches, its steps, its moving average, its checkpoints."""

from __future__ import annotations

import argparse
import copy
import math
import os
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .attention import Memory
from .augment import Augment
from .color import rgb_to_lab
from .data import Pictures, crop
from .hint_planes import hint_planes
from .load import BUNDLED, find_device, place, save_network
from .losses import Loss, table_on, total_loss
from .sampling import User, draw_counts, simulate
from .unet import HintUNet, Prediction
from .views import Tracker, Views

if TYPE_CHECKING:
    from accelerate import Accelerator

BATCH = {"cpu": 16, "cuda": 256}
# Hinted cells per attention in training: a fixed number keeps shapes static for torch.compile.
MAX_KEYS = {"cpu": 128, "cuda": 256}
# what torch.load raises for a file that is damaged or is something else
_BROKEN = (OSError, RuntimeError, KeyError, TypeError, EOFError, UnpicklingError, struct.error)
WARM_UP = 300  # steps
VIEWS = 4  # in every so many steps half of the batch are second views of the other half


@dataclass
class Progress:
    """How far a run has come, over all its calls."""

    step: int = 0
    samples: int = 0
    seconds: float = 0.0


def join_crew() -> Accelerator | None:
    """The processes that torchrun has started to train together; None where there is but one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return None
    from accelerate import Accelerator

    return Accelerator(cpu=not torch.cuda.is_available())


class Trainer:
    """The network, its moving average, its optimiser, and how far they are.

    crew: the processes that train together, each on batches of its own, if there are several.
    """

    def __init__(
        self, network: HintUNet, options: argparse.Namespace, crew: Accelerator | None = None
    ) -> None:
        self.options = options
        self.crew = crew
        self.device = crew.device if crew else find_device(options.device)
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
        self.generator = torch.Generator(self.device)
        self._seed()
        self.augment = Augment(self.generator)
        self.table = table_on(self.device)
        self.user, self.tracker = User(), Tracker()
        self.max_keys = MAX_KEYS[self.device.type]
        self.warm_up = WARM_UP
        self.loss: Loss = total_loss
        self.forward = torch.compile(network) if self.device.type == "cuda" else network
        if crew:
            self.forward = crew.prepare_model(self.forward)

    @property
    def leads(self) -> bool:
        """Whether this process is the one that reports and saves."""
        return self.crew is None or self.crew.is_main_process

    def agree(self, seconds: float) -> float:
        """The leader's clock: all must use the same learning rate, and stop together."""
        if self.crew is None:
            return seconds
        from accelerate.utils import broadcast

        clock = torch.tensor(seconds, dtype=torch.float32, device=self.device)
        return float(broadcast(clock))

    def _seed(self) -> None:
        """Every process draws pictures of its own, and others after a checkpoint than before."""
        rank = self.crew.process_index if self.crew else 0
        self.generator.manual_seed(self.options.seed + 7919 * rank + self.progress.step)

    def draw(self, pictures: Pictures, count: int, size: int) -> tuple[Tensor, Tensor]:
        """L (count, 1, size, size), 0..100, and ab (count, 2, size, size) of random crops."""
        index = torch.multinomial(
            pictures.weights, count, replacement=True, generator=self.generator
        )
        lightness, a, b = rgb_to_lab(*crop(pictures, index, size, self.generator).chunk(3, 1))
        return lightness, torch.cat([a, b], 1)

    def planes(self, lightness: Tensor, ab: Tensor, hints: Tensor) -> Tensor:
        """Network input with so many hints on each picture, its luma as film may have left it."""
        hint_ab, mask = simulate(ab, hints, self.user, self.generator)
        planes = hint_planes(self.augment.film(lightness), hint_ab, mask)
        return planes.contiguous(memory_format=torch.channels_last)

    def batch(self, pictures: Pictures, size: int) -> tuple[Tensor, Tensor]:
        """Network input (B, 4, size, size) and true ab (B, 2, size, size), freshly drawn."""
        lightness, ab = self.draw(pictures, self.batch_size, size)
        hints = draw_counts(self.batch_size, self.user, self.generator)
        ab = self.augment.colors(ab, hints > 0)
        return self.planes(lightness, ab, hints), ab

    def pairs(self, pictures: Pictures, size: int) -> tuple[Prediction, Tensor]:
        """Predictions for hinted pictures and for second views of them, and their true ab."""
        count = max(self.batch_size // 2, 1)
        lightness, ab = self.draw(pictures, count, size)
        views = Views.draw(count, self.tracker, self.augment)
        hints, more = (draw_counts(count, self.user, self.generator) for _ in range(2))
        ab = self.augment.colors(ab, views.related)
        first = self.predict(self.planes(lightness, ab, hints.clamp_min(1)))
        memory = tuple(views.recall(cells, self.tracker, self.augment) for cells in first.memory)
        second_lightness, second_ab = views.show(lightness), views.show(ab)
        second = self.predict(self.planes(second_lightness, second_ab, more), memory)
        prediction = Prediction(
            torch.cat([first.ab, second.ab]), torch.cat([first.logits, second.logits])
        )
        return prediction, torch.cat([ab, second_ab])

    def predict(self, planes: Tensor, memory: tuple[Memory, ...] = ()) -> Prediction:
        """The network in training, in bfloat16."""
        with torch.autocast(self.device.type, torch.bfloat16):
            prediction: Prediction = self.forward(planes, self.max_keys, memory)
        return prediction

    def step(self, pictures: Pictures, size: int, share: float) -> tuple[Tensor, Tensor]:
        """One step; `share` (0..1) of the run is over. Returns total and regression loss."""
        warm = min(1.0, (self.progress.step + 1) / self.warm_up)
        rate = self.options.lr * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * share)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        # at fixed steps, so that processes that train together do the same
        if self.progress.step % VIEWS == 0:
            prediction, ab = self.pairs(pictures, size)
        else:
            planes, ab = self.batch(pictures, size)
            prediction = self.predict(planes)
        loss, regression = self.loss(prediction, ab, self.table)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.progress.step += 1
        self.progress.samples += self.batch_size * (self.crew.num_processes if self.crew else 1)
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
            if self.crew:
                self._seed()
        except _BROKEN as error:
            raise ValueError(f"{checkpoint} is no checkpoint of this network") from error
