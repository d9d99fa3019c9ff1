import itertools
import os
import sys

import pytest

from charlab.config.task_options import TASK_OPTIONS
from charlab.errors import ConfigError
from charlab.registry import USER_PATH, OptionsOf, Registry, user_folders
from charlab.tasks import TASKS

NUMBER = itertools.count()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules that register members, and its registry."""
    name = f"charlab_test_members_{next(NUMBER)}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from charlab.registry import Registry\n"
        f"members = Registry('fruit', {name!r})\n"
        "register = members.register\n"
    )
    for module, fruits in {"a": ["pear"], "b": ["plum", "apple"]}.items():
        lines = [f"from {name} import register\n"]
        lines += [f"@register({fruit!r})\ndef {fruit}(): return {fruit!r}\n" for fruit in fruits]
        (folder / f"{module}.py").write_text("".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [m for m in sys.modules if m.partition(".")[0] == name]:
        del sys.modules[module]


def test_members_are_found_at_the_first_look_up(package):
    members = __import__(package).members
    assert f"{package}.a" not in sys.modules
    assert members["plum"]() == "plum"
    assert members.names() == ["apple", "pear", "plum"]


def test_unknown_names(package):
    members = __import__(package).members
    with pytest.raises(ConfigError, match=r"^unknown fruit 'plumm': did you mean 'plum'\?$"):
        members["plumm"]
    with pytest.raises(ConfigError, match=r"^unknown fruit 'x': choose one of: apple, pear, plum$"):
        members["x"]


def test_a_name_is_given_once():
    registry: Registry[object] = Registry("fruit", "charlab.decoding")
    apple = object()
    assert registry.register("apple")(apple) is apple
    with pytest.raises(
        ValueError, match="two members of the registry of fruits are called 'apple'"
    ):
        registry.register("apple")(object())
    assert registry["apple"] is apple


@pytest.fixture
def two_folders(tmp_path, monkeypatch):
    """Two folders of the user's own, with a model each."""
    for name, model in (("one", "ours"), ("two", "theirs")):
        (tmp_path / name / "model").mkdir(parents=True)
        (tmp_path / name / "model" / f"{model}.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(USER_PATH, os.pathsep.join(["one", "two", ""]))
    return tmp_path


def test_folders_of_the_user_s_own(two_folders, monkeypatch):
    assert user_folders() == [str(two_folders / "one"), str(two_folders / "two")]
    assert user_folders("model")[1] == str(two_folders / "two" / "model")
    assert list(OptionsOf("model", "charlab.models", int, known={"lstm": int})) == [
        "lstm",
        "ours",
        "theirs",
    ]
    monkeypatch.setenv(USER_PATH, "three")
    with pytest.raises(ConfigError, match=r"^CHARLAB_PATH names 'three', which is no folder$"):
        user_folders()


def test_a_module_s_name_is_given_once(package, two_folders):
    module = __import__(package)
    (two_folders / "one" / "model" / "b.py").touch()
    module.__path__ += user_folders("model")
    with pytest.raises(ConfigError, match="one/model/b: there is a module of that name already"):
        module.members.names()


def test_what_begins_with_an_underscore_is_no_member(package, two_folders):
    module = __import__(package)
    for helper in (two_folders / "one" / "model", two_folders / "two" / "model"):
        (helper / "_helper.py").write_text("raise AssertionError('imported')\n")
    module.__path__ += user_folders("model")
    assert module.members.names() == ["apple", "pear", "plum"]
    assert "_helper" not in OptionsOf("model", package, int)


def test_every_module_that_stands_for_a_task_is_one():
    assert sorted(TASK_OPTIONS) == TASKS.names()
