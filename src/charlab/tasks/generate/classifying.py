"""A conditional language model asked for labels: p(label | text) by Bayes' rule."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.data.batches.batch import IGNORE
from charlab.data.tokens.vocabulary import EOS
from charlab.models.language_model import LanguageModel
from charlab.tasks.classify.options import Options
from charlab.tasks.classify.task import ClassifyTask

if TYPE_CHECKING:
    from charlab.tasks.generate.task import GenerateTask

_LOGITS = 2**22  # rows × positions × outputs that are held at once: 16 MB


class GenerativeClassifier(nn.Module):
    """Gives log p(text | label) + log p(label), which softmax makes p(label | text), exactly.

    A classifier in its call, so that what measures and asks classifiers takes it for one (Ng &
    Jordan 2002; Yogatama et al. 2017, arXiv:1703.01898). A text is read once for each label.

    B batch, T time, C labels.

    Args:
        language_model: conditioned on C labels.
        label_counts: training documents of each label, which p(label) is made of.
    """

    def __init__(self, language_model: LanguageModel, label_counts: Sequence[int]) -> None:
        super().__init__()
        self.language_model = language_model
        counts = torch.tensor(label_counts, dtype=torch.float64)
        self._log_prior = (counts / counts.sum()).log()
        self.train(language_model.training)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Scores the labels of whole texts, their end mark among what is told.

        Args:
            ids: tokens, (B, T) int64; what stands in the padding does not matter.
            lengths: valid positions per row, (B,) int64; None: every row is full.

        Returns:
            log p(text, label), (B, C) in float64, on the CPU.
        """
        texts = F.pad(ids, (1, 0), value=EOS)  # (B, T+1): what is read, from the begin mark on
        steps = torch.arange(texts.shape[1], device=ids.device)
        ends = torch.full((len(ids),), ids.shape[1], device=ids.device)
        ends = ends if lengths is None else lengths
        told = F.pad(ids, (0, 1), value=EOS).masked_fill(steps == ends[:, None], EOS)
        told = told.masked_fill(steps > ends[:, None], IGNORE)
        size = texts.shape[1] * self.language_model.vocabulary_size
        rows = max(1, _LOGITS // size)
        parts = zip(torch.split(texts, rows), torch.split(told, rows), strict=True)
        return torch.cat([self._joint(*part) for part in parts])

    def _joint(self, texts: Tensor, told: Tensor) -> Tensor:
        scores = []
        for label, prior in enumerate(self._log_prior):
            condition = torch.full((len(texts),), label, device=texts.device)
            logits, _ = self.language_model(texts, condition=condition)
            losses = F.cross_entropy(logits.mT.float(), told, ignore_index=IGNORE, reduction="none")
            scores.append(prior - losses.cpu().double().sum(-1))
        return torch.stack(scores, dim=-1)


def as_classifier(
    task: "GenerateTask", network: LanguageModel
) -> tuple[ClassifyTask, GenerativeClassifier]:
    """What measures and asks a conditional language model as a classifier, and that classifier."""
    options = Options(
        name="classify",
        monitor="val/loss",
        pooling="last",
        class_weights="none",
        label_smoothing=0.0,
        language_weight=0.0,
    )
    run = dataclasses.replace(task.run, task=options)
    return ClassifyTask(run, task.data), GenerativeClassifier(network, task.data.label_counts)
