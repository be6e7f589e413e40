"""Devices with too little memory, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from tui_colorize.errors import UserError


@contextmanager
def enough_memory(device: torch.device) -> Iterator[None]:
    """Raises UserError where torch finds no room on the device."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"{device} has not enough free memory for this; --device cpu does without it"
        ) from error
