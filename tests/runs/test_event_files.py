"""Where a run's curves are, and what their charts are called."""

from pathlib import Path

import pytest

from charlab.runs.event_files import event_files, shown_tag


def name(second: int, host: str = "host") -> str:
    return f"events.out.tfevents.{second}.{host}.77.0"


def test_they_are_below_the_run_too_the_oldest_first(tmp_path: Path) -> None:
    places = {1700000003: "run", 1700000001: "run/b", 1700000002: "run/a", 1700000004: "run/b"}
    for second, place in places.items():
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / name(second)).touch()
    (tmp_path / "run" / "metrics.csv").touch()
    (tmp_path / "run" / "a" / "deeper").mkdir()
    (tmp_path / "run" / "a" / "deeper" / name(1700000000)).touch()  # another's, of a sweep
    found = [path.relative_to(tmp_path) for path in event_files(tmp_path / "run")]
    assert found == [Path(places[second], name(second)) for second in sorted(places)]


def test_no_link_leads_to_another_run_s(tmp_path: Path) -> None:
    (tmp_path / "run" / "seed=2").mkdir(parents=True)
    (tmp_path / "run" / "seed=2" / name(1)).touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "link").symlink_to(tmp_path / "run" / "seed=2")
    assert list(event_files(tmp_path / "other")) == []
    (tmp_path / "run" / name(2)).touch()
    (tmp_path / "itself").symlink_to(tmp_path / "run")  # which is the user's own way to it
    assert [path.name for path in event_files(tmp_path / "itself")] == [name(1), name(2)]


@pytest.mark.parametrize("folder", ["[a]*", "été 日本"])
def test_a_folder_s_name_is_no_pattern(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder / "below").mkdir(parents=True)
    (tmp_path / folder / "below" / name(1)).touch()
    assert len(list(event_files(tmp_path / folder))) == 1
    assert list(event_files(tmp_path / "nowhere")) == []


def test_what_is_trained_and_validated_comes_first_in_tensorboard() -> None:
    tags = ["train/gradient_norm", "train/learning_rate", "speed/train_chars_per_second"]
    tags += ["train/characters", "train/seconds", "train/loss", "val/loss", "val/accuracy"]
    shown = [shown_tag(tag) for tag in tags]
    assert shown[5:] == tags[5:]
    assert len(set(shown)) == len(tags)
    groups = list(dict.fromkeys(tag.split("/")[0] for tag in sorted(shown)))
    assert groups == ["train", "val", "while training"]
