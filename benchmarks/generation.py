"""Text drawn one at a time and many at once, against calling the module for every character."""

from collections.abc import Iterator

import numpy as np
import torch

from benchmarks.bare import Size, sampling_steps
from benchmarks.rows import Row
from benchmarks.timing import alternate, rate
from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.models import LanguageModel, build_model
from charlab.models.folded.weights import FoldedModel

SIZES = tuple(
    Size(cell, hidden, layers)
    for cell in ("lstm", "gru", "vanilla")
    for hidden, layers in ((128, 1), (512, 2))
)
MANY = 256
_VOCABULARY = CharacterVocabulary("".join(chr(code) for code in range(48, 48 + 63)))
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
        what = f"{size.cell} {size.hidden} × {size.layers}"
        one = lambda m=model, s=size: ours(m, 1, _STEPS[s.hidden][0], seconds)  # noqa: E731
        naive = sampling_steps(size, device)
        fast, slow = alternate(
            one,
            lambda n=naive: rate(lambda: next(n), seconds=seconds, work=1),  # type: ignore[misc]
            rounds,
        )
        yield _row(what, "one text", fast, slow, "module called for each character", "")
        if device.type != "cpu":
            continue
        folded = FoldedModel(model)
        fast, floor = alternate(
            one,
            lambda f=folded: weights_rate(f, seconds),  # type: ignore[misc]
            rounds,
        )
        yield _row(what, "one text", fast, floor, "reading the weights, nothing else", "")
        steps = _STEPS[size.hidden][1]
        flops = 2 * sum(matrix.size for matrix in folded.matrices)
        many, matmul = alternate(
            lambda m=model, n=steps, f=flops: f * ours(m, MANY, n, seconds) / 1e9,  # type: ignore[misc]
            lambda: matmul_rate(torch.float32, device, seconds),
            rounds,
        )
        yield Row(
            room="generation",
            what=f"{what}, {MANY} texts ({1e9 * many / flops:,.0f} characters/s)",
            unit="GFLOP/s",
            ours=many,
            theirs=matmul,
            yardstick="matrix product 1024³, float32",
            target="0.5",
        )


def _row(what: str, how: str, ours: float, theirs: float, yardstick: str, target: str) -> Row:
    return Row("generation", f"{what}, {how}", "characters/s", ours, theirs, yardstick, target)


def ours(model: LanguageModel, count: int, length: int, seconds: float) -> float:
    """Characters a second of whole calls: reading the prompt and folding the weights included."""
    settings = GenerationConfig(length=length, seed=1)

    def draw() -> None:
        generate(model, _VOCABULARY, settings, documents=False, count=count)

    return rate(draw, seconds=seconds, work=count * length)


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
