import dataclasses
from typing import Annotated

import pytest

from charlab.config.cli_args import convert
from charlab.config.constraints import at_least
from charlab.config.schema import TrainerOptions


def test_annotated_types_are_read_as_what_they_annotate():
    assert convert(Annotated[int | None, at_least(1)], "7") == 7
    assert convert(Annotated[float, at_least(1)], "7") == 7.0
    with pytest.raises(ValueError, match="invalid literal"):
        convert(Annotated[int | None, at_least(1)], "x")
    for field in dataclasses.fields(TrainerOptions):  # what resume= converts
        text = "false" if field.type is bool else "3"
        assert convert(field.type, text) in (3, False, "3")
