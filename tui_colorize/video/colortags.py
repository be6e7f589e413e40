"""What a film's samples mean: the colour tags of ITU-T H.273, by their code points."""

from __future__ import annotations

from dataclasses import dataclass

UNSPECIFIED = 2
_LIMITED, _FULL = 1, 2  # FFmpeg's AVCOL_RANGE_MPEG and _JPEG; 0 is unspecified

# H.273, MatrixCoefficients. FCC differs from BT.601 in the third decimal of two weights.
_MATRIX_NAMES = {
    1: "bt709",
    4: "bt601",
    5: "bt601",
    6: "bt601",
    7: "smpte240m",
    9: "bt2020",
    10: "bt2020",
}
_MATRIX_CODES = {"bt709": 1, "bt601": 6, "smpte240m": 7, "bt2020": 9}


@dataclass(frozen=True)
class ColorTags:
    """Code points of matrix, primaries and transfer (2 = unspecified), FFmpeg's color_range."""

    matrix: int = UNSPECIFIED
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    range: int = 0

    def matrix_name(self, width: int, height: int) -> str:
        """ "bt601", "bt709", "smpte240m" or "bt2020": the tag, or what players assume without.

        A matrix of another kind (YCgCo, ICtCp, RGB) counts as unspecified: the chroma it would
        be needed for is never read.
        """
        guess = "bt709" if width >= 1280 or height > 576 else "bt601"
        return _MATRIX_NAMES.get(self.matrix, guess)

    def is_full_range(self, *, default: bool) -> bool:
        """Whether black is 0; default where the file does not say."""
        return {_LIMITED: False, _FULL: True}.get(self.range, default)

    def completed(self, matrix: str, *, full_range: bool) -> ColorTags:
        """The tags to write for these samples: what was unspecified becomes what was assumed."""
        usual = 6 if matrix == "bt601" else 9 if matrix == "bt2020" else 1
        known = _MATRIX_NAMES.get(self.matrix) == matrix
        return ColorTags(
            matrix=self.matrix if known else _MATRIX_CODES[matrix],
            primaries=usual if self.primaries in (0, UNSPECIFIED) else self.primaries,
            transfer=self.transfer
            if self.transfer not in (0, UNSPECIFIED)
            else {6: 6, 9: 14}.get(usual, 1),
            range=_FULL if full_range else _LIMITED,
        )
