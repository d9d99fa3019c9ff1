import dataclasses

import numpy as np
import pytest
import torch
from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.builders.corpus import resolve
from charlab.data.facts import facts_of
from charlab.errors import ConfigError, DataError
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures import to_image
from charlab.gallery.inside import InsidePictures
from charlab.inspection.activations import Unit
from charlab.tasks import TASKS

NAMES = ["units", "unit", "memory", "context", "saturation"]


@pytest.fixture
def inside(compose_options, make_corpus):
    """``inside("task=classify", layout="stream")``: pictures of an untrained network."""

    def make(*overrides, layout="sequences", unit=None, text=None, beside=0):
        random = np.random.default_rng(0)
        words = ["“Ada”", "(Bob)", "Čapek,\n", '"Di"']
        documents, count = (60, 3) if layout == "sequences" else (2, 200)
        texts = [
            (" ".join(random.choice(words, count)), "<xy>"[i % 2 * 2 :]) for i in range(documents)
        ]
        corpus = make_corpus(texts, layout=layout, fractions=(0.4, 0.6, 0.0))
        options = compose_options("model.hidden_size=4", "dataset.seq_len=32", *overrides)
        options = resolve(options, corpus)
        torch.manual_seed(0)
        task = TASKS[options.task.name](options, facts_of(corpus))
        trained = TrainedNetwork(task.build_network(), corpus, 0, "net", text)
        trained = dataclasses.replace(trained, beside=(trained,) * beside)
        return InsidePictures(task, trained, "val", unit)

    return make


def drawn(pictures, *names):
    """Each wanted picture's parts, or what kept it from being drawn."""
    assert [picture.name for picture in pictures] == NAMES
    found = {}
    for picture in pictures:
        if names and picture.name not in names:
            continue
        try:
            found[picture.name] = list(picture.draw())
        except DataError as error:
            found[picture.name] = str(error)
    return found


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_a_language_model_is_looked_into(inside, layout, monkeypatch):
    monkeypatch.setattr("charlab.gallery.inside._EXCERPT", 60)
    pictures = inside("task=generate", "model=gru", layout=layout)
    state = torch.random.get_rng_state()
    found = drawn(pictures)
    assert torch.equal(state, torch.random.get_rng_state())
    (table,) = found["units"]
    assert isinstance(table, Markup)
    assert "inside “ ”" in table
    assert "&lt;xy&gt;" in table  # a label
    figure, *texts = found["unit"]
    assert len(texts) == len(figure.axes) // 2
    assert all(len(text.striptags()) > 60 for text in texts)
    (memory,) = found["memory"]
    labels = [line.get_label() for line in memory.axes[0].lines]
    assert labels[::2] == ["net", "untrained", "mean"]
    (context,) = found["context"]
    losses = context.axes[0].lines[0].get_ydata()
    assert len(losses) >= 4
    (saturation,) = found["saturation"]
    assert [axes.get_title() for axes in saturation.axes] == ["reset", "update"]
    if layout == "sequences":  # a stream's look alike
        figures = [part for parts in found.values() for part in parts if isinstance(part, Figure)]
        assert all(to_image(each).ndim == 3 for each in figures)


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_a_unit_and_a_text_of_ones_own(inside, layout):
    words = ("task=generate", "model=lstm")
    unit, given = Unit(0, "cell", 2), "“Di”, (Bob)\nAda"
    pictures = inside(*words, layout=layout, unit=unit, text=given)
    figure, text = next(p for p in pictures if p.name == "unit").draw()
    assert figure.axes[0].get_title(loc="left") == "layer 0, cell 2"
    assert text.count("<bdi>") == (2 if layout == "sequences" else 1)
    end = "”, (Bob)↵ Ada" if layout == "stream" else "”, (Bob) Ada"
    assert " ".join(text.striptags().split()).endswith(end)
    with pytest.raises(ConfigError, match="counts from 0 to 3"):
        inside("task=generate", unit=Unit(0, "cell", 4))


def test_several_networks_stand_on_one_axis(inside):
    found = drawn(inside("task=generate", "model=vanilla", beside=2), *NAMES[2:])
    lines = [line.get_label() for line in found["memory"][0].axes[0].lines]
    assert lines[::2][:3] == ["net", "net (2)", "net (3)"]
    assert len(found["context"][0].axes[0].lines) == 3
    assert found["saturation"] == "this cell has no gates between 0 and 1"


def test_what_makes_no_sense_for_a_task_is_left_out_with_a_reason(inside):
    memory = ("memory", "context")
    one_way = ("task=classify", "model.bidirectional=false")
    found = drawn(inside(*one_way, "task.pooling=last"), *memory)
    assert len(found["memory"]) == len(found["context"]) == 1
    pooled = drawn(inside(*one_way, "task.pooling=mean"), *memory)
    assert "task.pooling=mean" in pooled["memory"]
    both_ways = inside("task=classify", "model.bidirectional=true", "model.num_layers=2")
    found = drawn(both_ways, *memory, "saturation", "units")
    assert "reads both ways" in found["context"]
    assert len(found["saturation"][0].axes) == 6
    assert "inside quotes" in found["units"][0]
