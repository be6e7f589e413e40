"""model.attention: exact pooling, the meaning of the attention, and no leaks between pictures."""

from __future__ import annotations

import math

import pytest
import torch

from model.attention import MAX_KEYS, HintAttention, Memory, PooledHints, _hinted_cells

CHANNELS, HEADS, FEATURES = 6, 3, 5
RED, BLUE = (0.5, 0.25), (-0.25, -0.75)


@pytest.fixture
def attention() -> HintAttention:
    torch.manual_seed(0)
    module = HintAttention(CHANNELS, HEADS, FEATURES)
    torch.nn.init.normal_(module.gate.weight)
    torch.nn.init.normal_(module.no_hint.weight, std=0.3)
    return module.eval()


@pytest.fixture
def features() -> torch.Tensor:
    """Features (3, C, 8, 8) of three pictures of 64 x 64 pixels at stride 8."""
    return torch.randn(3, CHANNELS, 8, 8, generator=torch.Generator().manual_seed(1))


def test_pooling_keeps_the_colour_of_a_single_pixel_exact(sparse_planes):
    levels = PooledHints.pyramid(sparse_planes({(37, 21): RED}))
    assert sorted(levels) == [2, 4, 8, 16]
    for stride, hints in levels.items():
        cell = hints.planes[0, :, 21 // stride, 37 // stride]
        assert cell.tolist() == pytest.approx([*RED, 1.0], abs=1e-6)
        assert float(hints.weight[0, 0, 21 // stride, 37 // stride]) == pytest.approx(1 / stride**2)
        assert int((hints.planes[0, 2] > 0).sum()) == 1
        assert float(hints.planes.abs().sum()) == pytest.approx(1.75, abs=1e-5)


def test_hints_in_one_cell_are_averaged_and_others_are_not(sparse_planes):
    levels = PooledHints.pyramid(sparse_planes({(0, 0): RED, (15, 15): BLUE, (16, 0): BLUE}))
    mean = [(red + blue) / 2 for red, blue in zip(RED, BLUE, strict=True)]
    assert levels[16].planes[0, :2, 0, 0].tolist() == pytest.approx(mean, abs=1e-6)
    assert levels[16].planes[0, :2, 0, 1].tolist() == pytest.approx(BLUE, abs=1e-6)
    assert levels[8].planes[0, :2, 0, 0].tolist() == pytest.approx(RED, abs=1e-6)


def test_mean_colour_counts_cells_and_says_where_there_is_none(sparse_planes):
    hints = PooledHints.pyramid(sparse_planes({(0, 0): RED, (40, 40): BLUE}, {}))[8]
    mean = hints.mean_colour()
    assert mean[0].tolist() == pytest.approx([0.125, -0.25, 1.0], abs=1e-6)
    assert mean[1].tolist() == [0.0, 0.0, 0.0]


def test_no_hints_give_no_colour(attention, features, sparse_planes):
    """Base colour 0, features finite, and the base of the coarser scale left as it was."""
    hints = PooledHints.pyramid(sparse_planes({}, {}, {}))[8]
    refined, base, *_ = attention(features, hints, None, None, None)
    assert torch.equal(base, torch.zeros(3, 2, 8, 8))
    assert torch.isfinite(refined).all()
    coarse = torch.rand(3, 2, 8, 8)
    assert torch.equal(attention(features, hints, coarse, None, None)[1], coarse)


def test_a_confident_cell_takes_the_exact_colour_of_the_only_hint(
    attention, features, sparse_planes
):
    torch.nn.init.constant_(attention.no_hint.bias, -1e4)
    hints = PooledHints.pyramid(sparse_planes({(37, 21): RED}))[8]
    _, base, *_ = attention(features[:1], hints, None, None, None)
    expected = torch.tensor(RED)[None, :, None, None].expand(1, 2, 8, 8)
    assert torch.allclose(base, expected, atol=1e-6)


def test_doubt_weakens_the_only_hint_but_keeps_its_hue(attention, features, sparse_planes):
    hints = PooledHints.pyramid(sparse_planes({(37, 21): RED}))[8]
    base = attention(features[:1], hints, None, None, None)[1][0].detach()
    share = base[0] / RED[0]
    assert torch.allclose(base[1] / RED[1], share, atol=1e-6)
    assert 0 <= float(share.min()) < float(share.max()) <= 1


def test_the_finer_scale_agrees_with_a_coarse_base_of_the_same_colour(
    attention, features, sparse_planes
):
    hints = PooledHints.pyramid(sparse_planes({(37, 21): RED}))[8]
    coarse = torch.tensor(RED)[None, :, None, None].expand(1, 2, 8, 8)
    _, base, *_ = attention(features[:1], hints, coarse, None, None)
    assert torch.allclose(base, coarse, atol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8), (4, 16)])
def test_equals_attention_with_every_logit_written_out(attention, sparse_planes, shape):
    """Feature product less the penalty on distance, against 'no hint', and nothing else."""
    h, w = shape
    planes = sparse_planes(
        {(3, 5): RED, (8 * w - 4, 8 * h - 20): BLUE, (24, 17): (0.9, 0.1)},
        height=8 * h,
        width=8 * w,
    )
    x = torch.randn(1, CHANNELS, h, w, generator=torch.Generator().manual_seed(2))
    hints = PooledHints.pyramid(planes)[8]
    refined, base, *_ = attention(x, hints, None, None, None)

    cells = hints.planes[0].flatten(1).T  # (cells, 3)
    hinted = (cells[:, 2] > 0).nonzero()[:, 0]
    flat = x[0].flatten(1).T
    query = attention.query(x)[0].flatten(1).T.view(h * w, HEADS, FEATURES)
    key = attention.key(flat[hinted]).view(-1, HEADS, FEATURES)
    place = torch.stack([torch.arange(h * w) // w, torch.arange(h * w) % w], 1) / math.sqrt(h * w)
    distance = (place[:, None] - place[hinted][None]).square().sum(-1)
    logits = torch.einsum("qhf,khf->hqk", query, key) / math.sqrt(FEATURES)
    logits = logits - attention.log_penalty.exp()[:, None, None] * distance
    no_hint = attention.no_hint(x)[0].flatten(1)[..., None]
    weights = torch.cat([logits, no_hint], 2).softmax(2)[..., :-1]
    spread = weights @ cells[hinted]  # (heads, cells, 3)
    gate = attention.gate(x)[0, :-1].flatten(1).softmax(0)
    expected = (gate[..., None] * spread).sum(0)[:, :2].T.reshape(1, 2, h, w)
    assert torch.allclose(base, expected, atol=1e-5)
    back = attention.back(spread.permute(0, 2, 1).reshape(1, HEADS * 3, h, w))
    assert torch.allclose(refined, x + back, atol=1e-5)


def test_with_equal_features_the_nearer_hint_counts_more(attention, sparse_planes):
    hints = PooledHints.pyramid(sparse_planes({(4, 32): (1.0, 0.0), (60, 32): (0.0, 1.0)}))[8]
    same = torch.ones(1, CHANNELS, 8, 8)
    row = attention(same, hints, None, None, None)[1][0, :, 4]
    left, right = row[0], row[1]
    assert (left[:4] > right[:4]).all()
    assert (right[4:] > left[4:]).all()


def test_pictures_of_a_batch_do_not_see_each_other(attention, features, sparse_planes):
    """Padding of the pictures with fewer hints adds nothing."""
    many = {(x, 8): (x / 64, -0.5) for x in range(0, 64, 8)}
    planes = sparse_planes({}, {(37, 21): RED}, many)
    coarse = torch.rand(3, 2, 8, 8, generator=torch.Generator().manual_seed(3))
    together = attention(features, PooledHints.pyramid(planes)[8], coarse, None, None)
    for index in range(3):
        one = slice(index, index + 1)
        alone = attention(
            features[one], PooledHints.pyramid(planes[one])[8], coarse[one], None, None
        )
        for whole, part in zip(together[:2], alone[:2], strict=True):
            assert torch.allclose(whole[one], part, atol=1e-6)


@pytest.mark.parametrize("max_keys", [3, 10, 64, 1000])
def test_a_fixed_number_of_keys_that_suffices_changes_nothing(
    attention, features, sparse_planes, max_keys
):
    planes = sparse_planes({(37, 21): RED, (1, 1): BLUE, (50, 60): RED}, {}, {(9, 9): BLUE})
    hints = PooledHints.pyramid(planes)[8]
    free = attention(features, hints, None, None, None)
    fixed = attention(features, hints, None, max_keys, None)
    for expected, result in zip(free[:2], fixed[:2], strict=True):
        assert torch.allclose(result, expected, atol=1e-6)


def test_cells_beyond_the_limit_are_thinned_out_evenly():
    planes = torch.zeros(2, 3, 20, 50)
    planes[0, 2].view(-1)[100:900] = 1
    planes[1, 2, 0, 5] = 1
    x = torch.arange(1000.0).view(1, 1, 20, 50).expand(2, 1, 20, 50)
    cells = _hinted_cells(x, planes, 50)
    assert cells.valid.shape == (2, 50)
    assert cells.valid[0].all()
    index = cells.seen[0, :, 0].sort().values
    assert index.diff().tolist() == [16] * 49
    assert index[0] >= 100
    assert index[-1] < 900
    assert cells.valid[1].tolist() == [True] + [False] * 49
    assert cells.seen[1, 0].tolist() == [5]


def test_the_number_of_keys_follows_the_hints_up_to_the_limit():
    few, many = torch.zeros(1, 3, 64, 64), torch.ones(1, 3, 64, 64)
    few[0, 2].view(-1)[[7, 70, 700]] = 1
    x = torch.arange(4096.0).view(1, 1, 64, 64)
    cells = _hinted_cells(x, few, None)
    assert cells.seen[0, :, 0].tolist() == [7, 70, 700]
    assert cells.valid.all()
    assert _hinted_cells(x, many, None).valid.shape == (1, MAX_KEYS)


class TestMemory:
    """Hinted cells of other pictures."""

    @pytest.fixture
    def bold(self, attention) -> HintAttention:
        """An attention whose remembered cells count as much as those on the picture."""
        torch.nn.init.zeros_(attention.recall)
        return attention

    def remembered(self, attention, features, sparse_planes, *hints) -> Memory:
        planes = sparse_planes(*hints)
        x = features[: len(hints)]
        return attention(x, PooledHints.pyramid(planes)[8], None, None, None)[2]

    def none(self, sparse_planes) -> PooledHints:
        return PooledHints.pyramid(sparse_planes({}))[8]

    def test_on_the_same_picture_it_does_what_the_hints_do(self, bold, features, sparse_planes):
        hints = {(37, 21): RED, (1, 1): BLUE}
        memory = self.remembered(bold, features, sparse_planes, hints)
        x = features[:1]
        expected = bold(x, PooledHints.pyramid(sparse_planes(hints))[8], None, None, None)
        recalled = bold(x, self.none(sparse_planes), None, None, memory)
        for result, wanted in zip(recalled[:2], expected[:2], strict=True):
            assert torch.allclose(result, wanted, atol=1e-6)

    def test_a_handicap_weakens_it(self, bold, features, sparse_planes):
        memory = self.remembered(bold, features, sparse_planes, {(37, 21): RED})
        x, none = features[:1], self.none(sparse_planes)
        before = bold(x, none, None, None, memory)[1]
        torch.nn.init.constant_(bold.recall, -1.0)
        after = bold(x, none, None, None, memory)[1]
        assert (after[0, 0] < before[0, 0]).all()

    def test_where_it_is_placed_counts_most(self, bold, sparse_planes):
        same = torch.ones(1, CHANNELS, 8, 8)
        memory = self.remembered(bold, same, sparse_planes, {(4, 4): RED})
        moved = memory._replace(place=torch.full_like(memory.place, 0.9))
        red = bold(same, self.none(sparse_planes), None, None, moved)[1][0, 0].detach()
        assert float(red.max()) == pytest.approx(float(red[7, 7]), abs=1e-6)
        assert float(red[0, 0]) < 0.9 * float(red[7, 7])

    def test_lost_it_reaches_everywhere_by_looks_alone(self, bold, features, sparse_planes):
        same = torch.ones(1, CHANNELS, 8, 8)
        memory = self.remembered(bold, same, sparse_planes, {(4, 4): RED})
        lost = memory._replace(placed=torch.zeros_like(memory.placed))
        red = bold(same, self.none(sparse_planes), None, None, lost)[1][0, 0]
        assert torch.allclose(red, red[0, 0].expand_as(red), atol=1e-6)
        elsewhere = lost._replace(place=lost.place + 0.3)
        again = bold(same, self.none(sparse_planes), None, None, elsewhere)[1][0, 0]
        assert torch.allclose(again, red, atol=1e-6)

    def test_padding_adds_nothing(self, bold, features, sparse_planes):
        memory = self.remembered(bold, features, sparse_planes, {(37, 21): RED}, {})
        hints = PooledHints.pyramid(sparse_planes({(9, 9): BLUE}, {(9, 9): BLUE}))[8]
        alone = bold(features[:2], hints, None, None, None)[1]
        both = bold(features[:2], hints, None, None, memory)[1]
        assert torch.allclose(both[1], alone[1], atol=1e-6)
        assert not torch.allclose(both[0], alone[0], atol=1e-3)


def test_more_hinted_cells_than_keys_still_give_their_common_colour(attention, features):
    torch.nn.init.constant_(attention.no_hint.bias, -1e4)
    planes = torch.zeros(1, 4, 64, 64)
    planes[:, 1], planes[:, 2], planes[:, 3] = *RED, 1
    base = attention(features[:1], PooledHints.pyramid(planes)[8], None, 5, None)[1]
    expected = torch.tensor(RED)[None, :, None, None].expand(1, 2, 8, 8)
    assert torch.allclose(base, expected, atol=1e-6)


def test_gradients_reach_every_parameter(attention, features, sparse_planes):
    planes = sparse_planes({(37, 21): RED, (1, 1): BLUE}, {(9, 9): BLUE}, {})
    coarse = torch.rand(3, 2, 8, 8)
    hints = PooledHints.pyramid(planes)[8]
    memory = attention(features.roll(1, 0), hints, None, None, None)[2]
    refined, base, *_ = attention(features, hints, coarse, None, memory)
    (refined.square().sum() + base.square().sum()).backward()
    for name, parameter in attention.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name
