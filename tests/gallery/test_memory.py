"""How far back networks remember, and their gates."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from matplotlib.figure import Figure

from charlab.errors import DataError
from charlab.figures import to_image
from charlab.gallery.memory import memory_pictures

NAMES = ["memory", "context", "saturation"]


def drawn(made: Any, *names: str) -> dict[str, Any]:
    """Each wanted picture's figure, or what kept it from being drawn."""
    pictures = list(memory_pictures(*made, "val"))
    assert [picture.name for picture in pictures] == NAMES
    found: dict[str, Any] = {}
    for picture in pictures:
        if picture.name in (names or NAMES):
            try:
                (found[picture.name],) = picture.draw()
            except DataError as error:
                found[picture.name] = str(error)
    return found


def lines_of(figure: Figure) -> list[Any]:
    return [line.get_label() for line in figure.axes[0].lines]


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_a_language_model_is_measured_beside_itself_before_its_training(
    looked_into: Callable[..., Any], layout: str
) -> None:
    made = looked_into("task=generate", "model=gru", layout=layout, short=True)
    state = torch.random.get_rng_state()
    found = drawn(made)
    assert torch.equal(state, torch.random.get_rng_state())
    assert lines_of(found["memory"])[::2] == ["net", "untrained", "mean"]
    styles = [line.get_linestyle() for line in found["memory"].axes[0].lines]
    assert styles[::2] == ["-", "--", ":"]
    assert len(found["context"].axes[0].lines[0].get_ydata()) >= 4
    assert [axes.get_title() for axes in found["saturation"].axes] == ["reset", "update"]
    if layout == "sequences":  # a stream's look alike
        assert all(to_image(figure).ndim == 3 for figure in found.values())


def test_several_networks_stand_on_one_axis(looked_into: Callable[..., Any]) -> None:
    task, trained = looked_into("task=generate", "model=vanilla", short=True)
    found = drawn((task, replace(trained, beside=(trained, trained))))
    assert lines_of(found["memory"])[::2][:3] == ["net", "net (2)", "net (3)"]
    assert {line.get_linestyle() for line in found["memory"].axes[0].lines[::2][:3]} == {"-"}
    assert len(found["context"].axes[0].lines) == 3
    assert found["saturation"] == "this cell has no gates between 0 and 1"


def test_what_makes_no_sense_for_a_task_is_left_out_with_a_reason(
    looked_into: Callable[..., Any],
) -> None:
    memory = ("memory", "context")
    one_way = ("task=classify", "model.bidirectional=false")
    found = drawn(looked_into(*one_way, "task.pooling=last", short=True), *memory)
    assert all(isinstance(figure, Figure) for figure in found.values())
    pooled = drawn(looked_into(*one_way, "task.pooling=mean", short=True), *memory)
    assert "task.pooling=mean" in pooled["memory"]
    made = looked_into("task=classify", "model.bidirectional=true", "model.num_layers=2")
    found = drawn(made, *memory, "saturation")
    assert "reads both ways" in found["context"]
    assert len(found["saturation"].axes) == 6
    assert found["saturation"].axes[0].get_title().startswith("layer 0, ")
