"""What training minimises."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from .bins import GRID, bin_table
from .color import AB_SCALE
from .unet import Prediction

BIN_WEIGHT = 0.1

# prediction, true ab, table of the bins -> what to minimise and, of it, the regression part
Loss = Callable[[Prediction, Tensor, Tensor], tuple[Tensor, Tensor]]


def bin_targets(ab: Tensor, table: Tensor) -> Tensor:
    """(N, H/4, W/4) int64: the bin of the mean true colour of every 4x4 cell.

    ab: (N, 2, H, W) in ab units; table: `bin_table()` as a tensor on the same device.
    """
    cell = (F.avg_pool2d(ab, 4) / GRID).round().long() + table.shape[0] // 2
    cell = cell.clamp(0, table.shape[0] - 1)
    return table[cell[:, 0], cell[:, 1]]


def table_on(device: torch.device) -> Tensor:
    """The bin table as a tensor."""
    return torch.from_numpy(bin_table()).to(device)


def huber_losses(prediction: Prediction, ab: Tensor) -> Tensor:
    """(N,) Huber loss of each picture's ab, in units of 10.

    It is quadratic up to a difference of 30, since the quadratic loss has the mean as its optimum,
    which PSNR rewards; the absolute loss has the median, which is grayer.
    """
    difference = prediction.ab.float() * (AB_SCALE / 10)
    return F.huber_loss(difference, ab / 10, delta=3.0, reduction="none").mean((1, 2, 3))


def regression_loss(prediction: Prediction, ab: Tensor) -> Tensor:
    """Mean over the pictures of the root of their Huber loss.

    The root keeps vivid pictures from outweighing muted ones, on which a wrong cast shows most.
    """
    return (huber_losses(prediction, ab) + 1e-3).sqrt().mean()


def bin_loss(prediction: Prediction, ab: Tensor, table: Tensor) -> Tensor:
    """Cross-entropy of the ab bins."""
    return F.cross_entropy(prediction.logits.float(), bin_targets(ab, table))


def total_loss(prediction: Prediction, ab: Tensor, table: Tensor) -> tuple[Tensor, Tensor]:
    """The loss to minimise and, of it, the regression part (for the log).

    ab: (N, 2, H, W) true colours in ab units.
    """
    regression = regression_loss(prediction, ab)
    return regression + BIN_WEIGHT * bin_loss(prediction, ab, table), regression.detach()
