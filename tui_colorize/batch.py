"""Colouring picture files: what goes where is settled before any work, then one after the other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.errors import UserError, reason
from tui_colorize.hintfile import read_still_hints
from tui_colorize.hints import HintSet
from tui_colorize.imagefile import (
    OUTPUT_SUFFIXES,
    Still,
    check_output,
    is_picture,
    read_still,
    save_still,
)
from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    from tui_colorize.colorizer import Colorizer

_HINT_SUFFIXES = (".csv", ".json")


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to colour. hints: a hint file. problem: why it will not be coloured."""

    source: Path
    output: Path
    hints: Path | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job; the fields of the machine-readable results.

    hints: how many are enabled. What was not come to is None; error None: the output is there.
    """

    input: str
    output: str
    width: int | None = None
    height: int | None = None
    hints: int | None = None
    seconds: float | None = None
    device: str | None = None
    error: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def plan(inputs: Sequence[Path], out: str, hints: Path | None, *, overwrite: bool) -> list[Job]:
    """Settle which picture is saved where, with which hints. Writes nothing.

    inputs: pictures, and folders, of which all pictures are taken. out: the file of a single
    picture, or a folder, to be made if need be, for `<stem>-color.<suffix>`. hints: a hint file
    for a single picture, or a folder with `<stem>.csv` or `<stem>.json` for some pictures.

    What stands in the way of one picture is the problem of its job. Raises UserError for what
    stands in the way of all: no pictures, two with one output, an unfit folder, unfit hints.
    """
    found = _find(inputs)
    single = len(inputs) == 1 and not _is_folder(inputs[0])
    folder = not single or _is_folder(Path(out)) or out.endswith(os.sep)
    if folder:
        _check_folder(Path(out))
        jobs = _into_folder(found, Path(out))
    else:
        jobs = [Job(source, Path(out)) for source in found]
    jobs = _without_earlier_results(jobs, scanned={p for p in found if p not in inputs})
    jobs = _with_hints(jobs, hints, single=single)
    if folder and not _is_folder(Path(out)):
        return jobs
    return [_checked(job, overwrite) for job in jobs]


def color_all(
    jobs: Sequence[Job],
    *,
    device: str,
    weights: Path | None,
    vividness: float | None,
    overwrite: bool,
    starting: Callable[[str], None],
) -> Iterator[Outcome]:
    """Colour one picture after the other; yields what became of each.

    The network is loaded for the first picture that can be read and whose hints are right.
    device, weights, vividness: see Colorizer. starting: told, in a few words, what comes next.
    Raises UserError where the network cannot be used.
    """

    @cache
    def colorizer() -> Colorizer:
        # Bad input is to be refused without waiting for torch.
        starting("loading the network")
        from tui_colorize.colorizer import Colorizer

        return Colorizer(device, weights, vividness)

    for job in jobs:
        starting(printable(job.source.name))
        yield _color(job, colorizer, overwrite)


def sentence(error: Exception, name: str) -> str:
    """What went wrong with the picture of this name, for the user; safe to show."""
    if isinstance(error, UserError):
        return str(error)
    # OpenCV and torch have memory errors of their own.
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return f"{name} needs more memory than there is"
    said = printable(str(error)) or "no reason given"
    return f"{name} could not be coloured: {said} ({type(error).__name__})"


# Planning.


def _find(inputs: Sequence[Path]) -> list[Path]:
    """The pictures, without repetition; those of a folder by name."""
    found: dict[str, Path] = {}
    for path in inputs:
        pictures = _pictures_in(path) if _is_folder(path) else [path]
        for picture in pictures:
            found.setdefault(_key(picture), picture)
    return list(found.values())


def _pictures_in(folder: Path) -> list[Path]:
    name = printable(folder)
    try:
        pictures = sorted(path for path in folder.iterdir() if is_picture(path))
    except OSError as error:
        raise UserError(f"{name} cannot be read: {reason(error)}") from error
    if not pictures:
        raise UserError(f"there are no pictures in the folder {name}")
    return pictures


def _is_folder(path: Path) -> bool:
    """False, too, where the system will not tell: what comes next says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _key(path: Path) -> str:
    """The same for two ways to write one path."""
    return os.path.normcase(os.path.join(os.path.realpath(path.parent), path.name))  # noqa: PTH118


