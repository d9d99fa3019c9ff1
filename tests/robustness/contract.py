"""What every command promises, whatever it is given."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.robustness.asking import Answer, Asked
from tests.robustness.findings import Finding

CODES = (0, 1, 130)
# What a terminal acts upon: C0 but tab and newline, DEL, C1, embeddings, overrides, isolates.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FAR = re.compile("[0-9]{12}|e[0-9]{2}")  # whoever asks for so much may be told that it is too much
_WARNING = re.compile(r"\b(\w*Warning): (.{0,80})")


def broken(asked: Asked, answer: Answer, folder: Path) -> Iterator[Finding]:
    """The promises that an answer breaks; the folder held nothing of a run before."""
    for finding in said(asked, answer):
        yield Finding(finding.kind, f"{asked} -> {finding.detail}")
    for kind in left_behind(answer, folder):
        yield Finding(kind, str(asked))


def said(asked: Asked, answer: Answer) -> Iterator[Finding]:
    """What is wrong with the exit code and with what was said."""
    door = asked.script
    if answer.crash:
        head, _, message = answer.crash.partition(": ")
        yield Finding(f"{door}: traceback: {head}", message)
        return
    errors = answer.err.splitlines()
    if answer.code not in CODES:
        yield Finding(f"{door}: exit code {answer.code}", answer.err[-300:])
    if "out of memory" in answer.err and not any(_FAR.search(word) for word in asked.words):
        yield Finding(f"{door}: all of the memory was wanted", answer.err[-200:])
    if "Traceback (most recent" in answer.err + answer.out:
        yield Finding(f"{door}: traceback printed", answer.err[-300:])
    if answer.code == 1:
        yield from _error_lines(door, errors)
    if asked.script == "evaluate.py" and re.search(r"\b(nan|inf)\b", answer.out):
        yield Finding(f"{door}: a figure that is not finite", answer.out[-300:])
    warning = _WARNING.search(answer.err)
    if warning is not None:
        yield Finding(f"{door}: a warning of Python's, {warning[1]}", warning[0])
    if asked.terminal:
        for stream, text in (("standard output", answer.out), ("standard error", answer.err)):
            raw = RAW.search(text)
            if raw is not None:
                near = text[max(0, raw.start() - 40) : raw.end() + 20]
                yield Finding(f"{door}: control character raw on the terminal, {stream}", near)


def _error_lines(door: str, lines: list[str]) -> Iterator[Finding]:
    begun = [n for n, line in enumerate(lines) if line.startswith("error: ")]
    if not begun:
        yield Finding(f"{door}: exit code 1 without a line 'error: …'", "\n".join(lines)[-300:])
        return
    if any(not line.startswith("error: ") for line in lines[begun[0] :]):
        yield Finding(f"{door}: more than 'error: …' lines", "\n".join(lines[begun[0] :])[:300])


def left_behind(answer: Answer, folder: Path) -> Iterator[str]:
    """Kinds of things that a command that has ended may not leave."""
    for path in folder.rglob("*.tmp"):
        if path.name.startswith("."):
            yield f"left behind: a temporary file {re.sub('[0-9]+', 'N', path.name)}"
    for checkpoints in folder.rglob("checkpoints"):
        metrics = checkpoints.parent / "metrics.json"
        if not metrics.exists():
            yield "left behind: a run's folder without metrics.json"
            continue
        try:
            status = json.loads(metrics.read_text(), parse_constant=_refuse)["status"]
        except ValueError:
            yield "a figure that is not finite in metrics.json"
            continue
        if not answer.crash and status == "running":
            yield "left behind: a run that ended and says 'running'"
    for log in folder.rglob("train.log"):
        if RAW.search(log.read_text(encoding="utf-8", errors="replace")):
            yield "control character raw in train.log"


def _refuse(constant: str) -> None:
    raise ValueError(constant)
