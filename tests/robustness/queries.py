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
    values = [probability for _, probability in ranking]
    if sorted(label for label, _ in ranking) != sorted(world.labels):
        yield "not every label once"
    if not math.isclose(sum(values), 1, abs_tol=NEAR) or min(values) < 0:
        yield "probabilities are none"
    if values != sorted(values, reverse=True):
        yield "the likeliest is not first"
    if model.classify([text]) != [ranking]:
        yield "the same text, another answer"
    forms = {"beside another text": [text, other], "normalized before": [world.normal(text)]}
    if world.source == "names":
        forms["with white space around it"] = [f" {text}\t"]
    for form, asked in forms.items():
        if _apart(model.classify(asked)[0], ranking):
            yield f"another answer {form}"


def _apart(one: Any, other: Any) -> bool:
    there = dict(other)
    return any(abs(p - there[label]) > NEAR for label, p in one)


def _generated(chance: random.Random, world: World, given: list[object]) -> Iterator[str]:
    """A sample begins with its prompt, as normalized, and holds nothing that was banned."""
    model = _model(world.run)
    prompt = texts.text(chance, long=False)
    knobs: dict[str, Any] = {"length": chance.choice([1, 8, 30]), "seed": chance.randrange(9)}
    if chance.random() < 0.4:
        knobs["banned"] = texts.text(chance, long=False)
    if chance.random() < 0.3:
        knobs["stop"] = chance.choice(["a", " ", "\n", texts.text(chance, long=False)])
    if chance.random() < 0.4:
        knobs["unknown"] = "mark"
    if world.name == "conditional":
        knobs["label"] = chance.choice(world.labels)
    given += ["generate", prompt, knobs]
    (sample,) = model.generate(prompt, **knobs)
    normal = world.normal(prompt)
    begins = [normal, normal.strip()] if world.source == "names" and normal.strip() else [normal]
    # A word's unit may read white space in its own way; what is not white must stand.
    if world.unit == "word":
        if not "".join(sample.text.split()).startswith("".join(normal.split())):
            yield "the sample does not begin with its prompt"
    elif not any(sample.text.startswith(begin) for begin in begins):
        yield "the sample does not begin with its prompt"
    if world.unit != "word" and sample.text[: len(sample.prompt)] != sample.prompt:
        yield "the sample's prompt is not its beginning"
    own = sample.text[len(sample.prompt) :]
    banned = [c for c in world.normal(knobs.get("banned", "")) if c in own]
    if banned:
        yield "a banned character was generated"
    if knobs.get("stop") and world.normal(knobs["stop"]) in own:
        yield "the stop text stands in the sample"
    if not sample.log_probability <= 0:
        yield "a log-probability above 0"
    if model.generate(prompt, **knobs) != [sample]:
        yield "the same seed, another sample"


def _scored(chance: random.Random, world: World, given: list[object]) -> Iterator[str]:
    """A text is as probable as itself; more text is never likelier."""
    model = _model(world.run)
    text = texts.text(chance)
    knobs = {"label": world.labels[0]} if world.name == "conditional" else {}
    if chance.random() < 0.5:
        knobs["unknown"] = "mark"
    given += ["score", text, knobs]
    score = model.score(text, **knobs)
    if not score.log_probability <= 0:
        yield "a log-probability above 0"
    if not math.isfinite(score.log_probability):
        yield "a log-probability that is not finite"
    again = model.score(text, **knobs)
    if again.log_probability != score.log_probability:
        yield "the same text, another score"
    if world.normal(text) and world.source == "text" and score.predictions == 0:
        yield "nothing of a text that is not empty is scored"
