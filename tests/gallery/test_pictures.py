"""Which pictures there are of which run, none of them drawn before it is wanted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from charlab.config.task_options import COMMON_PICTURES
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.gallery import pictures as module
from charlab.gallery.pictures import Subject, data_pictures, pictures_of
from charlab.runs.history import History
from charlab.tasks.task import Task

Made = tuple[Task[Any], TrainedNetwork[Any]]

STREAM: dict[str, Any] = {"texts": [("ab cd " * 50, None)], "layout": "stream"}


def history() -> History:
    """Of one validation."""
    found = History()
    found.add("val", {"epochs": 1, "step": 3, "steps": 3, "loss": 2.0})
    return found


def subject_of(made: Made, history: History | None = None) -> Subject:
    """A network with its task."""
    task, trained = made
    return Subject(task, trained, history)


def names(subject: Subject) -> list[str]:
    return [picture.name for picture in pictures_of(subject, "val")]


@pytest.mark.parametrize("task", ["classify", "generate"])
def test_a_trained_network_has_all_pictures_of_its_task_in_order(
    network_of: Callable[..., Any], task: str
) -> None:
    subject = subject_of(network_of(task), history())
    found = names(subject)
    assert len(set(found)) == len(found)
    common = set(COMMON_PICTURES) - {"target-embeddings", "target-neighbours"}
    assert set(found) == common | set(subject.task.options.pictures)
    order = ("curves", "units", "embeddings", "unfolded", "bigrams", "lengths", "labels")
    assert [name for name in found if name in order] == list(order)


def test_without_a_history_only_what_needs_no_training_is_there(
    network_of: Callable[..., Any],
) -> None:
    assert names(subject_of(network_of("generate"))) == ["unfolded", "bigrams", "lengths", "labels"]
    stream = subject_of(network_of("generate", "dataset.layout=stream", **STREAM))
    assert names(stream) == ["unfolded", "bigrams", "lengths"]


def test_a_history_without_a_measurement_has_no_curves(network_of: Callable[..., Any]) -> None:
    assert names(subject_of(network_of("generate"), History()))[0] != "curves"


def test_nothing_is_drawn_before_it_is_wanted(
    network_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for name in ("run_curves_figure", "unfolded_figure", "bigram_figure"):
        monkeypatch.setattr(module, name, lambda *_, name=name: drawn.append(name))
    found = {p.name: p for p in pictures_of(subject_of(network_of("generate"), history()), "val")}
    assert drawn == []
    for name in ("curves", "unfolded", "bigrams"):
        found[name].draw()
    assert drawn == ["run_curves_figure", "unfolded_figure", "bigram_figure"]


def test_pictures_of_data_say_what_a_token_is(network_of: Callable[..., Any]) -> None:
    _, trained = network_of("generate")
    bigrams, lengths, labels = data_pictures(trained.corpus)
    assert "a character of the train part" in bigrams.explanation
    assert "in characters" in lengths.explanation
    (figure,) = labels.draw()
    assert len(figure.axes[0].patches) == len(trained.corpus.labels)  # type: ignore[union-attr]


def test_a_heading_says_which_networks_were_measured_and_looked_at(
    network_of: Callable[..., Any],
) -> None:
    task, trained = network_of("classify", "model=gru")
    one = replace(trained, name="a net", beside=(replace(trained, name="<b>"),))
    metrics = {"val/accuracy": 0.5, "val/loss": 1.25, "test/loss": 9.0}
    heading = Subject(task, one, history()).heading("val", metrics, "look run=x")
    facts = dict(heading.facts)
    assert heading.command == "look run=x"
    assert heading.title.startswith("classify · ")
    assert heading.title.endswith(" · gru")
    assert facts["network"] == "a net, <b>"
    assert facts["parameters"] == f"{sum(p.numel() for p in one.network.parameters()):,}"
    assert (facts["val/loss"], facts["val/accuracy"]) == ("1.2500", "0.5000")
    assert "test/loss" not in facts
    assert facts["looked at"] == "the val part"
    given = Subject(task, replace(one, text="abc"), history()).heading("val", {}, "")
    assert dict(given.facts)["looked at"] == "a text of yours"
    untrained = Subject(task, one).heading("val", metrics, "")
    assert untrained.facts == [("network", "not trained")]
