"""Groups and their choices, from the files."""

from pathlib import Path

from charlab.config.groups import find_groups


def test_find_groups(tmp_path: Path) -> None:
    for name in (
        "a/y.yaml",
        "a/x.yaml",
        "b/c/z.yaml",
        "hydra/help/h.yaml",
        "shared/s.yaml",
        "t.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_groups([tmp_path]) == [("a", ["x", "y"]), ("b/c", ["z"])]
