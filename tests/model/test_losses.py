"""model.losses: bin targets, and a loss that is least for the truth."""

from __future__ import annotations

import pytest
import torch

from model.bins import bin_centers
from model.color import AB_SCALE
from model.losses import BIN_WEIGHT, bin_targets, regression_loss, table_on, total_loss
from model.unet import Prediction


@pytest.fixture
def table():
    return table_on(torch.device("cpu"))


def test_targets_are_the_bins_of_the_cells_mean_colours(table):
    ab = torch.zeros(1, 2, 8, 8)
    ab[0, 0, :4, :4] = torch.linspace(10, 50, 16).view(4, 4)  # mean 30
    ab[0, 1, :4, :4] = -20
    ab[0, :, 4:, 4:] = torch.tensor([52.0, 48.0])[:, None, None]
    centers = torch.tensor(bin_centers())[bin_targets(ab, table)]
    assert centers[0, 0, 0].tolist() == [30, -20]
    assert centers[0, 1, 1].tolist() == [50, 50]
    assert centers[0, 0, 1].tolist() == [0, 0]


def test_targets_of_impossible_colours_are_possible_ones(table):
    ab = torch.full((1, 2, 4, 4), -400.0)
    assert 0 <= int(bin_targets(ab, table)) < len(bin_centers())


def test_regression_is_least_for_the_truth_and_grows_away_from_it():
    ab = torch.rand(2, 2, 8, 8) * 100 - 50
    losses = [
        float(regression_loss(Prediction((ab + away) / AB_SCALE, ab), ab))
        for away in (0, 1, 5, 20, 60, -1, -5, -20, -60)
    ]
    assert losses[:5] == sorted(losses[:5])
    assert losses[0] < 0.05
    assert losses[2] > losses[0] + 0.05
    assert losses[1:5] == pytest.approx(losses[5:], rel=1e-3)


def test_regression_counts_every_picture_the_same():
    ab, off = torch.zeros(2, 2, 8, 8), torch.tensor([0.05, 0.5]).view(2, 1, 1, 1)
    both = float(regression_loss(Prediction(ab + off, ab), ab))
    each = [float(regression_loss(Prediction(ab[:1] + one, ab), ab[:1])) for one in off]
    assert both == pytest.approx(sum(each) / 2, rel=1e-5)


def test_total_adds_the_cross_entropy_of_the_bins(table):
    ab = torch.zeros(1, 2, 8, 8)
    bins = len(bin_centers())
    flat = Prediction(ab / AB_SCALE, torch.zeros(1, bins, 2, 2))
    total, regression = total_loss(flat, ab, table)
    assert float(regression) == pytest.approx(float(regression_loss(flat, ab)))
    expected = BIN_WEIGHT * torch.tensor(float(bins)).log().item()
    assert float(total - regression) == pytest.approx(expected, abs=1e-5)
    sure = torch.full((1, bins, 2, 2), -50.0)
    sure.scatter_(1, bin_targets(ab, table)[:, None], 50.0)
    total, regression = total_loss(Prediction(ab, sure), ab, table)
    assert float(total - regression) == pytest.approx(0, abs=1e-6)
