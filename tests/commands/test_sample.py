"""Samples of several settings: of tiny networks trained earlier."""

import csv
import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

import charlab
from charlab.runs import checkpoint
from tests.support.in_process import in_process
from tests.support.shell import ROOT

RUNS = ROOT / "tests/goldens/runs"
NAMES = f"run={RUNS}/generate_names"
DATA = f"dataset.path={ROOT}/tests/goldens/data/names"


def sample(*words: str) -> "subprocess.CompletedProcess[str]":
    done = in_process("sample.py", *words, "seed=3")
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_a_file_says_what_drew_each_sample(tmp_path: Path, form: str) -> None:
    words = [NAMES, DATA, "count=2", "temperature=0.3,1", "label=Southern,Northern"]
    done = sample(*words, f"output={tmp_path}/x.{form}")
    assert done.stdout == ""
    written = (tmp_path / f"x.{form}").read_text()
    assert sample(*words, f"format={form}").stdout == written
    lines = written.splitlines()
    tables = {"csv": ",", "tsv": "\t"}
    rows = (
        list(csv.DictReader(lines, delimiter=tables[form]))
        if form in tables
        else list(map(json.loads, lines))
    )
    drawn = [(float(r["temperature"]), r["label"], int(r["number"])) for r in rows]
    assert drawn == [
        (t, la, n) for t in (0.3, 1) for la in ("Southern", "Northern") for n in (1, 2)
    ]
    assert {int(row["seed"]) for row in rows} == {3}
    again = charlab.load(RUNS / "generate_names").generate(
        count=2, label="Northern", temperature=1.0, seed=3
    )
    assert [row["text"] for row in rows[-2:]] == [s.text for s in again]
    assert float(rows[-1]["log_probability"]) == pytest.approx(again[-1].log_probability)
    assert rows[-1]["novelty"] == ""


def test_one_variant_goes_to_a_file_as_texts_alone(tmp_path: Path) -> None:
    sample(NAMES, "label=Northern", "count=3", "novelty=false", f"output={tmp_path}/x.txt")
    samples = charlab.load(RUNS / "generate_names").generate(count=3, label="Northern", seed=3)
    assert (tmp_path / "x.txt").read_text() == "".join(f"{s.text}\n" for s in samples)


def test_a_label_with_a_comma_is_one(tmp_path: Path) -> None:
    stored = checkpoint.load(RUNS / "generate_names/checkpoints/best.ckpt")
    path = tmp_path / "x.ckpt"
    checkpoint.save(dataclasses.replace(stored, labels=("North, far", "Southern")), path)
    done = sample(f"run={path}", "label=North, far", "count=2")
    assert "===" not in done.stdout
    done = sample(f"run={path}", "label='North, far',Southern")
    assert [line.split(" (")[0] for line in done.stdout.splitlines()[::2]] == [
        "=== label=North, far",
        "=== label=Southern",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["temperature=1,-1"], "temperature= must be 0 (greedy) or more, got -1.0"),
        (["temperature=1,x"], "temperature= must be a number, got 'x'"),
        (["label=Southern,Northn"], "unknown label 'Northn': did you mean 'Northern'?"),
        (
            ["output=x.json"],
            "output=x.json must end in .txt, .csv, .tsv or .jsonl, or say format=",
        ),
        (["format=xml"], "format= must be text, csv, tsv or jsonl, got 'xml'"),
        (["seed=1,2,3", "count=400000", "length=1000"], "count= times length= must be at most"),
    ],
)
def test_bad_words_are_refused_in_a_line(words: list[str], message: str) -> None:
    done = in_process("sample.py", NAMES, *words)
    assert done.returncode == 1
    assert f"error: {message}" in done.stderr
    assert done.stdout == ""


def test_no_run_in_a_list_is_missing() -> None:
    done = in_process("sample.py", f"{NAMES},nowhere")
    assert done.returncode == 1
    assert "there is no run nowhere" in done.stderr
