"""Encoded texts on disk: whole or not there, whoever is killed or comes at the same time."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document, LongDocument
from charlab.data.tokens import cache
from charlab.data.tokens.cache import CorpusCache
from charlab.errors import DataError
from charlab.evaluation.reference_texts import opening_text

TEXT = "".join(f"line {i} of a text\n" for i in range(300))
OPTIONS = {"normalize": "nfc", "layout": "stream", "fractions": (0.8, 0.1, 0.1), "split_seed": 0}

# A process that prepares the text of a file, and halts in the middle where it is told to.
PREPARE = """
import sys, time
from pathlib import Path
from charlab.data.corpus import build_corpus
from charlab.data.tokens.cache import CorpusCache
from charlab.data.documents.document import LongDocument

file, cache, halt = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "halt"

def pieces():
    text = file.read_text()
    for i in range(0, len(text), 100):
        if halt and i > len(text) // 2:
            print("half", flush=True)
            time.sleep(600)
        time.sleep(0.005)
        yield text[i : i + 100]

state = file.stat()
identity = (str(file), state.st_size, state.st_mtime_ns, state.st_ctime_ns, 0, "utf-8")
document = LongDocument(pieces, None, identity)
corpus = build_corpus([document], cache=CorpusCache(cache), normalize="nfc", layout="stream",
                      fractions=(0.8, 0.1, 0.1), split_seed=0)
