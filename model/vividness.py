"""More colour where no hint speaks.

The regression gives the mean of the colours that a thing may have (its loss asks for that), which
is paler than each of them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from .unet import Prediction

DEFAULT = 0.4

_GAIN = 1.5  # by which chroma grows at vividness 1, less 1
_CAST = 0.5  # the share of the mean colour that doesn't grow: it is brown where little is known
_DECIDED = 0.5  # confidence of the hints from which on their colour stays as it is


def enliven(prediction: Prediction, vividness: float) -> Tensor:
    """(N, 2, H, W) ab/110 in [-1, 1], more colourful than the prediction's.

    vividness: 0 (the prediction as it is) to 1. Chroma is stretched away from half of the mean
    colour of all that no hint decides; where hints do, nothing changes. Hue-wise it is the
    prediction still, and as smooth.
    """
    ab = prediction.ab
    free = (1 - prediction.confidence.float() / _DECIDED).clamp_min(0)
    free = F.interpolate(free, size=ab.shape[-2:], mode="bilinear", align_corners=False)
    size = free.sum((2, 3), keepdim=True).clamp_min(1e-6)
    cast = (free * ab).sum((2, 3), keepdim=True) / size
    return torch.clamp(ab + vividness * _GAIN * free * (ab - _CAST * cast), -1, 1)
