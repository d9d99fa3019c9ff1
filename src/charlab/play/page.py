"""``play.html``: one file with trained networks, what runs them, and what shows what they do."""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment
from markupsafe import Markup

from charlab.figures.pages import as_unicode, digest, page_environment
from charlab.play.colors import palette, ramps
from charlab.play.engine import engine_source
from charlab.play.playable import Playable

# In the order in which they need each other.
_SCRIPTS = (
    "elements",
    "colours",
    "text_view",
    "reader",
    "bars",
    "heat_map",
    "hidden_state",
    "panel",
    "curve",
    "generate",
    "classify",
    "tag",
    "transduce",
    "start",
)
_VERBS = {"generate": "write", "classify": "classify", "tag": "tag", "transduce": "rewrite"}
_LEADS = {
    "generate": "It reads a text character by character and says, each time, how probable every "
    "character is to come next. Draw one, read it, ask again: that is how it writes.",
    "classify": "It reads a text character by character, keeps what matters in its hidden state, "
    "and says how probable each label is.",
    "tag": "It reads a text and tells of each piece what it is.",
    "transduce": "An encoder reads one text, a decoder writes another and looks back at what was "
    "read.",
}


def play_page(networks: Sequence[Playable], *, written: datetime) -> str:
    """A whole page with one network, or two of the same task beside each other."""
    task = networks[0].description["task"]
    environment = page_environment("charlab.play")
    short = _names(networks)
    shown = [
        {
            "number": number,
            "short": name,
            "facts": _facts(environment, network),
            "both_ways": network.description["recurrent"]["bidirectional"],
        }
        for number, (name, network) in enumerate(zip(short, networks, strict=True))
    ]
    data = {
        "networks": [
            {"network": n.description, "short": name, "label": n.label, "followed": n.followed}
            for name, n in zip(short, networks, strict=True)
        ],
        "examples": list(networks[0].examples),
        "ramps": ramps(),
        "short": all(network.description["documents"] for network in networks) and task != "tag",
    }
    style = environment.get_template("page.css").render(ramps=ramps(), palette=palette())
    text = environment.get_template("page.html").render(
        title=_title(networks),
        lead=_LEADS[task],
        task=task,
        networks=shown,
        data=data,
        style=Markup(style),
        script=Markup(script()),
        digest=digest,
        written=written.strftime("%Y-%m-%d %H:%M:%S"),
    )
    return as_unicode(text)


def script() -> str:
    """The engine and, in a scope of its own, what shows what it does."""
    folder = files("charlab.play") / "scripts"
    shown = "\n".join((folder / f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
    return f'{engine_source()}\n(() => {{\n"use strict";\n{shown}\n}})();\n'


def _facts(environment: Environment, network: Playable) -> Markup:
    return Markup(environment.get_template("facts.html").render(facts=network.facts))


def _title(networks: Sequence[Playable]) -> str:
    models = [f"{_article(network.model)} {network.model}" for network in networks]
    if len(set(models)) == 1 and len(models) == 2:
        models = [f"Two {networks[0].model}s"]
    names = dict.fromkeys(network.dataset for network in networks)
    beginning = " and ".join(models)
    named = beginning[0].upper() + beginning[1:]
    return (
        f"{named} that learned to {_VERBS[networks[0].description['task']]} {' and '.join(names)}"
    )


def _article(model: str) -> str:
    return "an" if model.startswith(("LSTM", "RNN")) else "a"


def _names(networks: Sequence[Playable]) -> list[str]:
    """The networks by their models, or by their runs where those are the same."""
    names = [network.description["name"] for network in networks]
    return names if len(set(names)) == len(names) else [n.path for n in networks]
