"""model.evaluate: scores that can be checked by hand, and hints as the protocols want them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from model.bins import bin_centers
from model.color import AB_SCALE, rgb_to_lab
from model.evaluate import Measures, Score, evaluate, main, print_table
from model.protocols import PUBLISHED_Z, I, Z, load_truth, simulate_hints
from model.unet import Prediction


class Stub(nn.Module):
    """Answers every call with what a function makes of the network's input."""

    def __init__(self, answer):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.answer = answer
        self.seen = []

    def forward(self, planes):
        self.seen.append(planes)
        n, _, h, w = planes.shape
        logits = torch.zeros(n, len(bin_centers()), h // 4, w // 4)
        return Prediction(self.answer(planes), logits)


def nothing(planes):
    return torch.zeros_like(planes[:, :2])


def ab_of(pictures):
    rgb = torch.from_numpy(pictures).float() / 255
    return torch.cat(rgb_to_lab(*rgb.chunk(3, 1))[1:], 1)


@pytest.fixture
def pictures():
    """Five pictures of 64 x 64 with smooth colours."""
    rng = np.random.default_rng(0)
    coarse = rng.random((5, 3, 4, 4))
    fine = torch.nn.functional.interpolate(torch.from_numpy(coarse), (64, 64), mode="bilinear")
    return fine.mul(255).round().to(torch.uint8).numpy()


@pytest.fixture
def folder(tmp_path, encoded):
    """Two pictures, a corrupt one and something else."""
    rng = np.random.default_rng(0)
    for number in range(2):
        coarse = rng.integers(0, 256, (30 + number, 20, 3), dtype=np.uint8)
        (tmp_path / f"p{number}.png").write_bytes(encoded(coarse))
    (tmp_path / "broken.png").write_bytes(b"no")
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize("protocol", [replace(Z, size=64), replace(I, size=64)])
def test_gray_is_the_score_of_no_colour(pictures, protocol):
    score = evaluate(Stub(nothing), pictures, protocol, (0, 3), batch=2)
    assert score.hints[0].psnr == pytest.approx(score.gray, abs=1e-5)
    assert score.hints[3].psnr == pytest.approx(score.gray, abs=1e-5)
    assert 5 < score.gray < 40


@pytest.mark.parametrize(
    ("protocol", "least"), [(replace(Z, size=64), 99.9), (replace(I, size=64), 75)]
)
def test_the_truth_scores_perfectly(pictures, protocol, least):
    truth = ab_of(pictures[:1]) / AB_SCALE
    score = evaluate(Stub(lambda _: truth), pictures[:1], protocol, (0, 1))
    assert score.hints[0].psnr > least
    assert score.hints[1].psnr > least


def test_what_the_truth_measures(pictures):
    truth = ab_of(pictures[:1]) / AB_SCALE
    found = evaluate(Stub(lambda _: truth), pictures[:1], replace(I, size=64), (0, 9)).hints
    assert found[0].ssim == pytest.approx(1, abs=1e-3)
    assert found[0].colorfulness == pytest.approx(1, abs=1e-2)
    assert found[0].hint_error is None
    # a hint is the mean of its patch, and the colours are smooth
    assert 0 < found[9].hint_error < 5


def test_what_gray_measures(pictures):
    """Its distance from the hints is their chroma."""
    stub = Stub(nothing)
    found = evaluate(stub, pictures[:1], replace(I, size=64), (5,)).hints[5]
    assert found.colorfulness == pytest.approx(0, abs=1e-2)
    planes = stub.seen[0][0]
    chroma = (planes[1:3] * AB_SCALE).norm(dim=0)[planes[3] > 0]
    assert found.hint_error == pytest.approx(float(chroma.mean()), rel=1e-4)


def test_vividness_adds_colour(pictures):
    """The stub is sure of nothing, so all of its colour is stretched."""
    truth = ab_of(pictures[:1]) / AB_SCALE / 4
    protocol = replace(I, size=64)
    pale, vivid = (
        evaluate(Stub(lambda _: truth), pictures[:1], protocol, (0,), vividness=share).hints[0]
        for share in (0.0, 1.0)
    )
    assert vivid.colorfulness > 1.5 * pale.colorfulness


def test_suggestions_are_judged_with_no_and_with_ten_hints(pictures):
    protocol = replace(I, size=64)
    assert sorted(evaluate(Stub(nothing), pictures, protocol, (0, 5, 10)).suggestions) == [0, 10]


def test_every_picture_counts_the_same_whatever_the_batch(pictures):
    protocol = replace(Z, size=64)
    alone = [evaluate(Stub(nothing), pictures[i : i + 1], protocol, (0,)).gray for i in range(5)]
    assert evaluate(Stub(nothing), pictures, protocol, (0,), batch=2).gray == pytest.approx(
        sum(alone) / 5, abs=1e-4
    )


def test_the_network_sees_luma_and_that_many_hints(pictures):
    stub = Stub(nothing)
    protocol = replace(I, size=64)
    evaluate(stub, pictures[:2], protocol, (0, 7))
    none, seven = stub.seen
    assert none.shape == (2, 4, 64, 64)
    lightness = rgb_to_lab(*(torch.from_numpy(pictures[:2]).float() / 255).chunk(3, 1))[0]
    assert torch.allclose(none[:, :1], lightness / 50 - 1, atol=1e-5)
    assert not none[:, 1:].any()
    assert seven[:, 3].sum((1, 2)).tolist() == [28, 28]


def test_hints_are_alike_on_every_call(pictures):
    first, second = Stub(nothing), Stub(nothing)
    for stub in (first, second):
        evaluate(stub, pictures, replace(Z, size=64), (2, 5))
    assert all(torch.equal(a, b) for a, b in zip(first.seen, second.seen, strict=True))
    assert not torch.equal(first.seen[0][0, 3], first.seen[0][1, 3])


def test_z_hints_are_6x6_patches_of_their_mean_colour_about_the_centre():
    ab = torch.rand(1, 2, 256, 256, generator=torch.Generator().manual_seed(0)) * 100
    random = np.random.default_rng(1)
    places = []
    for _ in range(150):
        hints, mask = simulate_hints(ab, 1, Z, random)
        rows, columns = mask[0, 0].nonzero().T
        assert len(rows) == 36
        y, x = int(rows.min()), int(columns.min())
        assert (int(rows.max()), int(columns.max())) == (y + 5, x + 5)
        patch = (slice(None), slice(y, y + 6), slice(x, x + 6))
        mean = ab[0][patch].mean((1, 2))
        assert torch.allclose(hints[0][patch], mean[:, None, None].expand(2, 6, 6), atol=1e-4)
        assert float(hints.sum()) == pytest.approx(36 * float(mean.sum()), rel=1e-4)
        places.append((x, y))
    middle, spread = np.mean(places, 0), np.std(places, 0)
    assert middle == pytest.approx([125, 125], abs=16)
    # a normal of 251 / 4, cut at the borders
    assert spread == pytest.approx([61, 61], abs=9)
    assert np.min(places) >= 0
    assert np.max(places) <= 250


def test_i_hints_lie_on_a_grid_and_never_twice():
    ab = torch.rand(1, 2, 224, 224, generator=torch.Generator().manual_seed(0)) * 100
    random = np.random.default_rng(1)
    seen = torch.zeros(112, 112)
    for _ in range(20):
        hints, mask = simulate_hints(ab, 200, I, random)
        cells = mask[0, 0].view(112, 2, 112, 2).sum((1, 3))
        assert sorted(cells.unique().tolist()) == [0, 4]
        assert int((cells == 4).sum()) == 200
        means = ab[0].view(2, 112, 2, 112, 2).mean((2, 4))
        painted = hints[0].view(2, 112, 2, 112, 2)[:, :, 1, :, 0]
        assert torch.allclose(painted, means * (cells == 4), atol=1e-4)
        seen += cells / 4
    quarters = [float(q.sum()) for half in seen.chunk(2, 0) for q in half.chunk(2, 1)]
    assert quarters == pytest.approx([1000] * 4, rel=0.12)


def test_no_hints_are_no_hints():
    for protocol in (Z, I):
        ab = torch.ones(1, 2, protocol.size, protocol.size)
        hints, mask = simulate_hints(ab, 0, protocol, np.random.default_rng(0))
        assert hints.shape == ab.shape
        assert not hints.any()
        assert not mask.any()


def test_truth_is_squashed_to_the_protocols_square(folder):
    for protocol in (Z, I):
        truth = load_truth(folder, protocol)
        assert truth.shape == (2, 3, protocol.size, protocol.size)
        assert truth.dtype == np.uint8
    assert len(load_truth(folder, Z, "p1*")) == 1


def test_truth_keeps_channels_and_orientation(tmp_path, encoded, halves):
    rgb = halves(400, 300, (200, 10, 20), (10, 20, 200), stacked=True)
    (tmp_path / "a.png").write_bytes(encoded(rgb))
    truth = load_truth(tmp_path, Z)[0]
    assert truth[:, 10, 128].tolist() == [200, 10, 20]
    assert truth[:, 245, 128].tolist() == [10, 20, 200]


@pytest.mark.parametrize("pattern", ["none*", "broken*", "folder"])
def test_no_pictures_are_an_error(folder, pattern):
    with pytest.raises(ValueError, match="no pictures in"):
        load_truth(folder, Z, pattern)


def test_the_table_has_gains_and_the_published_figures(capsys):
    score = Score(
        22.5, {count: Measures(24.0 + count / 100, 0.9, 0.5, None) for count in (0, 1, 2, 100)}
    )
    print_table(Z, score)
    lines = capsys.readouterr().out.splitlines()
    assert "gray 22.50 dB" in lines[0]
    assert all(name in lines[1] for name in PUBLISHED_Z)
    assert lines[2].split() == ["0", "24.00", "+1.50", "0.9000", "0.50", "-", "24.43", "26.50"]
    assert lines[3].split() == ["1", "24.01", "+1.51", "0.9000", "0.50", "-", "25.37", "27.10"]
    assert lines[4].split() == ["2", "24.02", "+1.52", "0.9000", "0.50", "-", "26.20"]
    assert lines[5].split() == ["100", "25.00", "+2.50", "0.9000", "0.50", "-", "31.13", "31.65"]


def test_the_table_of_the_other_protocol_stands_alone(capsys):
    print_table(I, Score(22.5, {10: Measures(22.0, 0.9123, 0.5, 1.5)}))
    lines = capsys.readouterr().out.splitlines()
    assert "protocol I" in lines[0]
    assert "Zhang" not in lines[1]
    assert lines[2].split() == ["10", "22.00", "-0.50", "0.9123", "0.50", "1.50"]


def test_the_command_prints_json(folder, tiny_weights, capsys):
    options = ["--weights", str(tiny_weights), "--counts", "0", "2", "--json"]
    assert main([str(folder), *options]) == 0
    z, i = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (z["protocol"], i["protocol"]) == ("Z", "I")
    assert i["reach"] is None
    for result in (z, i):
        for name in ("hints", "ssim", "colorfulness", "hint_error"):
            assert sorted(result[name]) == ["0", "2"]
        assert sorted(result["suggestions"]) == ["0"]
        # an untrained network gives no colour of its own
        assert result["hints"]["0"] == pytest.approx(result["gray"], abs=1e-4)
        assert result["hints"]["2"] != pytest.approx(result["gray"], abs=1e-4)


def test_the_command_prints_a_table_of_the_chosen_protocol_and_pictures(
    folder, tiny_weights, capsys
):
    options = ["--weights", str(tiny_weights), "--counts", "0", "--protocol", "Z"]
    assert main([str(folder), *options, "--limit", "1"]) == 0
    one = capsys.readouterr().out
    assert main([str(folder), *options, "--pattern", "p0*"]) == 0
    assert capsys.readouterr().out == one
    assert "protocol Z" in one
    assert "protocol I" not in one


def test_the_sheet_shows_gray_results_and_truth(folder, tiny_weights, tmp_path, capsys):
    """Two pictures in a row, four columns each; an untrained network leaves the second gray."""
    sheet = tmp_path / "sheet.png"
    options = ["--weights", str(tiny_weights), "--counts", "0", "--protocol", "Z"]
    assert main([str(folder), *options, "--sheet", str(sheet)]) == 0
    pixels = np.asarray(Image.open(sheet)).astype(int)
    assert pixels.shape == (256, 2 * 4 * 256 + 12, 3)
    gray, none, hinted, truth = (pixels[:, x * 256 : (x + 1) * 256] for x in range(4))
    assert np.abs(gray - none).max() <= 1
    assert np.abs(hinted - gray).max() > 10
    assert np.array_equal(truth, load_truth(folder, Z, "p0*")[0].transpose(1, 2, 0))
    assert main([str(folder), *options, "--sheet", str(tmp_path / "sheet.nothing")]) == 2
    assert capsys.readouterr().err.startswith("evaluate: ")


@pytest.mark.parametrize(
    "options",
    [
        ["{folder}/none"],
        ["{folder}/folder"],
        ["{folder}", "--weights", "{folder}/none.safetensors"],
        ["{folder}", "--weights", "{folder}/p0.png"],
        ["{folder}", "--limit", "0"],
        ["{folder}", "--device", "toaster"],
        ["{folder}", "--device", "cuda:99"],
    ],
)
def test_bad_options_are_one_line_and_exit_2(folder, tiny_weights, capsys, options):
    arguments = ["--weights", str(tiny_weights), "--counts", "0", "--protocol", "Z"]
    assert main(arguments + [option.format(folder=folder) for option in options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("evaluate: ")
    assert err.count("\n") == 1
