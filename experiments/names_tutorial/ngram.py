"""What character n-grams tell of a surname's language, on the very splits of the networks.

    pip install scikit-learn
    python experiments/names_tutorial/ngram.py           writes ngram.json
    python experiments/names_tutorial/ngram.py compare   the networks of runs.json beside it

Accuracy, macro-F1 and loss of a logistic regression on tf-idf of character n-grams for each of five
splits. Longest n-gram and the strength of regularization are those that are best on val.
"""

import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from charlab.builders.corpus import read_corpus
from charlab.commands.train import compose
from charlab.data.corpus import Corpus
from charlab.evaluation.confidence import mean_interval
from charlab.evaluation.reference_texts import document_texts

SPLITS = (1, 2, 3, 4, 5)  # dataset.split.seed
METRICS = ("test/accuracy", "test/macro_f1", "test/loss")
HERE = Path(__file__).parent
LONGEST, STRENGTHS = (3, 4, 5), (3.0, 10.0, 30.0, 100.0)


def texts_of(corpus: Corpus, part: str) -> tuple[list[str], np.ndarray]:
    """The texts of a part, and the number of each one's label (N,)."""
    split = corpus.splits[part]
    assert split.labels is not None
    return document_texts(split, corpus.vocabulary), split.labels[:]


def fitted(longest: int, strength: float, texts: list[str], labels: np.ndarray) -> Any:
    """A logistic regression on tf-idf of n-grams, marks at both ends included."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

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
    from sklearn.metrics import f1_score, log_loss

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


def compared(ngrams: list[dict[str, Any]], runs: list[dict[str, Any]]) -> Iterator[str]:
    """What the networks of each command gain on n-grams, with the 95% interval over splits.

    The networks of a split are averaged first: they share its test part.
    """
    found: defaultdict[str, defaultdict[int, list[dict[str, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for run in runs:
        command, _, rest = run["command"].partition(" dataset.split.seed=")
        found[command][int(rest.split()[0])].append(run["metrics"])
    for command, splits in found.items():
        for metric in METRICS:
            gains = []
            for each in ngrams:
                values = [metrics[metric] for metrics in splits[each["split"]]]
                gains.append(sum(values) / len(values) - each[metric])
            gain = mean_interval(gains)
            base = mean_interval([each[metric] for each in ngrams])
            yield (
                f"{command}: {metric} {base.mean + gain.mean:.4f}, n-grams {base.mean:.4f}, "
                f"difference {gain.mean:+.4f} ± {gain.half:.4f}"
            )


def main(words: Sequence[str]) -> None:
    """Fits, or compares what was fitted."""
    if words == ["compare"]:
        runs = json.loads((HERE / "runs.json").read_text(encoding="utf-8"))["runs"]
        ngrams = json.loads((HERE / "ngram.json").read_text(encoding="utf-8"))
        print("\n".join(compared(ngrams, runs)))
        return
    found = []
    for seed in SPLITS:
        common = ["dataset=names_tutorial", "task=classify", f"dataset.split.seed={seed}"]
        found.append({"split": seed, **measured(read_corpus(compose([*common, *words])))})
        print(json.dumps(found[-1]), flush=True)
    (HERE / "ngram.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
