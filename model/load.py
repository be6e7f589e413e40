"""Weights on disk: safetensors, checked before they are used."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from .unet import HintUNet, Widths

BUNDLED = Path(__file__).with_name("weights") / "hintunet.safetensors"


class WeightsError(ValueError):
    """A weights file that cannot be used; the message is one sentence for the user."""


def load_network(path: Path | None = None) -> HintUNet:
    """The network with the weights of a file, on the CPU, in float32, in evaluation mode.

    path: None for the bundled weights. Raises WeightsError when the file is missing, is no
    safetensors file, or does not fit the network.
    """
    path = BUNDLED if path is None else path
    if not path.is_file():
        raise WeightsError(f"{path}: no such weights file")
    try:
        with safe_open(path, framework="pt") as file:
            network = HintUNet(_widths(path, file.metadata()))
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path}: not a safetensors file ({error})") from error
    wanted = network.state_dict()
    for name, tensor in wanted.items():
        if name not in found:
            raise WeightsError(f"{path}: these are not weights of this network, {name} is missing")
        if found[name].shape != tensor.shape:
            shapes = f"{tuple(found[name].shape)} instead of {tuple(tensor.shape)}"
            raise WeightsError(f"{path}: the weights do not fit, {name} is {shapes}")
    if extra := found.keys() - wanted.keys():
        raise WeightsError(f"{path}: the weights do not fit, {min(extra)} is not in the network")
    if not all(torch.isfinite(tensor).all() for tensor in found.values()):
        raise WeightsError(f"{path}: the weights hold numbers that are not finite")
    network.load_state_dict(found)
    return network.eval()


def find_device(name: str) -> torch.device:
    """The device called "auto" (CUDA where there is one), "cpu", "cuda" or "cuda:N".

    Raises ValueError when there is no such device.
    """
    kind, colon, number = name.partition(":")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if name == "auto":
        return torch.device("cuda:0")
    if kind != "cuda" or (colon and not number.isdecimal()):
        raise ValueError(f"the device is auto, cpu, cuda or cuda:N, not {name!r}")
    if not torch.cuda.is_available():
        raise ValueError("no CUDA device was found; the device cpu works everywhere")
    if int(number or 0) >= torch.cuda.device_count():
        raise ValueError(f"there is no CUDA device {number}; {torch.cuda.device_count()} found")
    return torch.device(f"cuda:{int(number or 0)}")


def quick_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where the device computes with it in hardware, about twice as fast; else float32."""
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.cpu.get_capabilities()
        native = bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return torch.bfloat16 if native else torch.float32


def place(network: HintUNet, device: torch.device, dtype: torch.dtype = torch.float32) -> HintUNet:
    """Move the network to a device, its convolutions in the layout that runs fastest.

    dtype: of the weights in which most of the work is; with bfloat16 the network, which was trained
    that way, is to be called under autocast. What few numbers decide stays in float32.
    """
    network.to(device)
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            module.to(dtype)
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def save_network(network: HintUNet, path: Path, notes: dict[str, str]) -> None:
    """Write the weights as fp16 safetensors, atomically; `notes` go into the file's metadata."""
    state = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    save_file(state, part, {"widths": json.dumps(asdict(network.widths)), **notes})
    part.chmod(0o644)  # safetensors makes files that only their owner can read
    part.replace(path)


def read_notes(path: Path) -> dict[str, str]:
    """The metadata of a weights file."""
    with safe_open(path, framework="pt") as file:
        return dict(file.metadata() or {})


def _widths(path: Path, metadata: dict[str, str] | None) -> Widths:
    try:
        stored = json.loads((metadata or {})["widths"])
        widths = {field.name: int(stored[field.name]) for field in fields(Widths)}
        if min(widths.values()) < 1:
            raise ValueError("no channels")
        return Widths(**widths)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WeightsError(f"{path}: these are not weights of this network") from error