def _check_folder(out: Path) -> None:
    """Raise UserError unless pictures can be saved into it, or it can be made."""
    name = printable(out)
    if not os.path.lexists(out):
        parent = out.parent
        if not _is_folder(parent):
            raise UserError(f"{name} cannot be made: there is no folder {printable(parent)}")
        if not os.access(parent, os.W_OK | os.X_OK):
            raise UserError(f"{name} cannot be made: {printable(parent)} may not be written to")
    elif not _is_folder(out):
        raise UserError(f"{name} is not a folder, which several pictures need")
    elif not os.access(out, os.W_OK | os.X_OK):
        raise UserError(f"the folder {name} may not be written to")


def _into_folder(found: Sequence[Path], out: Path) -> list[Job]:
    jobs: dict[str, Job] = {}
    for source in found:
        job = Job(source, out / f"{source.stem}-color{_suffix_for(source)}")
        other = jobs.setdefault(_key(job.output), job)
        if other is not job:
            raise UserError(
                f"{printable(other.source)} and {printable(source)} would both become "
                f"{printable(job.output)}"
            )
    return list(jobs.values())


def _suffix_for(source: Path) -> str:
    """Of the coloured picture: the same where that can be saved."""
    suffix = source.suffix.lower()
    if suffix in OUTPUT_SUFFIXES:
        return source.suffix
    return ".jpg" if suffix in (".jpe", ".jfif") else ".png"


def _without_earlier_results(jobs: Sequence[Job], scanned: set[Path]) -> list[Job]:
    """Leave out the results of an earlier call that saved into the same folder."""
    outputs = {_key(job.output) for job in jobs}
    kept = [job for job in jobs if job.source not in scanned or _key(job.source) not in outputs]
    sources = {_key(job.source): job for job in kept}
    return [
        replace(
            job,
            problem=f"{printable(job.output)} is itself one of the pictures to be coloured",
        )
        if sources.get(_key(job.output), job) is not job
        else job
        for job in kept
    ]


def _with_hints(jobs: Sequence[Job], hints: Path | None, *, single: bool) -> list[Job]:
    if hints is None:
        return list(jobs)
    name = printable(hints)
    if not _is_folder(hints):
        if not single:
            raise UserError(
                f"{name} is not a folder: hints of several pictures are files in one folder, "
                "each named after its picture"
            )
        return [replace(job, hints=hints) for job in jobs]
    jobs = [_with_own_hints(job, hints) for job in jobs]
    if not any(job.hints or job.problem for job in jobs):
        whom = printable(jobs[0].source.name) if single else "any of the pictures"
        raise UserError(f"no hint file in {name} is named after {whom}")
    return jobs


def _with_own_hints(job: Job, folder: Path) -> Job:
    names = [folder / f"{job.source.stem}{suffix}" for suffix in _HINT_SUFFIXES]
    there = [path for path in names if os.path.lexists(path)]
    if len(there) > 1:
        both = " and ".join(printable(path) for path in there)
        return replace(job, problem=job.problem or f"{both} are both there: which one counts?")
    return replace(job, hints=there[0]) if there else job


def _checked(job: Job, overwrite: bool) -> Job:
    try:
        check_output(job.source, job.output, overwrite=overwrite)
    except UserError as error:
        return replace(job, problem=job.problem or str(error))
    return job


# Colouring.


def _color(job: Job, colorizer: Callable[[], Colorizer], overwrite: bool) -> Outcome:
    """Raises UserError only where the network cannot be used."""
    start = time.perf_counter()
    outcome = Outcome(str(job.source), str(job.output))
    if job.problem:
        return replace(outcome, error=job.problem)
    name = printable(job.source)
    try:
        still = read_still(job.source)
        height, width = still.pixels.shape[:2]
        outcome = replace(outcome, width=width, height=height)
        hints = read_still_hints(job.hints, (width, height)) if job.hints else HintSet()
        outcome = replace(outcome, hints=len(hints.enabled))
    except Exception as error:
        return replace(outcome, error=sentence(error, name))
    # Outside of any try: without a network no other picture fares better.
    ready = time.perf_counter()
    network = colorizer()
    start += time.perf_counter() - ready  # loading it is nothing that this picture took
    outcome = replace(outcome, device=network.device)
    try:
        _save(still, network.colorize(still.pixels, hints), job.output, overwrite)
    except Exception as error:
        return replace(outcome, error=sentence(error, name))
    return replace(outcome, seconds=round(time.perf_counter() - start, 3))


def _save(still: Still, rgb: Any, output: Path, overwrite: bool) -> None:
    # Its parent was there when the job was planned. Made only now, for the first result.
    try:
        output.parent.mkdir(exist_ok=True)
    except OSError as error:
        name = printable(output.parent)
        raise UserError(f"{name} cannot be made: {reason(error)}") from error
    save_still(still, rgb, output, overwrite=overwrite)
