"""Texts asked of trained networks, and what must hold of the answers whatever the text."""

import math
import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import charlab
from charlab.errors import CharlabError
from tests.robustness import texts
from tests.robustness.asking import crash_of
from tests.robustness.findings import Finding
from tests.robustness.worlds import World

NEAR = 1e-5


@cache
def _model(run: str) -> Any:
    return charlab.load(run)


def query(chance: random.Random, worlds: Sequence[World]) -> list[Finding]:
    """Asks one text of one network, from Python."""
    world = chance.choice(worlds)
    look = _classified if world.task == "classify" else chance.choice([_generated, _scored])
    given: list[object] = []
    try:
        return [
            Finding(f"{world.task}: {kind}", f"{world.name}: {str(given)[:300]}")
            for kind in look(chance, world, given)
        ]
    except CharlabError as error:
        kind = "an error of several lines from Python" if "\n" in str(error) else ""
        return [Finding(kind, f"{str(given)[:300]}: {error}")] if kind else []
    except Exception as error:
        kind = f"charlab.load: {crash_of(error).partition(': ')[0]}"
        return [Finding(kind, f"{str(given)[:300]}: {error}")]


def _classified(chance: random.Random, world: World, given: list[object]) -> Iterator[str]:
    """Probabilities are some; the same text has the same ones, in whatever form it comes."""
    model = _model(world.run)
    text, other = texts.text(chance), texts.plain_word(chance)
    given += ["classify", text]
    (ranking,) = model.classify([text])
    labels, values = zip(*ranking, strict=True)

    def apart(asked: list[str]) -> bool:
        there = dict(model.classify(asked)[0])
        return any(abs(value - there[label]) > NEAR for label, value in ranking)

    yield from _true(
        {
            "not every label once": sorted(labels) != sorted(world.labels),
            "no probabilities": not math.isclose(sum(values), 1, abs_tol=NEAR) or min(values) < 0,
            "the likeliest is not first": list(values) != sorted(values, reverse=True),
            "the same text, another answer": model.classify([text]) != [ranking],
            "another answer beside another text": apart([text, other]),
            "another answer if normalized before": apart([world.normal(text)]),
            "another answer among blanks": world.source == "names" and apart([f" {text}\t"]),
        }
    )


def _true(kinds: dict[str, bool]) -> Iterator[str]:
    yield from (kind for kind, wrong in kinds.items() if wrong)


def _generated(chance: random.Random, world: World, given: list[object]) -> Iterator[str]:
    """A sample begins with its prompt, as normalized, and holds nothing that was banned."""
    model = _model(world.run)
    prompt = texts.text(chance, long=False)
    knobs: dict[str, Any] = {"length": chance.choice([1, 8, 30]), "seed": chance.randrange(9)}
    knobs["unknown"] = chance.choice(["error", "mark"])
    if chance.random() < 0.4:
        knobs["banned"] = texts.text(chance, long=False)
    if chance.random() < 0.3:
        knobs["stop"] = chance.choice(["a", " ", "\n", texts.text(chance, long=False)])
    if world.name == "conditional":
        knobs["label"] = chance.choice(world.labels)
    given += ["generate", prompt, knobs]
    (sample,) = model.generate(prompt, **knobs)
    begin, text, own = world.normal(prompt), sample.text, sample.text[len(sample.prompt) :]
    if world.unit == "word" or world.source == "names":  # they read white space in their own way
        begin, text = "".join(begin.split()), "".join(text.split())
    stop, banned = (world.normal(knobs.get(name, "")) for name in ("stop", "banned"))
    yield from _true(
        {
            "the sample does not begin with its prompt": not text.startswith(begin),
            "a banned character was generated": bool(set(banned) & set(own)),
            "the stop text stands in the sample": stop != "" and stop in own,
            "a log-probability above 0": not sample.log_probability <= 0,
            "the same seed, another sample": model.generate(prompt, **knobs) != [sample],
        }
    )


def _scored(chance: random.Random, world: World, given: list[object]) -> Iterator[str]:
    """A text is as probable as itself; nothing is more than certain."""
    model = _model(world.run)
    text = texts.text(chance)
    knobs = {"label": world.labels[0]} if world.name == "conditional" else {}
    knobs["unknown"] = chance.choice(["error", "mark"])
    given += ["score", text, knobs]
    score, again = (model.score(text, **knobs) for _ in range(2))
    unread = world.source == "text" and world.normal(text) != "" and score.predictions == 0
    yield from _true(
        {
            "a log-probability above 0": not score.log_probability <= 0,
            "a log-probability that is not finite": not math.isfinite(score.log_probability),
            "the same text, another score": again.log_probability != score.log_probability,
            "nothing of a text that is not empty is scored": unread,
        }
    )
