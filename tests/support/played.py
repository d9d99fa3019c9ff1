"""Networks as a page has them: made without training, run in Node or in a browser."""

import dataclasses
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks import page
from charlab.api import TrainedModel
from charlab.builders.network import task_of
from charlab.play.engine import engine_source
from charlab.runs.checkpoint import Checkpoint
from charlab.tasks.task import Task

NODE = shutil.which("node")
BROWSER = page.browser()
needs_node = pytest.mark.skipif(NODE is None, reason="no node on PATH")
needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="no chromium, chromium-browser or google-chrome on PATH"
)

CHARACTERS = tuple(sorted({*"abcdeé\u0301 \n'אבש👍ก็"}))
LABELS = ("Èlf", "Ork", "Ω")
TAGS = ("ADJ", "NOUN", "VERB")

_RESOLVED: dict[str, dict[str, Any]] = {  # what is left to the data
    "generate": {"condition_on_label": False},
    "classify": {},
    "tag": {"tagged": "word"},
    "transduce": {"max_length": 9},
}

# What a network is asked: [{description, calls: [[method, arguments …], …]}, …] → its answers.
_DRIVER = """
const plain = (value) => {
  if (ArrayBuffer.isView(value)) return Array.from(value, (x) => (Number.isNaN(x) ? null : x));
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, plain(x)]));
};
const answer = (cases) => cases.map(({ description, calls }) => {
  const net = description && new charlab.Network(description);
  return calls.map(([method, ...given]) => plain((net ?? charlab)[method](...given)));
});
"""


def trained_model(
    compose: Any,
    task: str,
    model: str,
    *,
    of_task: Mapping[str, Any] | None = None,
    of_data: Mapping[str, Any] | None = None,
    seed: int = 0,
    symbols: tuple[str, ...] = CHARACTERS,
    **sizes: Any,
) -> TrainedModel:
    """A network with random weights, larger than those that training begins with.

    Args:
        compose: the fixture ``compose_options``.
        task, model: their names.
        of_task, of_data: settings of the task and the dataset.
        seed: of the weights.
        symbols: the vocabulary's.
        sizes: fields of the model's options.
    """
    options, kind = compose(f"task={task}"), compose(f"model={model}").model
    settings = {**_RESOLVED[task], **(of_task or {})}
    sizes = {"hidden_size": 6, "embedding_size": 4, "bidirectional": False} | sizes
    data = {"layout": "sequences", **(of_data or {})}
    checkpoint = Checkpoint(
        options=dataclasses.replace(
            options,
            model=dataclasses.replace(kind, **sizes),
            dataset=dataclasses.replace(options.dataset, **data),
            task=dataclasses.replace(options.task, **settings),
        ),
        symbols=symbols,
        labels=LABELS,
        label_counts=(3, 5, 2),
        fingerprint="",
        precision="float32",
        network={},
        metrics={"val/loss": 1.5},
        training={},
        versions={},
        tags=TAGS if task == "tag" else (),
        target_symbols=tuple("uvwxyz") if task == "transduce" else None,
    )
    made: Task[Any] = task_of(checkpoint)
    torch.manual_seed(seed)
    weights = {name: 2 * w for name, w in made.build_network().state_dict().items()}
    restored = dataclasses.replace(checkpoint, network=weights)
    return TrainedModel(restored, Path("a checkpoint"), torch.device("cpu"))


def in_node(cases: list[Any], folder: Path) -> list[Any]:
    """What the engine answers in Node."""
    script, given = folder / "engine.js", folder / "cases.json"
    script.write_text(f"{engine_source()}{_DRIVER}", encoding="utf-8")
    given.write_text(json.dumps(cases), encoding="utf-8")
    with script.open("a", encoding="utf-8") as file:
        file.write(
            f'const cases = JSON.parse(require("fs").readFileSync({json.dumps(str(given))}));\n'
            "process.stdout.write(JSON.stringify(answer(cases)));"
        )
    assert NODE is not None
    done = subprocess.run([NODE, str(script)], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return list(json.loads(done.stdout))


def in_browser(cases: list[Any], folder: Path) -> list[Any]:
    """What the engine answers in a page of headless Chromium."""
    assert BROWSER is not None
    return list(page.in_browser(BROWSER, f"{_DRIVER} return answer(given);", cases, folder))
