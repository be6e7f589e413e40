"""What there is to work with: terminal, network, codecs; and what to do about what is missing."""

from __future__ import annotations

import math
import os
import platform
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from tui_colorize.errors import UserError
from tui_colorize.terminaltext import printable
from tui_colorize.tui.terminal import Graphics, Terminal, wanted_graphics

_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")  # of batch norm: not trained
_NOTES_LEFT_OUT = ("format", "widths")
_DECODERS = ("h264", "hevc", "av1", "vp9")
_FORMATS = {"AVIF": "avif", "WebP": "webp", "TIFF": "libtiff", "ICC profiles": "littlecms2"}


@dataclass(frozen=True)
class Finding:
    """One line. data: what --json says; advice: what to do about it, if it is missing."""

    section: str
    name: str
    text: str
    data: object
    good: bool = True
    advice: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything, in the order in which it is shown."""

    lines: tuple[Finding, ...]

    @property
    def advice(self) -> list[str]:
        """What to do, each thing once."""
        return list(dict.fromkeys(line.advice for line in self.lines if line.advice))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: {section: {name: data}, "advice": [...]}."""
        sections: dict[str, Any] = {}
        for line in self.lines:
            key = line.name.lower().replace(" ", "_")
            sections.setdefault(line.section.lower(), {})[key] = line.data
        return {**sections, "advice": self.advice}


def examine(device: str, weights: Path | None, *, ask_terminal: bool) -> Findings:
    """Look at everything.

    device, weights: as for Colorizer. ask_terminal: whether stdin and stdout are a terminal.
    """
    # The encoder would print its settings.
    os.environ.setdefault("SVT_LOG", "1")
    lines = [*_terminal(ask_terminal), *_network(device, weights), *_video(), *_pictures()]
    return Findings(tuple(lines))


