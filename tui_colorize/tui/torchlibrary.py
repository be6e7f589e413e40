"""Loads torch without a pause in everything else."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

_LARGEST = "libtorch_cpu.so"


def load_torch_library() -> None:
    """Load the largest of torch's libraries before `import torch` does.

    An import that loads a library holds the interpreter's lock until it is done, for a third of a
    second with this one, and no key is answered meanwhile. A foreign call does not hold it. Where
    this is not possible, the import does all of it.
    """
    spec = find_spec("torch")
    if sys.platform != "linux" or spec is None or spec.origin is None:
        return
    load = getattr(ctypes.CDLL(None), "dlopen", None)
    if load is not None:
        load.argtypes, load.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
        load(os.fsencode(Path(spec.origin).parent / "lib" / _LARGEST), os.RTLD_LAZY)
