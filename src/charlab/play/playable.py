"""A trained network with what the page says of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charlab.api import TrainedModel
from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import cut_windows
from charlab.data.tokens.vocabulary import REPLACEMENT
from charlab.errors import CharlabError, ConfigError
from charlab.play.description import describe
from charlab.play.packing import PackingCost, packing_cost
from charlab.system.terminal import visible, warn

MOST_BYTES = 64 * 2**20  # of a network in a page: browsers grow slow at reading more
_BYTES = {"float16": 2, "int8": 1, "float32": 4}
_EXAMPLES, _SHORT, _LONGEST = 6, 4, 400  # texts, and tokens of each
_WINDOW = 240  # tokens of what is shown of a stream
_LOOKED_AT = 20_000  # held-out tokens, to find what units follow
_CELLS = {"lstm": "LSTM", "gru": "GRU", "vanilla": "vanilla RNN"}


@dataclass(frozen=True)
class Playable:
    """A network as the page has it.

    Attributes:
        path: its run, as messages call it.
        model: its cell, as the field writes it ("LSTM").
        dataset: what on.
        description: all that the page computes with, as plain data.
        facts: what the page says of it, as pairs of names and values.
        examples: held-out texts to try.
        label: a label to begin with, of a network that generates by label; None without.
        followed: units with what they follow, the strongest first; None: nobody has looked.
    """

    path: str
    model: str
    dataset: str
    description: dict[str, Any]
    facts: Sequence[tuple[str, str]]
    examples: Sequence[str] = ()
    label: str | None = None
    followed: Sequence[dict[str, Any]] | None = None


def playable(trained: TrainedModel, path: str, weights: str) -> Playable:
    """Packs a network, measures what that costs, and finds what to say of it.

    Without the data (moved, changed, gone) there are no held-out texts and no cost; a line says so.

    Args:
        trained: the network.
        path: its run, for the page and messages.
        weights: what numbers are packed as.

    Raises:
        ConfigError: if the page would be too large.
        CheckpointError: if it is a network that the page cannot run.
    """
    _refuse_large(trained, path, weights)
    description = describe(trained, weights)
    cost, examples, followed, corpus = None, [], None, _corpus(trained)
    if corpus is not None:
        cost = packing_cost(trained, description["arrays"])
        examples = _examples(corpus)
        followed = _followed(trained)
    counts = description.get("label_counts")
    return Playable(
        path,
        _CELLS.get(trained.options.model.name, trained.options.model.name),
        trained.options.dataset.name,
        description,
        _facts(trained, path, description, cost),
        examples,
        description["labels"][int(np.argmax(counts))] if counts else None,
        followed,
    )


def _refuse_large(trained: TrainedModel, path: str, weights: str) -> None:
    parameters = sum(p.numel() for p in trained.network.parameters())
    size = parameters * _BYTES[weights] * 4 // 3  # in base64
    if size > MOST_BYTES:
        smaller = parameters * _BYTES["int8"] * 4 // 3 <= MOST_BYTES
        hint = (
            "weights=int8 makes it small enough" if smaller else "export.py writes it for programs"
        )
        raise ConfigError(
            f"{path}: {parameters:,} parameters as {weights} make a page of {size / 1e6:,.0f} MB, "
            f"more than {MOST_BYTES / 1e6:,.0f}: {hint}"
        )


def _corpus(trained: TrainedModel) -> Corpus | None:
    try:
        return trained.corpus
    except CharlabError as error:
        warn(f"without held-out texts and without the loss that packing costs: {error}")
        return None


def _examples(corpus: Corpus) -> list[str]:
    """A few held-out texts, always the same ones of the same data."""
    split = corpus.splits.get("val")
    if split is None:
        return []
    texts = split if corpus.layout == "sequences" else cut_windows(split, _WINDOW)
    chosen = np.random.default_rng(0).permutation(texts.documents)[: 4 * _EXAMPLES].tolist()
    found = [_text(texts, corpus, document) for document in sorted(chosen)]
    fit = [text for text in dict.fromkeys(found) if text.strip() and REPLACEMENT not in text]
    return sorted(fit, key=lambda text: len(text) < _SHORT)[:_EXAMPLES]


def _followed(trained: TrainedModel) -> list[dict[str, Any]] | None:
    """What units follow, on held-out text; None: there is none."""
    if "val" not in trained.corpus.splits:
        return None
    report = trained.units("val", budget=_LOOKED_AT)
    best = sorted(report.strongest, key=lambda each: -abs(each.correlation))
    keys = ("name", "layer", "part", "unit", "correlation")
    return [{key: each.record()[key] for key in keys} for each in best]


def _text(texts: Any, corpus: Corpus, document: int) -> str:
    begin, end = texts.offsets[document : document + 2].tolist()
    ids = texts.ids[begin : min(end, begin + _LONGEST)]
    text = corpus.vocabulary.decode(ids[: corpus.vocabulary.whole(ids.tolist())])
    if corpus.layout == "sequences":
        return text
    return re.sub(r"^\S*\s", "", text)  # no half words at its beginning


def _facts(
    trained: TrainedModel, path: str, description: dict[str, Any], cost: PackingCost | None
) -> list[tuple[str, str]]:
    model, monitor = trained.options.model, trained.options.task.monitor
    both = ", both ways" if model.bidirectional else ""
    layers = f"{model.num_layers} layer{'s' * (model.num_layers > 1)} of {model.hidden_size} units"
    cell = _CELLS.get(model.name, model.name)
    facts = [
        ("model", f"{cell}, {layers}{both}"),
        ("parameters", f"{description['parameters']:,}"),
        ("trained on", trained.options.dataset.name),
    ]
    measured = trained.metrics.get(monitor)
    if measured is not None:
        facts.append((f"validation {monitor.removeprefix('val/')}", f"{measured:.4f}"))
    for name in ("perplexity", "accuracy", "token_accuracy", "exact_match"):
        value = trained.metrics.get(f"val/{name}")
        if value is not None and monitor != f"val/{name}":
            facts.append((f"validation {name.replace('_', ' ')}", f"{value:.4f}"))
            break
    size = description["parameters"] * _BYTES[description["weights"]] / 1e6
    packed = f"{description['weights']}, {size:.1f} MB"
    if cost is not None:
        part = "" if cost.whole else " on a share of the text"
        packed += (
            f"; loss {cost.loss:.4f} → {cost.packed:.4f} ({cost.packed - cost.loss:+.2g}){part}"
        )
    return [*facts, ("weights as packed here", packed), ("run", visible(path))]
