"""Writes a text of any size that looks like language to whoever counts characters.

Words by Zipf's law from a lexicon of 50,000, sentences, paragraphs; some letters with accents. The
same size gives the same text.

    python experiments/large_text/generate.py FILE MEGABYTES
"""

import sys
from pathlib import Path

import numpy as np

LETTERS = "etaoinshrdlcumwfgypbvkjxqz"
ACCENTED = "éèüöäßñçåø"
WORDS = 50_000
BATCH = 200_000  # words that are written together


def lexicon(generator: np.random.Generator) -> list[str]:
    """Made-up words, the frequent ones short."""
    weights = 1 / np.arange(1, len(LETTERS) + 1)
    lengths = 2 + generator.poisson(np.linspace(1, 7, WORDS))
    words = []
    for length in lengths.tolist():
        word = "".join(generator.choice(list(LETTERS), length, p=weights / weights.sum()))
        if generator.random() < 0.03:
            word += ACCENTED[int(generator.integers(len(ACCENTED)))]
        words.append(word)
    return words


def write(path: Path, size: int) -> None:
    """Writes a text of about ``size`` bytes, and no fewer."""
    generator = np.random.default_rng(0)
    words = lexicon(generator)
    shares = 1 / np.arange(1, WORDS + 1)
    cumulative = np.cumsum(shares / shares.sum())
    written = 0
    with path.open("wb") as file:
        while written < size:
            chosen = np.searchsorted(cumulative, generator.random(BATCH)).clip(max=WORDS - 1)
            ends = np.where(generator.random(BATCH) < 0.08, 1, 0)
            ends[generator.random(BATCH) < 0.01] = 2
            marks = (" ", ". ", ".\n")
            text = "".join(
                words[word] + marks[end]
                for word, end in zip(chosen.tolist(), ends.tolist(), strict=True)
            )
            written += file.write(text.encode())


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(float(sys.argv[2]) * 1e6))
