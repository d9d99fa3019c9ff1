import math

import numpy as np

from charlab.inspection.correlations import correlation, jackknife


def test_an_interval_covers_what_it_should():
    random = np.random.default_rng(3)
    truth, covered = 0.6, 0
    for _ in range(200):
        x = random.standard_normal((10, 50))
        y = truth * x + math.sqrt(1 - truth**2) * random.standard_normal(x.shape)
        ones = np.full(10, 50.0)
        sums = np.stack([ones, x.sum(1), (x * x).sum(1), y.sum(1), (y * y).sum(1), (x * y).sum(1)])
        low, high = jackknife(sums)
        assert low < correlation(*sums.sum(axis=1)) < high
        covered += low < truth < high
    assert 180 <= covered <= 199
    assert all(map(math.isnan, jackknife(sums[:, :3])))
