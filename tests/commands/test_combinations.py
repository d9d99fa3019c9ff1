"""Every dataset that needs no download, with every task that it fits and every model."""

import itertools
import re
from pathlib import Path

import pytest

from tests.support.in_process import in_process

pytestmark = pytest.mark.usefixtures("undrawn")

MODELS = ("vanilla", "lstm", "gru")
WORDS = ["ab", "ba", "abba", "baab", "bab", "aab", "bba", "aaab"]
FITTING = {
    "generate": ["names", "text", "python_tokens", "accents", "dates", "pairs", "table"],
    "classify": ["names", "accents", "dates", "table"],
    "tag": ["python_tokens", "accents", "conllu", "copying", "table"],
    "transduce": ["dates", "pairs", "table"],
}
UNFIT = {
    "classify": ["python_tokens", "pairs", "copying"],
    "tag": ["names", "text", "dates", "pairs"],
    "transduce": ["names", "text", "python_tokens", "accents"],
}


def pairs(table):
    return [(task, dataset) for task, datasets in table.items() for dataset in datasets]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Small files, with the settings that name them, by dataset."""
    folder: Path = tmp_path_factory.mktemp("files")
    both = list(itertools.product(WORDS, WORDS))
    rows = [f"{a} {b}\t{a[0]} {b[0]}\t{a[0]}\t{b}" for a, b in both]
    (folder / "all.tsv").write_text("\n".join(["text\ttags\tlabel\ttarget", *rows, ""]))
    (folder / "pairs.tsv").write_text("".join(f"{a}{b}\t{b}\n" for a, b in both))
    for part in ("train", "dev", "test"):
        sentences = [
            "".join(
                "\t".join([str(i), w, "_", w[0], *"______"]) + "\n" for i, w in enumerate(words, 1)
            )
            for words in both
        ]
        (folder / f"x-{part}.conllu").write_text("\n".join(sentences) + "\n")
    columns = ("text", "tag", "label", "target")
    named = [f"dataset.{c}_column={'tags' if c == 'tag' else c}" for c in columns]
    return {
        "table": [f"dataset.path={folder / 'all.tsv'}", *named],
        "pairs": [f"dataset.path={folder / 'pairs.tsv'}"],
        "conllu": [f"dataset.path={folder}"],
    }


def settings(files, task, dataset):
    needed = {"generate": "text", "classify": "label", "tag": "tag", "transduce": "target"}[task]
    given = files.get(dataset, [])
    return [w for w in given if "_column" not in w or "text_" in w or f".{needed}_" in w]


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("task", "dataset"), pairs(FITTING))
def test_what_fits_trains(files, tmp_path, task, dataset, model):
    words = [f"task={task}", f"dataset={dataset}", f"model={model}", "debug=smoke"]
    done = in_process("train.py", *words, *settings(files, task, dataset), f"output_dir={tmp_path}")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("task", "dataset"), pairs(UNFIT))
def test_what_does_not_fit_is_refused_in_one_line(files, tmp_path, task, dataset):
    words = [f"task={task}", f"dataset={dataset}", "debug=smoke"]
    done = in_process("train.py", *words, *settings(files, task, dataset), f"output_dir={tmp_path}")
    assert done.returncode == 1
    assert re.fullmatch("error: .*\n", done.stderr), done.stderr
