"""What the page's engine is told of a network, and which networks are refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor, nn

from charlab.errors import CheckpointError, ConfigError
from charlab.models.cells import VanillaCell
from charlab.models.classifier import Classifier
from charlab.models.lstm import LSTMModel
from charlab.play.description import describe
from charlab.play.packing import unpack_array
from tests.support.played import CHARACTERS, LABELS, TAGS, trained_model

Compose = Callable[..., Any]


def test_a_network_is_plain_data(compose_options: Compose) -> None:
    trained = trained_model(
        compose_options, "generate", "lstm", of_task={"condition_on_label": True}
    )
    description = describe(trained)
    assert json.loads(json.dumps(description)) == description
    assert (description["task"], description["labels"]) == ("generate", list(LABELS))
    assert description["label_counts"] == [3, 5, 2]
    assert description["recurrent"]["gates"] == ["input", "forget", "candidate", "output"]
    assert description["arrays"].keys() == trained.network.state_dict().keys()
    assert description["weights"] == "float16"
    assert description["name"] == f"lstm 1 × 6 on {trained.options.dataset.name}"


@pytest.mark.parametrize(
    ("task", "model", "parts"),
    [
        ("generate", "vanilla", {"labels": [], "label_counts": []}),
        ("classify", "gru", {"labels": list(LABELS), "pooling": "last"}),
        ("tag", "lstm", {"tags": list(TAGS), "tagged": "word"}),
        (
            "transduce",
            "gru",
            {
                "attention": "additive",
                "max_length": 9,
                "target_vocabulary": {"unit": "char", "tokens": list("uvwxyz")},
            },
        ),
    ],
)
def test_each_task_has_its_own_outputs(
    compose_options: Compose, task: str, model: str, parts: dict[str, Any]
) -> None:
    words = {"classify": {"pooling": "last"}, "transduce": {"attention": "additive"}}
    trained = trained_model(
        compose_options, task, model, of_task=words.get(task), num_layers=2, symbols=CHARACTERS
    )
    description = describe(trained, "float32")
    assert description.items() >= {"task": task, **parts}.items()
    assert description["vocabulary"] == {"unit": "char", "tokens": list(CHARACTERS)}
    sizes = {"name": "encoder" if task == "transduce" else "recurrent", "cell": model}
    sizes |= {"layers": 2, "hidden": 6, "bidirectional": False}  # type: ignore[dict-item]
    assert description["recurrent"].items() >= sizes.items()
    numbers = 0
    for name, weight in trained.network.state_dict().items():
        found = unpack_array(description["arrays"][name])
        assert found.shape == weight.shape
        numbers += found.size
    assert description["parameters"] == numbers


def test_windows_are_those_of_a_stream_and_bytes_need_no_list(compose_options: Compose) -> None:
    for layout, window in (("stream", 12), ("sequences", None)):
        data = {"layout": layout, "seq_len": 12, "unit": "byte"}
        trained = trained_model(compose_options, "generate", "gru", of_data=data, symbols=())
        description = describe(trained)
        assert (description["window"], description["documents"]) == (window, window is None)
        assert description["vocabulary"] == {"unit": "byte", "tokens": []}


def test_metrics_that_json_has_no_number_for_are_left_out(compose_options: Compose) -> None:
    trained = trained_model(compose_options, "classify", "gru")
    trained.metrics = {"val/loss": 2, "val/perplexity": float("inf"), "test/loss": float("nan")}
    assert describe(trained)["metrics"] == {"val/loss": 2.0}


def test_what_the_page_cannot_run_is_refused(compose_options: Compose) -> None:
    trained = trained_model(compose_options, "classify", "vanilla")
    with pytest.raises(ConfigError, match="weights=int4: choose one of: float16, int8, float32"):
        describe(trained, "int4")

    class Own(VanillaCell):
        pass

    trained.network.recurrent.cell = Own()
    with pytest.raises(CheckpointError, match="cannot run model=vanilla, only vanilla, lstm and g"):
        describe(trained)
    trained.network = nn.Linear(2, 2)
    with pytest.raises(CheckpointError, match="cannot run a Linear, only networks that generate"):
        describe(trained)


@pytest.mark.parametrize("option", ["layer_norm", "residual"])
def test_what_the_engine_does_not_compute_is_refused(compose_options: Compose, option: str) -> None:
    options: dict[str, Any] = {"num_layers": 2, option: True}
    trained = trained_model(compose_options, "generate", "gru", **options)
    with pytest.raises(CheckpointError, match=f"cannot run a model with {option}"):
        describe(trained, "float32")


def test_what_computes_otherwise_under_a_known_kind_is_refused(compose_options: Compose) -> None:
    class Doubling(Classifier):
        def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
            return 2 * super().forward(ids, lengths)

    class Deaf(LSTMModel):
        def forward(self, ids: Tensor, *given: Any, **named: Any) -> Any:
            return super().forward(0 * ids, *given, **named)

    trained = trained_model(compose_options, "classify", "lstm")
    trained.network.__class__ = Doubling
    with pytest.raises(CheckpointError, match="the page cannot run a Doubling, only networks that"):
        describe(trained)
    trained.network.__class__ = Classifier
    trained.network.recurrent.__class__ = Deaf
    with pytest.raises(CheckpointError, match="the page cannot run model=lstm") as caught:
        describe(trained)
    assert len(caught.value.lines) == 1
    assert str(trained.path) in str(caught.value)