def show(findings: Findings) -> None:
    """Print the findings; in colour where stdout is a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    good, bad, point = "✓✗•" if "utf" in console.encoding.lower() else "+-*"
    column = max(len(line.name) for line in findings.lines)

    def row(mark: Text, name: Text, text: str) -> None:
        name.pad_right(column - len(name) if name else 0)
        start = Text.assemble("  ", mark, " ", name, "  " if name else "")
        folded = textwrap.wrap(
            text, max(console.width - len(start), 20), break_on_hyphens=False
        ) or [""]
        console.print(start + Text(folded[0]))
        for rest in folded[1:]:
            console.print(" " * len(start) + rest, markup=False)

    for section, lines in groupby(findings.lines, lambda line: line.section):
        console.print(Text(section, "bold"))
        for line in lines:
            if line.good:
                row(Text(good, "green"), Text(line.name, "dim"), line.text)
            else:
                row(Text(bad, "yellow"), Text(line.name), line.text)
        console.print()
    if findings.advice:
        console.print(Text("What to do", "bold"))
    for advice in findings.advice:
        row(Text(point), Text(), advice)


# The terminal.

_SHARPER = (
    "For sharper pictures use a terminal with Kitty pictures (kitty 0.28 or newer, Ghostty) or "
    "Sixel (foot, WezTerm, mlterm, xterm -ti vt340)."
)
_THROUGH = "Pictures are sharper outside of tmux and GNU Screen."
_UNKNOWN = (
    "If the terminal can do more than it says, tell the app: --graphics kitty or sixel, and "
    "COLORTERM=truecolor in the environment."
)


def _terminal(ask: bool) -> Iterator[Finding]:
    section = "Terminal"
    if not ask:
        text = "not asked, since stdin or stdout is no terminal"
        yield Finding(section, "Name", text, None, False, "Run this in the terminal of the app.")
        return
    from tui_colorize.tui.probe import Probe

    with Probe(0, 1) as probe:
        found = probe.terminal().drawing_with(wanted_graphics(None, os.environ))
    name = f"{found.name} {found.version}".strip() or "unknown"
    yield Finding(section, "Name", name, {"name": found.name, "version": found.version})
    if found.multiplexer:
        yield Finding(section, "Multiplexer", found.multiplexer, found.multiplexer)
    if found.round_trip is None:
        yield Finding(section, "Answer", "none", None, False, _UNKNOWN)
    else:
        yield Finding(section, "Answer", f"{found.round_trip * 1e3:.0f} ms", found.round_trip)
    yield _graphics(section, found)
    yield Finding(section, "Cell", f"{found.cell[0]} x {found.cell[1]} pixels", found.cell)
    if found.true_color:
        yield Finding(section, "Colours", "true colour", "truecolor")
    else:
        advice = (
            "Outside of GNU Screen there may be true colour."
            if found.multiplexer == "screen"
            else _UNKNOWN
        )
        yield Finding(section, "Colours", "256 at most", "256", False, advice)


def _graphics(section: str, found: Terminal) -> Finding:
    shown = {Graphics.KITTY: "Kitty", Graphics.SIXEL: "Sixel", Graphics.HALFCELL: "half cells"}
    text = shown[found.graphics]
    if found.graphics is Graphics.SIXEL:
        text += f", {found.sixel_registers} colours"
    text += f"; {found.reason}" if found.reason else ""
    data = {
        "protocol": found.graphics.value,
        "reason": found.reason,
        "sixel_registers": found.sixel_registers,
    }
    if found.graphics is not Graphics.HALFCELL:
        return Finding(section, "Graphics", text, data)
    advice = _THROUGH if found.multiplexer else _SHARPER
    return Finding(section, "Graphics", text, data, False, advice)


# The network.


def _network(device: str, weights: Path | None) -> Iterator[Finding]:
    import torch

    from model.load import BUNDLED

    section = "Network"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield Finding(section, "Python", f"{python}, {platform.platform()}", python)
    built = f"for CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA"
    version = str(torch.__version__)
    yield Finding(section, "PyTorch", f"{version}, built {built}", version)
    yield from _devices(section)
    path = BUNDLED if weights is None else weights
    try:
        from tui_colorize.colorizer import Colorizer

        colorizer = Colorizer(device, weights)
        used, fingerprint = colorizer.device, colorizer.fingerprint
    except UserError as error:
        advice = (
            "Choose another --device or --weights; installing again brings the bundled weights."
        )
        yield Finding(section, "Runs on", f"nothing: {error}", None, False, advice)
    else:
        yield Finding(section, "Runs on", used, used)
        yield from _weights(section, path, fingerprint)


def _devices(section: str) -> Iterator[Finding]:
    import torch

    threads = torch.get_num_threads()
    yield Finding(section, "CPU", f"{os.cpu_count()} cores, {threads} used", os.cpu_count())
    if not torch.cuda.is_available():
        advice = (
            "With an NVIDIA GPU, install its driver and a PyTorch that is built for CUDA "
            "(pytorch.org tells how); without one, all is well on the CPU."
        )
        yield Finding(section, "CUDA", "no device", [], False, advice)
        return
    found = [torch.cuda.get_device_properties(n) for n in range(torch.cuda.device_count())]
    text = "; ".join(f"{each.name}, {each.total_memory / 2**30:.0f} GiB" for each in found)
    data = [{"name": each.name, "memory": each.total_memory} for each in found]
    yield Finding(section, "CUDA", text, data)


def _weights(section: str, path: Path, fingerprint: str) -> Iterator[Finding]:
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        notes = dict(file.metadata() or {})
        count = sum(
            math.prod(file.get_slice(name).get_shape())
            for name in file.keys()  # noqa: SIM118
            if not name.endswith(_STATISTICS)
        )
    yield Finding(section, "Weights", printable(path), str(path))
    yield Finding(section, "Parameters", f"{count / 1e6:.2f} million", count)
    yield Finding(section, "Fingerprint", f"sha256 {fingerprint[:12]}", fingerprint)
    told = {name: notes[name] for name in sorted(notes) if name not in _NOTES_LEFT_OUT}
    text = ", ".join(printable(f"{name} {value}") for name, value in told.items())
    yield Finding(section, "Notes", text or "none", notes)


# Film and pictures.


def _video() -> Iterator[Finding]:
    import av

    from tui_colorize.video.codecs import CODECS, available

    section = "Film"
    yield Finding(section, "PyAV", str(av.__version__), str(av.__version__))
    ffmpeg = str(av.ffmpeg_version_info)
    yield Finding(section, "FFmpeg", ffmpeg, ffmpeg)
    trouble = {CODECS[name].encoder: problem for name, problem in available().items()}
    for kind, states in (("Encoders", trouble), ("Decoders", _decoders())):
        there = [name for name, problem in states.items() if not problem]
        missing = [name for name, problem in states.items() if problem]
        advice = _codec_advice(missing)
        yield Finding(section, kind, ", ".join(there) or "none", there, bool(there), advice)
        if missing:
            name = f"Missing {kind.lower()}"
            yield Finding(section, name, ", ".join(missing), missing, False, advice)


def _decoders() -> dict[str, str | None]:
    from av import CodecContext
    from av.codec.codec import UnknownCodecError
    from av.error import FFmpegError

    states: dict[str, str | None] = {}
    for name in _DECODERS:
        try:
            CodecContext.create(name, "r").open()
            states[name] = None
        except (UnknownCodecError, FFmpegError) as error:
            states[name] = str(error)
    return states


def _codec_advice(missing: list[str]) -> str:
    if not missing:
        return ""
    if all(name.endswith("_nvenc") for name in missing):
        return (
            "NVENC needs an NVIDIA GPU that has it (A100 and H100 do not) and its driver; the "
            "other codecs need neither."
        )
    return "The wheels of PyAV bring these codecs: pip install --force-reinstall av."


def _pictures() -> Iterator[Finding]:
    import PIL
    from PIL import features

    section = "Pictures"
    yield Finding(section, "Pillow", PIL.__version__, PIL.__version__)
    for name, feature in _FORMATS.items():
        version = features.version(feature)
        if features.check(feature):
            yield Finding(section, name, str(version or "yes"), str(version or "yes"))
        else:
            advice = "The wheels of Pillow bring all formats: pip install --force-reinstall pillow."
            yield Finding(section, name, "not in this Pillow", None, False, advice)
