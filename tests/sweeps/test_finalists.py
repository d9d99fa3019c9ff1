"""Which seeds the finalists get."""

from pathlib import Path
from typing import Any

import pytest

from charlab.sweeps.finalists import _unused_seeds
from charlab.sweeps.search.parameter import Parameter
from tests.sweeps.toys import Worker, toy_spec, toy_sweep, trials_of


@pytest.mark.parametrize(
    ("base", "space", "arguments", "seeds"),
    [
        (1, {}, [], [2, 3, 4]),
        (1, {}, ["seed=3"], [2, 4, 5]),  # of a space function
        (1, {}, ["+seed=2", "model=lstm"], [3, 4, 5]),
        (1, {"seed": "range(1,6)"}, ["seed=1"], [6, 7, 8]),
        (9, {"seed": "3,7"}, [], [10, 11, 12]),
        (2**32 - 2, {}, ["seed=0"], [2**32 - 1, 1, 2]),
    ],
)
def test_seeds_that_decided_nothing(
    base: int, space: Any, arguments: list[str], seeds: list[int], tmp_path: Path
) -> None:
    spec = toy_spec(base={"seed": base}, space=space)
    assert [p.key for p in spec.parameters] == [Parameter(key, "").key for key in space]
    location = toy_sweep(tmp_path)
    Worker(location).taken(1).trial.set_user_attr("words", arguments)
    assert _unused_seeds(trials_of(location), spec, 3) == seeds
