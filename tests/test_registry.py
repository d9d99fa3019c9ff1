import itertools
import sys

import pytest

from charlab.errors import ConfigError, nearest
from charlab.registry import Registry

NUMBER = itertools.count()


def test_nearest():
    assert nearest("lstmm", ["gru", "lstm"]) == "did you mean 'lstm'?"
    assert nearest("zzz", ["gru", "lstm"]) == "choose one of: gru, lstm"
    many = [f"Language {i}" for i in range(40)]
    assert nearest("zzz", many) == f"choose one of: {', '.join(many[:12])}, … (40 in all)"
    twelve = many[:12]
    assert nearest("zzz", twelve) == f"choose one of: {', '.join(twelve)}"


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
