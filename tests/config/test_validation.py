import contextlib
import dataclasses
import subprocess
import sys
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.config import RunOptions, build, to_plain
from charlab.config.constraints import FREE_TEXT, ByName, at_least, one_of
from charlab.errors import ConfigError
from tests.config.colors import Blue, Red


@dataclasses.dataclass(frozen=True)
class Inner:
    size: Annotated[int, at_least(1)]
    rate: float


@dataclasses.dataclass(frozen=True)
class Outer:
    inner: Inner
    color: Annotated[Red | Blue, ByName({"red": Red, "blue": Blue})]
    kind: Annotated[str, one_of("new", "old")]
    path: Annotated[str | None, FREE_TEXT]
    pair: tuple[float, int]
    on: bool


GOOD: dict[str, Any] = {
    "inner": {"size": 3, "rate": 0.5},
    "color": {"name": "blue", "depth": 7},
    "kind": "old",
    "path": None,
    "pair": [1, 2],
    "on": False,
}


def changed(**entries: Any) -> dict[str, Any]:
    return {**GOOD, **entries}


def faults(data: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build(Outer, data)
    return str(caught.value).split("\n")


def test_plain_data_becomes_typed():
    built = build(Outer, GOOD)
    assert built == Outer(Inner(3, 0.5), Blue("blue", 7), "old", None, (1.0, 2), False)
    assert [type(number) for number in built.pair] == [float, int]
    assert to_plain(built) == GOOD


def test_the_name_decides_the_class():
    assert build(Outer, changed(color={"name": "red", "heat": 2})).color == Red("red", 2.0)
    assert faults(changed(color={"name": "rad", "heat": 2})) == [
        "color.name='rad' is unknown: did you mean 'red'?"
    ]
    assert faults(changed(color={"depth": 7})) == ["setting 'color.name' is missing"]
    assert faults(changed(color="blue")) == ["color must be a group of settings"]
    # What is missing or unknown is so for the class that the name stands for.
    assert sorted(faults(changed(color={"name": "red", "depth": 7}))) == [
        "setting 'color.heat' is missing",
        "unknown setting 'color.depth': the chosen color has none, another choice has",
    ]


TOKEN_IDS = [
    (3, 3),
    (3.0, 3),
    (1e4, 10_000),
    (2**62, 2**62),
    ("3", None),
    (True, None),
    (2.5, None),
    (None, None),
    ([3], None),
    (float("inf"), None),
    (float("nan"), None),
]


@pytest.mark.parametrize(("value", "whole"), TOKEN_IDS)
def test_whole_numbers(value, whole):
    data = changed(inner={"size": value, "rate": 1.0})
    if whole is None:
        assert faults(data) == [f"inner.size must be a whole number, got {value!r}"]
    else:
        size = build(Outer, data).inner.size
        assert (size, type(size)) == (whole, int)


def test_a_count_fits_into_64_bits():
    for value in (2**63, -(2**63), 10**400, 1e300):
        (fault,) = faults(changed(inner={"size": value, "rate": 1.0}))
        assert fault == "inner.size must be below 2^63: no count here needs more"


@pytest.mark.parametrize("value", ["x", True, None, [1.0], float("nan"), float("-inf"), 10**400])
def test_what_is_no_number(value):
    wanted = f"inner.rate must be a number, got {value!r}"
    assert faults(changed(inner={"size": 1, "rate": value})) == [wanted]


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_truth_is_no_number_and_no_word(value):
    assert faults(changed(on=value)) == [f"on must be true or false, got {value!r}"]


@pytest.mark.parametrize("value", [5, [1], [1, 2, 3], "12", [1, "x"], [0.5, 0.5], None])
def test_lists_have_their_length_and_types(value):
    (fault,) = faults(changed(pair=value))
    assert fault.startswith("pair must be a ")


def test_words():
    assert build(Outer, changed(path=12)).path == "12"  # a file may be called 12
    assert build(Outer, changed(path="null")).path == "null"
    assert faults(changed(path=["a"])) == ["path must be text, got ['a']"]
    assert faults(changed(kind="xyz")) == ["kind must be one of new, old, got 'xyz'"]
    assert faults(changed(kind=None)) == ["kind must be text, got None"]


def test_all_faults_at_once():
    data = changed(inner={"size": 0, "rat": 1.0}, kind="xyz", on=1, extra=2)
    del data["path"]
    assert sorted(faults(data)) == [
        "inner.size must be at least 1, got 0",
        "kind must be one of new, old, got 'xyz'",
        "on must be true or false, got 1",
        "setting 'inner.rate' is missing",
        "setting 'path' is missing",
        "unknown setting 'extra': --help lists all there are",
        "unknown setting 'inner.rat': did you mean 'inner.rate'?",
    ]


def test_no_hints_where_nobody_types():
    with pytest.raises(ConfigError, match=r"unknown setting 'inner\.rat': --help lists all"):
        build(Outer, changed(inner={"size": 1, "rate": 1.0, "rat": 1.0}), hints=False)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\\b", "a\0"])
def test_a_dataset_is_named_as_a_folder_can_be(compose_options, name):
    plain = to_plain(compose_options())
    plain["dataset"]["name"] = name
    with pytest.raises(ConfigError, match=r"dataset\.name must be a folder's name"):
        build(RunOptions, plain)
    plain["dataset"]["name"] = "Ænima, live"
    assert build(RunOptions, plain).dataset.name == "Ænima, live"


RANGES = {
    "dataset.layout": (["auto", "sequences", "stream"], ["streams", ""]),
    "dataset.seq_len": ([1], [0, -1]),
    "dataset.batch_size": ([1], [0]),
    "dataset.split.fractions": ([[1, 0, 0]], [[1, 0]]),
    "model.hidden_size": ([1], [0, 1.5]),
    "model.num_layers": ([1], [0]),
    "model.embedding_size": ([0], [-1]),
    "model.dropout": ([0, 0.99], [1, 1.5, -0.1]),
    "model.kernel": (["fused", "reference"], ["fast"]),
    "task.monitor": (["val/loss", "val/perplexity", "val/accuracy"], ["val/macro_f1", "loss"]),
    "task.condition_on_label": ([None, True, False], ["yes", 1]),
    "task.samples.count": ([0], [-1]),
    "task.samples.length": ([1], [0]),
    "task.samples.temperature": ([0], [-0.1]),
    "optimizer.lr": ([1e-9], [0, -1]),
    "optimizer.weight_decay": ([0], [-1]),
    "scheduler.warmup": ([0, 0.99], [1]),
    "scheduler.final": ([0, 1], [1.1, -0.1]),
    "trainer.max_epochs": ([None, 1], [0, 1.5]),
    "trainer.max_steps": ([None, 1, 1e4], [0]),
    "trainer.max_minutes": ([None, 0.01], [0]),
    "trainer.devices": ([1], [0]),
    "trainer.strategy": (["auto", "ddp"], ["fsdp"]),
    "trainer.accumulate": ([1], [0]),
    "trainer.accelerator": (["auto", "cpu", "cuda", "mps"], ["gpu"]),
    "trainer.precision": (["auto", "float32", "bf16"], ["fp16"]),
    "trainer.gradient_clip": ([None, 0.1], [0]),
    "trainer.validate_every": ([None, 1, 0.25], [0, 1.5]),
    "trainer.patience": ([None, 1], [0]),
    "trainer.checkpoint_minutes": ([0.1], [0, None]),
    "trainer.log_every": ([1], [0]),
    "trainer.progress": (["auto", "bar", "lines", "none"], ["rich"]),
    "trainer.figures": (["auto", "always", "never"], ["png"]),
    "seed": ([0, 2**32 - 1], [-1, 2**32]),
    "debug": ([True], ["yes"]),
}


@pytest.mark.parametrize("key", RANGES)
def test_ranges(compose_options, key):
    good, bad = RANGES[key]
    plain = to_plain(compose_options())
    *groups, last = key.split(".")
    part = plain
    for group in groups:
        part = part[group]
    for value in good:
        part[last] = value
        build(RunOptions, plain)
    for value in bad:
        part[last] = value
        with pytest.raises(ConfigError) as caught:
            build(RunOptions, plain)
        assert str(caught.value).startswith(f"{key} must be ")
        assert f", got {value!r}" in str(caught.value).partition(": did you mean ")[0]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([10**400, "lstm", "generate", "name"]),
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3)
)
PLACES = ["dataset", "model", "task", "optimizer", "trainer", "seed", "model.name", "task.samples"]


@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_whatever_a_stranger_writes_is_checked_or_refused(compose_options, place, value):
    plain = to_plain(compose_options())
    *groups, last = place.split(".")
    part = plain
    for group in groups:
        part = part[group]
    part[last] = value
    with contextlib.suppress(ConfigError):
        assert to_plain(build(RunOptions, plain)) == plain


def test_the_schema_imports_nothing_heavy():
    """So that a misspelt key is answered within a second."""
    program = (
        "import sys, charlab.config.overrides, charlab.config.hydra_app, charlab.cli, "
        "charlab.config.cli_options, charlab.runs.folder, charlab.decoding.generation_config;"
        "print([m for m in ('torch', 'pytorch_lightning', 'hydra', 'numpy') if m in sys.modules]);"
        "import charlab.builders.corpus; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["[]", "False"], done