print(corpus.fingerprint, corpus.splits["train"].ids[:].sum())
"""


class Source:
    """A file that counts how often it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reads = 0

    def document(self) -> LongDocument:
        state = self.path.stat()
        identity = (str(self.path), state.st_size, state.st_mtime_ns, state.st_ctime_ns, 0, "utf-8")
        return LongDocument(self._pieces, None, identity)

    def _pieces(self):
        self.reads += 1
        text = self.path.read_text()
        return (text[i : i + 100] for i in range(0, len(text), 100))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return Source(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def build(source: Source, folder: Path, **options) -> Corpus:
    return build_corpus([source.document()], cache=CorpusCache(folder), **(OPTIONS | options))


def is_right(corpus: Corpus, text: str = TEXT) -> bool:
    expected = build_corpus([Document(text)], **OPTIONS)
    same = all(
        opening_text(split, corpus.vocabulary) == opening_text(twin, expected.vocabulary)
        for split, twin in zip(corpus.splits.values(), expected.splits.values(), strict=True)
    )
    return same and corpus.fingerprint == expected.fingerprint


def start(source: Source, folder: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(PREPARE), source.path, folder, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_second_time_nothing_is_read(source: Source, folder: Path) -> None:
    first = build(source, folder)
    assert source.reads == 1
    assert is_right(first)
    second = build(source, folder)
    assert source.reads == 1
    assert is_right(second)
    assert second.report == first.report


def test_other_settings_are_read_anew(source: Source, folder: Path) -> None:
    build(source, folder)
    # How it is dealt out does not matter, nor what is too rare: the numbers are the same.
    build(source, folder, fractions=(0.5, 0.25, 0.25), min_count=3)
    assert source.reads == 1
    for reads, options in enumerate(
        [{"unit": "byte"}, {"unit": "word"}, {"normalize": "ascii"}, {"distinct": True}], start=2
    ):
        build(source, folder, **options)
        assert source.reads == reads


def test_a_changed_file_is_noticed(source: Source, folder: Path) -> None:
    build(source, folder)
    changed = TEXT.replace("line 7 ", "LINE 7 ")
    source.path.write_text(changed)
    assert is_right(build(source, folder), changed)
    assert source.reads == 2


def test_a_touched_file_of_the_same_text_shares_the_entry(source: Source, folder: Path) -> None:
    build(source, folder)
    before = sorted(path for path in files_in(folder) if path.name == cache.TOKEN_IDS)
    os.utime(source.path, ns=(1, 1))
    assert is_right(build(source, folder))
    assert source.reads == 2
    after = sorted(path for path in files_in(folder) if path.name == cache.TOKEN_IDS)
    assert after == before
    assert len(after) == 1


def test_a_killed_preparation_is_never_taken_for_whole(source: Source, folder: Path) -> None:
    process = start(source, folder, "halt")
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = [path for path in files_in(folder) if path.name == cache.TOKEN_IDS]
    assert left  # of what was half done
    assert is_right(build(source, folder))
    # It is removed once it is certain that nobody is about to lock it.
    os.utime(left[0].parent, (0, 0))
    source.path.write_text(TEXT + "more\n")
    build(source, folder)
    assert not left[0].exists()


def test_what_is_being_written_is_not_removed(source: Source, folder: Path) -> None:
    process = start(source, folder, "halt")
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    (left,) = [path for path in files_in(folder) if path.name == cache.TOKEN_IDS]
    os.utime(left.parent, (0, 0))
    with CorpusCache(folder).write():
        assert left.exists()
    process.kill()
    process.wait()


def test_two_processes_at_once(source: Source, folder: Path) -> None:
    processes = [start(source, folder, "go") for _ in range(2)]
    said = {process.communicate(timeout=120)[0] for process in processes}
    assert all(process.returncode == 0 for process in processes)
    assert len(said) == 1
    corpus = build(source, folder)
    assert source.reads == 0
    assert said == {f"{corpus.fingerprint} {corpus.splits['train'].ids[:].sum()}\n"}


def break_numbers(entry: Path) -> None:
    os.truncate(entry / cache.TOKEN_IDS, 50)


def break_about(entry: Path) -> None:
    (entry / cache.ABOUT).write_text("{")


def forget_documents(entry: Path) -> None:
    (entry / cache.DOCUMENTS).unlink()


@pytest.mark.parametrize("damage", [break_numbers, break_about, forget_documents])
def test_a_damaged_entry_is_made_anew(
    source: Source, folder: Path, damage: Callable[[Path], None]
) -> None:
    build(source, folder)
    (token_ids,) = [path for path in files_in(folder) if path.name == cache.TOKEN_IDS]
    damage(token_ids.parent)
    assert is_right(build(source, folder))
    assert source.reads == 2


def test_damaged_counts_are_made_anew(source: Source, folder: Path) -> None:
    first = build(source, folder)
    (counts,) = [path for path in files_in(folder) if path.name.startswith("counts-")]
    for content in (b"", b"\x93NUMPY nonsense", counts.read_bytes()[:200]):
        counts.write_bytes(content)
        assert build(source, folder).report == first.report
    assert np.load(counts).sum() == len(TEXT)


def test_a_damaged_index_is_made_anew(source: Source, folder: Path) -> None:
    build(source, folder)
    files = [path for path in files_in(folder) if path.parent.name == "index"]
    (index,) = [path for path in files if path.suffix == ".json"]
    for content in ("", "[]", json.dumps({"entry": "gone"})):
        index.write_text(content)
        assert is_right(build(source, folder))
    assert source.reads == 4


def test_a_full_disk_is_one_line(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: object, data: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_write_all", full)
    with pytest.raises(DataError, match=r"cannot write .*No space left.*CHARLAB_CACHE") as error:
        build(source, folder)
    assert "\n" not in str(error.value)
    assert not [path for path in files_in(folder) if path.name == cache.TOKEN_IDS]
    monkeypatch.undo()
    assert is_right(build(source, folder))


def test_a_source_that_breaks_off_leaves_nothing(source: Source, folder: Path) -> None:
    def pieces():
        yield TEXT[:500]
        raise DataError("the file has changed while it was read")

    broken = LongDocument(pieces, None, source.document().identity)
    with pytest.raises(DataError, match="has changed while"):
        build_corpus([broken], cache=CorpusCache(folder), **OPTIONS)
    assert not [path for path in files_in(folder) if path.name == cache.TOKEN_IDS]
    assert is_right(build(source, folder))


def test_a_cache_that_cannot_be_written(source: Source, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    with pytest.raises(DataError, match="CHARLAB_CACHE"):
        CorpusCache(blocked)


def test_readers_keep_what_they_have_open(source: Source, folder: Path) -> None:
    corpus = build(source, folder)
    train = corpus.splits["train"]
    some = train.ids[:10]
    for path in files_in(folder):
        path.unlink()
    np.testing.assert_array_equal(train.ids[:10], some)
