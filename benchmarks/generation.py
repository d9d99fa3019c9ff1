"""Text drawn one at a time and many at once, against calling the module for every character."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.bare import Size, sampling_steps
from benchmarks.rows import Row
from benchmarks.timing import alternate, rate
from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample
from charlab.models import LanguageModel, build_model
from charlab.models.folded.weights import FoldedModel

SIZES = tuple(
    Size(cell, hidden, layers)
    for cell in ("lstm", "gru", "vanilla")
    for hidden, layers in ((128, 1), (512, 2))
)
MANY = 256
_VOCABULARY = CharacterVocabulary("".join(chr(code) for code in range(48, 48 + 63)))
FILTERS: tuple[dict[str, Any], ...] = (
    {"top_k": 10},
    {"top_p": 0.9},
    {"stop": "aZ"},
    {"banned": "aeiou"},
    {"temperature": 0.8, "top_k": 10, "top_p": 0.9},
)
_STEPS = {128: (4000, 500), 512: (400, 60)}  # symbols of one text and of many: a second or less


def generation_rows(
    sizes: tuple[Size, ...], seconds: float, rounds: int, device: torch.device
) -> Iterator[Row]:
    """Characters a second of one text and of 256 texts at once.

    Args:
        sizes: of the networks.
        seconds: of each measurement.
        rounds: of measurements.
        device: where the networks are.
    """
    for size in sizes:
        torch.manual_seed(0)
        recurrent = build_model(
            size.cell,
            vocabulary_size=_VOCABULARY.size,
            hidden_size=size.hidden,
            num_layers=size.layers,
            embedding_size=size.embedding,
        )
        model = LanguageModel(recurrent).to(device).eval()
        naive = sampling_steps(size, device)
        fast, slow = alternate(
            _one_text(model, size, seconds),
            lambda n=naive: rate(lambda: next(n), seconds=seconds, work=1),  # type: ignore[misc]
            rounds,
        )
        yield _row(size, "one text", fast, slow, "module called for each character")
        if device.type == "cpu":
            yield from _cpu_rows(model, size, seconds, rounds)
        if size == sizes[0]:
            yield from _filter_rows(model, size, seconds, rounds)


def _filter_rows(model: LanguageModel, size: Size, seconds: float, rounds: int) -> Iterator[Row]:
    """What filters and stop strings cost, of one text and of many."""
    for how, count in (("one text", 1), (f"{MANY} texts", MANY)):
        length = _STEPS[size.hidden][count > 1]
        for filters in FILTERS:
            filtered, plain = alternate(
                partial(ours, model, count, length, seconds, filters),
                partial(ours, model, count, length, seconds),
                rounds,
            )
            named = ", ".join(f"{key}={value}" for key, value in filters.items())
            row = _row(size, f"{how}, {named}", filtered, plain, "without")
            yield replace(row, target="0.8")


def _cpu_rows(model: LanguageModel, size: Size, seconds: float, rounds: int) -> Iterator[Row]:
    """Against what no program can be faster than: its products alone."""
    folded = FoldedModel(model)
    one = _one_text(model, size, seconds)
    fast, floor = alternate(one, lambda: weights_rate(folded, seconds), rounds)
    yield _row(size, "one text", fast, floor, "reading the weights, nothing else")
    flops = 2 * sum(matrix.size for matrix in folded.matrices)
    many, matmul = alternate(
        lambda: flops * ours(model, MANY, _STEPS[size.hidden][1], seconds) / 1e9,
        lambda: matmul_rate(torch.float32, torch.device("cpu"), seconds),
        rounds,
    )
    yield Row(
        room="generation",
        what=f"{_name(size)}, {MANY} texts ({1e9 * many / flops:,.0f} characters/s)",
        unit="GFLOP/s",
        ours=many,
        theirs=matmul,
        yardstick="matrix product 1024³, float32",
        target="0.5",
    )


def _one_text(model: LanguageModel, size: Size, seconds: float) -> Callable[[], float]:
    return lambda: ours(model, 1, _STEPS[size.hidden][0], seconds)


def _name(size: Size) -> str:
    return f"{size.cell} {size.hidden} × {size.layers}"


def _row(size: Size, how: str, ours: float, theirs: float, yardstick: str) -> Row:
    what = f"{_name(size)}, {how}"
    return Row("generation", what, "characters/s", ours, theirs, yardstick, "")


def ours(
    model: LanguageModel,
    count: int,
    length: int,
    seconds: float,
    filters: dict[str, Any] | None = None,
) -> float:
    """Characters a second of whole calls: reading the prompt and folding the weights included."""
    settings = GenerationConfig(length=length, seed=1, **(filters or {}))

    def draw() -> list[Sample]:
        return generate(model, _VOCABULARY, settings, documents=False, count=count)

    drawn = sum(sample.characters for sample in draw())  # a stop string ends some early
    return rate(draw, seconds=seconds, work=drawn)


def weights_rate(folded: FoldedModel, seconds: float) -> float:
    """How often a second one lane's matrix products alone can be done."""
    lanes = [np.ones(matrix.shape[0], matrix.dtype) for matrix in folded.matrices]
    products = [np.empty(matrix.shape[1], matrix.dtype) for matrix in folded.matrices]

    def read() -> None:
        for lane, matrix, product in zip(lanes, folded.matrices, products, strict=True):
            lane.dot(matrix, product)

    return rate(read, seconds=seconds, work=1)


def matmul_rate(dtype: torch.dtype, device: torch.device, seconds: float) -> float:
    """GFLOP/s of a matrix product of 1024 × 1024 numbers (8192 on a GPU)."""
    size = 1024 if device.type == "cpu" else 8192
    a = torch.randn(size, size, device=device).to(dtype)
    b = torch.randn(size, size, device=device).to(dtype)
    product = torch.empty_like(a)

    def multiply() -> None:
        torch.mm(a, b, out=product)
        if device.type == "cuda":
            torch.cuda.synchronize()

    return rate(multiply, seconds=seconds, work=2 * size**3 / 1e9)
