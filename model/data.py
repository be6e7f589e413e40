"""Training pictures: tar shards or folders, decoded once, cropped in batches on any device."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Generator, Tensor
from torch.nn import functional as F

SHORT, LONG = 240, 324  # every picture is kept lying, in a frame of this size
_SUFFIXES = {".avif", ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
_CHUNK = 256
_LAYOUT = "frames 240x324, edge padded; widths, upright, names"  # of the cache


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures, lying (portraits are transposed), padded on the right.

    frames: (N, 3, 240, 324) uint8 RGB; widths: (N,) int64, the part in use; upright: (N,) bool,
    true for portraits, which are to be transposed back; weights: (N,) float, how often each is
    drawn, in proportion.
    """

    frames: Tensor
    widths: Tensor
    upright: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return self.frames.shape[0]

    def to(self, device: torch.device) -> Pictures:
        """The same pictures in the memory of `device`."""
        planes = (self.frames, self.widths, self.upright, self.weights)
        return Pictures(*(plane.to(device) for plane in planes))


def load_pictures(
    sources: Sequence[Path], cache: Path | None = None, weigh: Mapping[str, float] | None = None
) -> Pictures:
    """Decode tar shards and folders of colour pictures.

    sources: `.tar` files, folders in which there are any, or folders of pictures (searched through
    all levels). cache: a folder that keeps the decoded frames, so that the next start takes
    seconds. weigh: how often pictures of a source are drawn, by what stands after the first hyphen
    of the file's name ("00012-flowers.avif" is from "flowers"); 1 where nothing is said. Files that
    do not decode are left out.
    Raises FileNotFoundError for a missing source, ValueError when no picture was found.
    """
    sources = [
        found
        for source in sources
        for found in (sorted(source.glob("*.tar")) if source.is_dir() else []) or [source]
    ]
    store = cache / f"{_fingerprint(sources)}.npz" if cache else None
    kept = _load_kept(store) if store else None
    frames, widths, upright, names = kept or _decode_all(sources)
    if not len(frames):
        raise ValueError(f"no colour pictures in {', '.join(map(str, sources))}")
    if store and not kept:
        store.parent.mkdir(parents=True, exist_ok=True)
        np.savez(store, widths=widths, upright=upright, names=names)
        part = store.with_suffix(".part.npy")
        np.save(part, frames)
        part.replace(store.with_suffix(".npy"))
    weights = torch.tensor([(weigh or {}).get(name, 1.0) for name in names])
    return Pictures(
        torch.from_numpy(frames), torch.from_numpy(widths), torch.from_numpy(upright), weights
    )


def crop(pictures: Pictures, index: Tensor, size: int, generator: Generator) -> Tensor:
    """Random resized crops: 0.4 to 1 of the short side's square, aspect 3:4 to 4:3, mirrored.

    index: (B,) which pictures. Returns (B, 3, size, size) float, sRGB 0..1, on the pictures'
    device. Sampled at twice the size and averaged, so that shrinking does not alias.
    """
    n, device = len(index), index.device
    draw = torch.rand(6, n, generator=generator, device=device)
    side = SHORT * (0.4 + 0.6 * draw[0]).sqrt()
    stretch = torch.exp((draw[1] - 0.5) * 2 * np.log(4 / 3) / 2)
    wide = pictures.widths[index].float()
    w, h = (side * stretch).minimum(wide), (side / stretch).clamp_max(SHORT)
    x = draw[2] * (wide - w) + w / 2
    y = draw[3] * (SHORT - h) + h / 2
    mirror = torch.where(draw[4] < 0.5, -1.0, 1.0)
    # grid_sample's coordinates run over -1..1; the rows of the matrix give x and y of the source
    sx, sy = w / LONG, h / SHORT
    zero = torch.zeros_like(sx)
    lying = torch.stack([mirror * sx, zero, zero, sy], 1).view(n, 2, 2)
    standing = torch.stack([zero, sx, mirror * sy, zero], 1).view(n, 2, 2)
    turned = torch.where(pictures.upright[index].view(n, 1, 1), standing, lying)
    centre = torch.stack([2 * x / LONG - 1, 2 * y / SHORT - 1], 1)[..., None]
    matrix = torch.cat([turned, centre], 2)
    grid = F.affine_grid(matrix, [n, 3, 2 * size, 2 * size], align_corners=False)
    frames = pictures.frames[index].float()
    sampled = F.grid_sample(frames, grid, padding_mode="border", align_corners=False)
    return F.avg_pool2d(sampled, 2) / 255


def _fingerprint(sources: Sequence[Path]) -> str:
    digest = hashlib.sha256(_LAYOUT.encode())
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            stat = path.stat()
            digest.update(f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


_Decoded = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_], list[str]]


def _load_kept(store: Path) -> _Decoded | None:
    """What an earlier start decoded, or None where that is missing or of another layout."""
    try:
        frames = np.load(store.with_suffix(".npy"), mmap_mode="c")
        notes = np.load(store)
        return frames, notes["widths"], notes["upright"], notes["names"].tolist()
    except (OSError, KeyError, ValueError, BadZipFile):
        return None


def _files(sources: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Name (without its ending) and content of every file."""
    for source in sources:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                if path.suffix.lower() in _SUFFIXES:
                    yield path.stem, path.read_bytes()
            continue
        try:
            with tarfile.open(source) as tar:
                for member in tar:
                    content = tar.extractfile(member)
                    if content is not None:
                        yield Path(member.name).stem, content.read()
        except tarfile.TarError as error:
            raise ValueError(f"{source} is neither a folder nor a tar shard") from error


def _decode_all(sources: Sequence[Path]) -> _Decoded:
    files = _files(sources)
    frames, widths, upright, names = [], [], [], []
    with ProcessPoolExecutor(max(1, (os.cpu_count() or 2))) as pool:
        while chunk := list(islice(files, _CHUNK)):
            contents = [content for _, content in chunk]
            decoded = pool.map(_decode, contents, chunksize=8)
            for (name, _), found in zip(chunk, decoded, strict=True):
                if found is not None:
                    frames.append(found[0])
                    widths.append(found[1])
                    upright.append(found[2])
                    names.append(name.partition("-")[2])
    stacked = np.stack(frames) if frames else np.empty((0, 3, SHORT, LONG), np.uint8)
    return stacked, np.array(widths, np.int64), np.array(upright, np.bool_), names


def _decode(content: bytes) -> tuple[NDArray[np.uint8], int, bool] | None:
    rgb = read_rgb(content)
    if rgb is None:
        return None
    upright = rgb.shape[0] > rgb.shape[1]
    if upright:
        rgb = np.ascontiguousarray(rgb.transpose(1, 0, 2))
    height, width = rgb.shape[:2]
    wide = max(SHORT, round(width * SHORT / height))
    rgb = cv2.resize(rgb, (wide, SHORT), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    cut = max(0, (wide - LONG) // 2)
    rgb = rgb[:, cut : cut + LONG]
    width = rgb.shape[1]
    # the last column goes on into the padding, so that interpolation finds no dark edge there
    frame = np.pad(rgb, ((0, 0), (0, LONG - width), (0, 0)), mode="edge").transpose(2, 0, 1)
    return np.ascontiguousarray(frame), width, upright


def read_rgb(content: bytes) -> NDArray[np.uint8] | None:
    """(H, W, 3) uint8 RGB of an encoded picture, or None when it does not decode.

    Pillow reads it, or OpenCV where Pillow was built without AVIF.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        try:
            bgr = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        except cv2.error:
            return None
        return None if bgr is None else np.ascontiguousarray(bgr[:, :, ::-1]).astype(np.uint8)
