"""Training of tagging and transduction against bare loops."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.bare import CELLS, Size, autocast_to
from benchmarks.rows import Row
from benchmarks.timing import alternate
from benchmarks.training import Compose, loop_rate, run_overrides
from charlab.builders.corpus import prepare
from charlab.config.overrides import quote
from charlab.system.devices import choose_device
from charlab.training.precision import resolve_precision

SIZES = (Size("lstm", 256, 1, batch=16, length=256), Size("gru", 128, 2, batch=64, length=24))
_TAGS, _TARGETS, _DOCUMENTS = 7, 40, 2048


class BareTagger(nn.Module):
    """Embedding, PyTorch's recurrence in both directions, linear layer."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size.vocabulary, size.embedding)
        kind = CELLS[size.cell]
        self.recurrence = kind(
            size.embedding, size.hidden, size.layers, batch_first=True, bidirectional=True
        )
        self.output = nn.Linear(2 * size.hidden, _TAGS)

    def forward(self, ids: Tensor, _: Tensor) -> Tensor:
        """Logits (B, T, C)."""
        logits: Tensor = self.output(self.recurrence(self.embedding(ids))[0])
        return logits


class BareEncoderDecoder(nn.Module):
    """Two recurrences, a bridge and attention (Luong et al. 2015, "general")."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        kind, H, L = CELLS[size.cell], size.hidden, size.layers
        self.read = nn.Embedding(size.vocabulary, size.embedding)
        self.write = nn.Embedding(_TARGETS, size.embedding)
        self.encoder = kind(size.embedding, H, L, batch_first=True, bidirectional=True)
        self.decoder = kind(size.embedding, H, L, batch_first=True)
        self.parts = 2 if size.cell == "lstm" else 1
        self.bridge = nn.Linear(2 * H, self.parts * L * H)
        self.key = nn.Linear(2 * H, H, bias=False)
        self.combine = nn.Linear(3 * H, H)
        self.output = nn.Linear(H, _TARGETS)
        self.layers = L

    def forward(self, ids: Tensor, given: Tensor) -> Tensor:
        """Logits (B, U, V)."""
        features, _ = self.encoder(self.read(ids))
        begin = self.bridge(features[:, -1]).tanh()
        state = begin.view(len(ids), self.parts, self.layers, -1).permute(1, 2, 0, 3).contiguous()
        queries, _ = self.decoder(
            self.write(given), (state[0], state[1]) if self.parts == 2 else state[0]
        )
        weights = (queries @ self.key(features).mT).softmax(-1)
        both = torch.cat([queries, weights @ features], dim=-1)
        logits: Tensor = self.output(self.combine(both).tanh())
        return logits


def task_rows(compose: Compose, seconds: float, rounds: int, accelerator: str) -> Iterator[Row]:
    """Tokens a second of whole training loops of both tasks.

    Args:
        compose: gives the options that words stand for.
        seconds: of each measurement.
        rounds: of measurements.
        accelerator: as ``trainer.accelerator``.
    """
    device = choose_device(accelerator, "accelerator")
    precision = resolve_precision("auto", device)
    with tempfile.TemporaryDirectory() as folder:
        for task, bare in (("tag", BareTagger), ("transduce", BareEncoderDecoder)):
            for size in SIZES:
                words = [*_words(task, size, Path(folder)), *run_overrides(accelerator)]
                words += [f"task={task}", f"output_dir={quote(folder)}"]
                tokens = size.batch * size.length * (1 if task == "tag" else 2)
                ours, theirs = alternate(
                    lambda w=words: loop_rate(prepare(compose(w)), seconds),  # type: ignore[misc]
                    lambda b=bare, s=size, n=tokens: (  # type: ignore[misc]
                        n * _steps_a_second(b(s), s, precision, device, seconds)
                    ),
                    rounds,
                )
                yield Row(
                    room=f"tasks ({device.type}, {precision})",
                    what=f"task={task}, {size}",
                    unit="tokens/s",
                    ours=ours,
                    theirs=theirs,
                    yardstick="bare PyTorch loop",
                    target="0.9",
                )


def _words(task: str, size: Size, folder: Path) -> list[str]:
    """The words that train a size on documents of one length, made up and written there."""
    rng = np.random.default_rng(0)
    letters = rng.integers(0, size.vocabulary - 2, (_DOCUMENTS, size.length))
    texts = ["".join(chr(48 + code) for code in row) for row in letters.tolist()]
    if task == "tag":
        tags = [" ".join(f"t{code % _TAGS}" for code in row) for row in letters.tolist()]
        lines = ["text\ttags", *(f"{a}\t{b}" for a, b in zip(texts, tags, strict=True))]
        about = ["dataset=table", "dataset.tag_column=tags", "dataset.layout=sequences"]
    else:
        cut = size.length - 1  # the mark makes it as long as the text
        lines = [f"{text}\t{''.join(chr(48 + ord(c) % 38) for c in text[:cut])}" for text in texts]
        about = ["dataset=pairs"]
    file = folder / f"{task}-{size.length}.tsv"
    file.write_text("\n".join(lines))
    return [
        *about,
        f"dataset.path={quote(str(file))}",
        "dataset.split.fractions=[1,0,0]",
        f"dataset.batch_size={size.batch}",
        f"model={size.cell}",
        f"model.hidden_size={size.hidden}",
        f"model.num_layers={size.layers}",
        f"model.embedding_size={size.embedding}",
    ]


def _steps_a_second(
    model: nn.Module, size: Size, precision: str, device: torch.device, seconds: float
) -> float:
    """Optimizer steps a second of a bare loop."""
    torch.manual_seed(0)
    model.to(device)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, 1e-3, fused=True)
    ids = torch.randint(0, size.vocabulary, (8, size.batch, size.length), device=device)
    given = torch.randint(0, _TARGETS, ids.shape, device=device)
    targets = given % _TAGS
    warm, begin, count = time.perf_counter() + 0.3 * seconds, 0.0, 0
    while True:
        for batch in range(len(ids)):
            with autocast_to(precision, device):
                logits = model(ids[batch], given[batch])
            loss = F.cross_entropy(logits.float().flatten(0, 1), targets[batch].flatten())
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            count += 1
        if device.type == "cuda":
            torch.cuda.synchronize()
        now = time.perf_counter()
        if not begin and now > warm:
            begin, count = now, 0
        elif begin and now - begin > seconds:
            return count / (now - begin)
