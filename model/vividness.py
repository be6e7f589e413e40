"""More colour where the network is not sure of it.

The regression gives the mean of the colours that a thing may have (its loss asks for that), which
is paler than each of them: of colours ab with mean m and variance s^2 the mean square is |m|^2 +
s^2. How much is missing from the whole picture therefore follows from what the network says of its
own doubts, by the ab bins.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .bins import variance
from .color import AB_SCALE
from .unet import Prediction

DEFAULT = 0.3

_CERTAIN = 30.0  # variance, ab units squared, that is left under a hint
_LEAST_PART = 0.05  # of the picture, over which what is missing is spread
_MOST = 2.0  # by which chroma grows, less 1


def enliven(prediction: Prediction, vividness: float) -> Tensor:
    """(N, 2, H, W) ab/110 in [-1, 1], more colourful than the prediction's.

    vividness: 0 (the prediction as it is) to 1 (all of the missing energy of chroma is given back).
    Chroma is stretched away from the mean doubtful colour, the more, the less certain it is: that
    mean is brown, and to stretch it would make a sepia print of everything. What hints decide
    hardly changes.
    """
    ab = prediction.ab
    if not vividness:
        return ab
    coarse = AB_SCALE * F.interpolate(ab, size=prediction.logits.shape[-2:], mode="area")
    doubt = (variance(prediction.logits) - _CERTAIN).clamp_min(0)
    known = coarse.square().sum(1, keepdim=True)
    part = doubt / (doubt + known + 1)
    missing = doubt.mean((1, 2, 3), keepdim=True) / known.mean((1, 2, 3), keepdim=True).add(1)
    stretch = torch.sqrt(1 + vividness * missing) - 1
    gain = stretch * part / part.mean((1, 2, 3), keepdim=True).clamp_min(_LEAST_PART)
    gain = F.interpolate(gain.clamp_max(_MOST), size=ab.shape[-2:], mode="bilinear")
    cast = (part * coarse).sum((2, 3), keepdim=True) / part.sum((2, 3), keepdim=True).add(1e-6)
    return torch.clamp(ab + gain * (ab - cast / AB_SCALE), -1, 1)
