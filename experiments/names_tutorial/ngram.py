"""What character n-grams tell of a surname's language, on the very splits of the networks.

    pip install scikit-learn
    python experiments/names_tutorial/ngram.py WORDS OF train.py…

Prints accuracy, macro-F1 and loss of a logistic regression on tf-idf of character n-grams for each
of five splits. Longest n-gram and the strength of regularization are those that are best on val.
"""

import itertools
import json
import sys
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.pipeline import Pipeline, make_pipeline

from charlab.builders.corpus import read_corpus
from charlab.commands.train import compose
from charlab.data.corpus import Corpus
from charlab.evaluation.reference_texts import document_texts

SPLITS = (1, 2, 3, 4, 5)  # dataset.split.seed
LONGEST, STRENGTHS = (3, 4, 5), (3.0, 10.0, 30.0, 100.0)


def texts_of(corpus: Corpus, part: str) -> tuple[list[str], np.ndarray]:
    """The texts of a part, and the number of each one's label (N,)."""
    split = corpus.splits[part]
    assert split.labels is not None
    return document_texts(split, corpus.vocabulary), split.labels[:]


def fitted(longest: int, strength: float, texts: list[str], labels: np.ndarray) -> Pipeline:
    """A logistic regression on tf-idf of n-grams, marks at both ends included."""
    ngrams = TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, longest),
        preprocessor=lambda text: f"^{text.lower()}$",
        sublinear_tf=True,
    )
    regression = LogisticRegression(C=strength, max_iter=3000)
    return make_pipeline(ngrams, regression).fit(texts, labels)


def measured(corpus: Corpus) -> dict[str, Any]:
    """Test figures of the settings that are best on val (accuracy)."""
    train, val, test = (texts_of(corpus, part) for part in ("train", "val", "test"))
    models = [fitted(*each, *train) for each in itertools.product(LONGEST, STRENGTHS)]
    best = max(models, key=lambda model: float(model.score(*val)))
    answers = best.predict(test[0])
    return {
        "test/accuracy": float((answers == test[1]).mean()),
        "test/macro_f1": float(f1_score(test[1], answers, average="macro", zero_division=0)),
        "test/loss": float(log_loss(test[1], best.predict_proba(test[0]), labels=best.classes_)),
        "longest": best[0].ngram_range[1],
        "strength": best[1].C,
    }


if __name__ == "__main__":
    for seed in SPLITS:
        words = ["dataset=names_tutorial", "task=classify", f"dataset.split.seed={seed}"]
        corpus = read_corpus(compose([*words, *sys.argv[1:]]))
        print(json.dumps({"split": seed, **measured(corpus)}), flush=True)
