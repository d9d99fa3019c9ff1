"""The plain random split with 1,000 test names, in which a name may lie on both sides.

    python experiments/makemore_names/plain_split.py FOLDER

Writes train.txt and test.txt there: lines are shuffled, as makemore does it, without a look at
names that come twice. To compare with figures that were measured so; the dataset's own split keeps
them apart.
"""

import random
import sys
from pathlib import Path

from charlab.commands.train import compose
from charlab.data.documents.request import Request
from charlab.data.documents.sources import read_parts

TEST = 1000


def main(folder: Path) -> None:
    """Writes both files."""
    source = compose(["dataset=makemore_names"]).dataset.source
    names = [document.text for document in read_parts(source, Request())]
    random.Random(42).shuffle(names)
    folder.mkdir(parents=True, exist_ok=True)
    for part, lines in (("train", names[:-TEST]), ("test", names[-TEST:])):
        (folder / f"{part}.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    twice = len(set(names[-TEST:]) & set(names[:-TEST]))
    print(
        f"{len(names):,} names, {TEST} of them to test, of which {twice} are in the train part too"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
