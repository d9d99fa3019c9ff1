import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from charlab.errors import RunError
from charlab.runs import folder as runs


def make_run(folder, *checkpoints):
    """A run's folder with empty checkpoints."""
    (folder / "checkpoints").mkdir(parents=True)
    for name in checkpoints or ("last.ckpt",):
        (folder / "checkpoints" / name).touch()
    return folder


def test_a_folder_s_name_says_what_when(tmp_path):
    folder = runs.allocate(str(tmp_path), "generate", "my names", "lstm")
    assert folder.is_dir()
    assert folder.parent == tmp_path / "generate" / "my names" / "lstm"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", folder.name)
    debug = runs.allocate(str(tmp_path), "generate", "my names", "lstm", debug=True)
    assert debug.parent == tmp_path / "debug" / "generate" / "my names" / "lstm"


def test_no_two_runs_share_a_folder(tmp_path):
    def allocate(_):
        return runs.allocate(str(tmp_path), "generate", "names", "lstm")

    with ThreadPoolExecutor(16) as pool:
        folders = list(pool.map(allocate, range(200)))
    assert len(set(folders)) == 200
    assert all(folder.is_dir() for folder in folders)
    assert all(runs._FOLDER_NAME.fullmatch(folder.name) for folder in folders)


def test_the_newest_is_first(tmp_path):
    date = "2026-01-05_10-00-00"
    order = [
        "generate/text/gru/2026-02-01_09-00-00",
        f"generate/names/lstm/{date}-10",  # a number, not a word: after -2
        f"generate/names/lstm/{date}-2",
        f"generate/names/lstm/{date}",
        "classify/names/lstm/2025-12-31_23-59-59",
    ]
    for name in sorted(order):
        make_run(tmp_path / name)
    assert list(runs.newest_first(str(tmp_path))) == [tmp_path / name for name in order]
    assert list(runs.newest_first(str(tmp_path), ["classify"])) == [tmp_path / order[-1]]
    assert runs.find("latest", str(tmp_path), ["generate"], "x.py") == tmp_path / order[0]


def test_what_is_no_run_does_not_count(tmp_path):
    date = "2026-01-05_10-00-00"
    good = make_run(tmp_path / "generate" / "names" / "lstm" / date)
    newer = "2026-03-01_10-00-00"
    for name in [
        f"debug/generate/names/lstm/{newer}",
        f"debug/names/lstm/{newer}",
        f"sweeps/my/names/{newer}",
        "sweeps/my/17",
        f"multirun/a/b/{newer}",
        f"generate/names/lstm/{newer}.old",
        "generate/names/lstm/my run",
        f"generate/names/{newer}",
    ]:
        make_run(tmp_path / name)
    make_run(tmp_path / "generate" / "names" / "lstm" / newer, "best.ckpt.tmp")
    assert list(runs.newest_first(str(tmp_path))) == [good]
    assert list(runs.newest_first(str(tmp_path / "none"))) == []


def test_an_output_folder_s_name_is_no_pattern(tmp_path):
    root = tmp_path / "[a-z]*"
    run = make_run(root / "generate" / "na[m]es" / "lstm" / "2026-01-05_10-00-00")
    assert list(runs.newest_first(str(root), ["generate"])) == [run]


def test_no_run_yet(tmp_path):
    wanted = r"^sample\.py: no run with task=generate in .*/ yet; train one first: python train\.py"
    with pytest.raises(RunError, match=wanted + " task=generate$"):
        runs.find("latest", str(tmp_path), ["generate"], "sample.py")
    with pytest.raises(RunError, match=r"^x\.py: no run in .*/ yet; .*: python train\.py$"):
        runs.find("latest", str(tmp_path), (), "x.py")


