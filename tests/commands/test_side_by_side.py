"""Samples of several settings, beside or below each other: of tiny networks trained earlier."""

import re
import subprocess
from pathlib import Path

import pytest

import charlab
from charlab.commands.drawing import Drawing
from charlab.commands.side_by_side import blocks, show_columns
from charlab.config.cli_options import SampleArguments
from charlab.decoding.generation_config import GenerationConfig
from tests.support.golden_runs import DATA as GOLDEN_DATA
from tests.support.golden_runs import GENERATE, RUNS, load
from tests.support.golden_runs import TEXT as WRITER
from tests.support.in_process import in_process

NAMES, TEXT = f"run={GENERATE}", f"run={WRITER}"
DATA = f"dataset.path={GOLDEN_DATA[GENERATE]}"
HEATS = ["0.3", "0.7", "1.2"]


def sample(*words: str, terminal: bool = False) -> "subprocess.CompletedProcess[str]":
    done = in_process("sample.py", *words, "seed=3", terminal=terminal)
    assert done.returncode == 0, done.stderr
    return done


def cells(shown: str) -> list[list[str]]:
    """The cells of a table's lines."""
    lines = (line.rstrip() for line in shown.splitlines())
    return [[cell.strip() for cell in line.split("│")] for line in lines if "│" in line]


def test_only_the_setting_differs() -> None:
    shared = [TEXT, "length=40", "prompt=a", "novelty=false"]
    several = sample(*shared, f"temperature={','.join(HEATS)}").stdout
    blocks = several.removeprefix("=== ").split("\n=== ")
    assert [block.split(" ")[0] for block in blocks] == [f"temperature={heat}" for heat in HEATS]
    for block, heat in zip(blocks, HEATS, strict=True):
        text = block.partition("===\n")[2].rstrip("\n")
        (alone,) = charlab.load(RUNS / "generate_text").generate(
            "a", length=40, temperature=float(heat), seed=3
        )
        assert text == alone.text.rstrip("\n")


def test_columns_and_rows_on_a_terminal() -> None:
    words = [NAMES, DATA, "count=2", "temperature=0,1.2", "label=Southern,Northern"]
    done = sample(*words, terminal=True)
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    columns = [[cell.strip() for cell in line.split("│")] for line in lines if "│" in line]
    assert columns[0] == ["temperature", "Southern", "Northern"]
    assert [row[0] for row in columns if row[0]] == ["temperature", "0", "1.2"]
    assert max(map(len, lines)) <= 80
    samples = charlab.load(RUNS / "generate_names").generate(
        count=2, label="Northern", temperature=1.2, seed=3
    )
    shown = "".join(row[2] for row in columns)
    assert all(s.text in shown for s in samples)
    assert "nats/char" in shown
    assert "2 of 2 novel" in shown


def test_runs_beside_each_other() -> None:
    both = f"{NAMES},{RUNS}/generate_text"
    done = sample(both, "length=9", "novelty=false", terminal=True)
    heads = [cell.strip() for cell in done.stdout.splitlines()[0].split("│")]
    assert heads == ["generate_names", "generate_text"]
    assert done.stderr.count("run: ") == 2


@pytest.mark.parametrize(
    "others", ["{run}/", "{run}/../{run}", "{run}/checkpoints/best.ckpt", "{run}/,generate_names"]
)
def test_a_run_by_another_name_has_a_column_of_its_own(others: str) -> None:
    runs = [WRITER.name, *others.format(run=WRITER.name).split(",")]
    words = [f"run={','.join(runs)}", "length=9", "novelty=false", "temperature=0"]
    done = in_process("sample.py", *words, folder=RUNS, terminal=True)
    assert done.returncode == 0, done.stderr
    heads, *rows = cells(done.stdout)
    (text,) = charlab.load(WRITER).generate(length=9, temperature=0)
    assert [re.sub("\x1b\\[[0-9;]*m", "", head).strip() for head in heads] == runs
    assert [text.text.strip()] * 2 in [row[:2] for row in rows]


def drawings(run: Path, count: int, *, label: str | None = None) -> list[Drawing]:
    model = load(run)
    arguments = SampleArguments(run=str(run), count=count, length=12, label=label, novelty=True)
    return [
        Drawing(arguments, GenerationConfig(temperature=heat, length=12, seed=1), model, chosen)
        for heat, chosen in ((0.3, {"temperature": "0.3"}), (1.2, {"temperature": "1.2"}))
    ]


def test_blocks_name_the_variant_what_is_said_of_it_and_each_long_text() -> None:
    parts = list(blocks(drawings(WRITER, 2)))
    titles, texts = parts[::5], [*parts[2::5], *parts[4::5]]
    named = [title.split(" (")[0] for title in titles]
    assert named == ["=== temperature=0.3", "=== temperature=1.2"]
    assert all("nats/char) ===" in title for title in titles)
    assert [part[:5] for part in (*parts[1::5], *parts[3::5])] == ["--- 1"] * 2 + ["--- 2"] * 2
    assert "longest span copied from the training text" in parts[1]
    assert all(len(text) == 13 for text in texts)


def test_short_texts_have_a_line_each_with_their_label() -> None:
    title, *lines = list(blocks(drawings(GENERATE, 3)[:1]))
    assert " of 3 novel; " in title
    assert len(lines) == 3
    assert {line.split(": ")[0] for line in lines} <= {"Northern", "Southern"}
    (first, *_) = list(blocks(drawings(GENERATE, 1, label="Northern")[:1]))[1:]
    assert ":" not in first


def test_one_variant_is_its_samples_alone() -> None:
    (drawing, _) = drawings(WRITER, 1)
    drawing.chosen = {}
    assert list(blocks([drawing])) == [f"{drawing.draw()[0].text}\n"]


def test_there_are_no_columns_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert show_columns(drawings(WRITER, 1)) is False
    assert capsys.readouterr().out == ""
