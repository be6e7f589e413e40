"""What the C library is told about memory."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Planes of 4 MiB that come and go; how many pages the system has handed out for them.
COUNT = """
import ctypes, resource, sys
import numpy as np
from tui_colorize.allocator import keep_freed_memory

ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: huge pages would be few either way
if sys.argv[1] == "keep":
    keep_freed_memory()
for number in range(40):
    if number == 5:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    planes = [np.full((1 << 20,), number, np.float32) for _ in range(3)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif("glibc" not in str(os.confstr("CS_GNU_LIBC_VERSION")), reason="needs glibc")
def test_planes_use_the_memory_of_those_before_them():
    """Hardly a page is new, where each would be."""
    pages = {
        how: int(subprocess.check_output([sys.executable, "-c", COUNT, how]))
        for how in ("keep", "give")
    }
    assert pages["keep"] < 3000 < pages["give"]
