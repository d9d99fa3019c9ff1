"""The goldens' networks, ready to be asked, and others that differ from them in a setting."""

import dataclasses
from pathlib import Path
from typing import Any

import charlab
from charlab.api import TrainedModel
from tests.support.shell import ROOT

RUNS = ROOT / "tests" / "goldens" / "runs"
CLASSIFY, GENERATE, TEXT = (
    RUNS / name for name in ("classify_names", "generate_names", "generate_text")
)
_DATA = ROOT / "tests" / "goldens" / "data"
DATA = {CLASSIFY: _DATA / "names", GENERATE: _DATA / "names", TEXT: _DATA / "text.txt"}


def load(run: Path) -> TrainedModel:
    """A golden run's network with its data."""
    return charlab.load(run, data={"path": str(DATA[run])})


def changed(run: Path, *, dataset: dict[str, Any] | None = None, **changes: Any) -> TrainedModel:
    """The same network, with another setting of its dataset, or other labels."""
    model = load(run)
    options = model.options
    options = dataclasses.replace(
        options, dataset=dataclasses.replace(options.dataset, **dataset or {})
    )
    checkpoint = dataclasses.replace(model.checkpoint, options=options, **changes)
    return TrainedModel(checkpoint, model.path, model.device)