def test_a_named_run(tmp_path):
    run = make_run(tmp_path / "my run", "best.ckpt", "last.ckpt")
    assert runs.find(str(run), "elsewhere", (), "x.py") == run
    assert runs.checkpoint_file(run) == run / "checkpoints" / "best.ckpt"
    only_last = make_run(tmp_path / "short")
    assert runs.checkpoint_file(only_last) == only_last / "checkpoints" / "last.ckpt"
    file = run / "checkpoints" / "last.ckpt"
    assert runs.checkpoint_file(runs.find(str(file), "elsewhere", (), "x.py")) == file
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        RunError, match=r"^x\.py: .*empty has no checkpoint in checkpoints/ \(yet\)"
    ):
        runs.find(str(tmp_path / "empty"), "elsewhere", (), "x.py")
    with pytest.raises(
        RunError, match=r"^x\.py: there is no run .*shrot: did you mean '.*/short'\?$"
    ):
        runs.find(str(tmp_path / "shrot"), "elsewhere", (), "x.py")
    with pytest.raises(RunError, match=r"^x\.py: there is no run .*none/there$"):
        runs.find(str(tmp_path / "none" / "there"), "elsewhere", (), "x.py")


def test_the_run_that_was_meant(tmp_path):
    out = tmp_path / "outputs"
    run = make_run(out / "generate" / "names" / "lstm" / "2026-01-05_10-00-00")

    def said(typed):
        with pytest.raises(RunError) as caught:
            runs.find(typed, str(out), (), "x.py")
        return str(caught.value)

    assert said("latset").endswith(": did you mean 'latest'?")
    assert said(run.name).endswith(f": did you mean {str(run)!r}?")  # without its folder
    slip = str(run).replace("names", "nmes")
    assert said(slip).endswith(f": did you mean {str(run)!r}?")
    assert said("zzz").endswith(f"; the newest is {str(run)!r}")
    assert said(str(out / "generate")).endswith(f"; the newest run below it is {str(run)!r}")


def test_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    run = make_run(tmp_path / "mine")
    assert runs.find("~/mine", "elsewhere", (), "x.py") == run
    with pytest.raises(RunError, match="there is no run ~nobody-of-that-name/mine"):
        runs.find("~nobody-of-that-name/mine", "elsewhere", (), "x.py")


def test_a_folder_of_the_user_s_own(tmp_path):
    folder = tmp_path / "a" / "b"
    assert runs.claim(folder) == folder
    assert folder.is_dir()
    (folder / "notes.txt").touch()
    assert runs.claim(folder) == folder
    for what in ("checkpoints", "metrics.json"):
        taken = tmp_path / what
        make_run(taken) if what == "checkpoints" else taken.mkdir()
        (taken / what).mkdir(exist_ok=True)
        with pytest.raises(RunError, match="already holds a run; go on with it by resume="):
            runs.claim(taken)
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot make the run's folder .*: Not a directory"):
        runs.claim(tmp_path / "file" / "run")
    with pytest.raises(RunError, match=r"cannot make the run's folder .*: File exists"):
        runs.claim(tmp_path / "file")


def test_an_output_folder_that_cannot_be_written(tmp_path, monkeypatch):
    runs.require_writable(str(tmp_path))
    runs.require_writable(str(tmp_path / "new" / "er"))
    monkeypatch.chdir(tmp_path)
    runs.require_writable("outputs")
    assert not (tmp_path / "outputs").exists()  # asking makes nothing
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "below"):
        with pytest.raises(RunError, match=r"^output_dir=.*: .*file is a file, not a folder$"):
            runs.require_writable(str(folder))
    with pytest.raises(RunError, match=r"cannot write the run's folder .*: Not a directory; set"):
        runs.allocate(str(file), "generate", "names", "lstm")


def test_permission_denied(tmp_path, monkeypatch):
    # Who runs the tests may be allowed everything; the system's answer is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    with pytest.raises(RunError, match=r"cannot write to .*: permission denied; set output_dir="):
        runs.require_writable(str(tmp_path / "outputs"))
    with pytest.raises(RunError, match=r"cannot write to the run's folder .*: permission denied"):
        runs.claim(tmp_path)


def test_a_run_s_folder_belongs_to_one_process(tmp_path: Path) -> None:
    with (
        runs.exclusive(tmp_path),
        pytest.raises(RunError, match="goes on in another process"),
        runs.exclusive(tmp_path),
    ):
        pass
    with runs.exclusive(tmp_path):
        pass
