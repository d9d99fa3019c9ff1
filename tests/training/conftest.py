"""Options for runs in many folders."""

import dataclasses
from collections.abc import Callable

import pytest

from charlab.config import RunOptions

Compose = Callable[..., RunOptions]


@pytest.fixture(scope="session")
def compose_options(compose_options: Compose) -> Compose:
    """The same, but words that differ in ``output_dir`` alone are composed once."""

    def compose(*words: str) -> RunOptions:
        of_place = "output_dir="
        options = compose_options(*(word for word in words if not word.startswith(of_place)))
        places = [word.removeprefix(of_place) for word in words if word.startswith(of_place)]
        return dataclasses.replace(options, output_dir=places[-1]) if places else options

    return compose
