"""What a coloured picture is worth beside the true one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_SIGMA, _WINDOW = 1.5, 11  # of the Gaussian under which SSIM compares
_C1, _C2 = 0.01**2, 0.03**2


def psnr(truth: Tensor, result: Tensor, eight_bit: bool) -> Tensor:
    """(N,) PSNR in dB of RGB in 0..1, (N, 3, H, W) each; both rounded to 8 bits if asked."""
    if eight_bit:
        truth, result = (t.mul(255).round().div(255) for t in (truth, result))
    return -10 * (truth - result).square().mean((1, 2, 3)).clamp_min(1e-10).log10()


def ssim(truth: Tensor, result: Tensor) -> Tensor:
    """(N,) structural similarity of RGB in 0..1, (N, 3, H, W) each, the mean over the channels.

    Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity",
    section III, with its Gaussian window of 11 pixels. H and W are at least 11.
    """
    x = torch.arange(_WINDOW, device=truth.device, dtype=truth.dtype) - _WINDOW // 2
    bell = torch.exp(-x.square() / (2 * _SIGMA**2))
    bell = bell / bell.sum()

    def local(plane: Tensor) -> Tensor:
        rows = F.conv2d(plane.flatten(0, 1)[:, None], bell.view(1, 1, -1, 1))
        return F.conv2d(rows, bell.view(1, 1, 1, -1)).view(*plane.shape[:2], *_inner(plane))

    mean_t, mean_r = local(truth), local(result)
    var_t = local(truth * truth) - mean_t * mean_t
    var_r = local(result * result) - mean_r * mean_r
    both = local(truth * result) - mean_t * mean_r
    likeness = (2 * mean_t * mean_r + _C1) * (2 * both + _C2)
    scale = (mean_t * mean_t + mean_r * mean_r + _C1) * (var_t + var_r + _C2)
    return (likeness / scale).mean((1, 2, 3))


def _inner(plane: Tensor) -> tuple[int, int]:
    return plane.shape[-2] - _WINDOW + 1, plane.shape[-1] - _WINDOW + 1


def colorfulness(rgb: Tensor) -> Tensor:
    """(N,) colourfulness of RGB in 0..1, (N, 3, H, W): 0 is gray, about 80 (of 255) vivid.

    Hasler & Suesstrunk 2003, "Measuring colourfulness in natural images", equation 2.
    """
    red, green, blue = (rgb * 255).unbind(1)
    opponent = torch.stack([red - green, (red + green) / 2 - blue], 1).flatten(2)
    spread, offset = opponent.std(2), opponent.mean(2)
    result: Tensor = spread.norm(dim=1) + 0.3 * offset.norm(dim=1)
    return result
