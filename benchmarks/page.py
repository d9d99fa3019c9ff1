"""The network of ``play.py`` in a browser: characters a second, and its logits beside PyTorch's."""

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

import charlab
from benchmarks.rows import Row
from charlab.play.description import describe
from charlab.play.engine import engine_source
from charlab.play.packing import unpacked_network

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_TEXT = "Ana Müller, the quick brown fox"

# Writes for some time, again and again, and reads a text.
_SCRIPT = """
const net = new charlab.Network(given.network);
const rates = Array.from({ length: given.rounds }, () => {
  const begin = performance.now();
  let written = 0;
  for (let seed = 0; performance.now() - begin < 1000 * given.seconds; seed++) {
    for (const step of net.write("", { seed, temperature: 0.8, topP: 0.95 })) written++;
  }
  return (1000 * written) / (performance.now() - begin);
});
return { rates, logits: Array.from(net.run(given.text, 0).logits) };
"""


def browser() -> str | None:
    """The path of a Chromium; None: there is none."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def in_browser(path: str, script: str, given: object, folder: Path) -> Any:
    """What a script returns in a page of headless Chromium.

    Args:
        path: of the browser.
        script: a function's body, which has the engine as ``charlab``.
        given: what it has as ``given``.
        folder: for the page and the browser's own files.
    """
    page = folder / "page.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><pre></pre><script>{engine_source()}\n"
        f"const answer = (() => {{ const given = {json.dumps(given)};\n{script} }})();\n"
        "const bytes = new TextEncoder().encode(JSON.stringify(answer));\n"
        "const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');\n"
        "document.querySelector('pre').textContent = btoa(binary);</script>",
        encoding="utf-8",
    )
    done = subprocess.run(
        [path, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
         f"--user-data-dir={folder / 'profile'}", page.as_uri()],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    answer = done.stdout.partition("<pre>")[2].partition("</pre>")[0]
    return json.loads(base64.b64decode(answer))


def page_rows(seconds: float, rounds: int) -> Iterator[Row]:
    """The default network on the embedded names, after one step of training.

    Args:
        seconds: of each measurement.
        rounds: of measurements; the median counts.
    """
    path = browser()
    if path is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        model = charlab.train(
            [f"output_dir={folder}", "trainer.max_steps=1", "task.samples.count=0"]
        )
        description = describe(model)
        given = {"network": description, "text": _TEXT, "seconds": seconds, "rounds": rounds}
        found = in_browser(path, _SCRIPT, given, Path(folder))
    options = model.options.model
    what = f"{options.name} {options.hidden_size} × {options.num_layers}"
    rate = float(np.median(found["rates"]))
    yield Row("page", f"{what}, one text", "characters/s", rate, 300.0, "300 a second", "1")
    network = unpacked_network(model.network, description["arrays"])
    ids = torch.tensor([[0, *model.vocabulary.encode(model.normalize(_TEXT))]])
    with torch.no_grad():
        logits = network(ids, condition=torch.zeros(1, dtype=torch.int64))[0].flatten().numpy()
    apart = float(np.abs(logits - np.array(found["logits"])).max())
    yield Row("page", f"{what}, logits apart from PyTorch's", "", apart, 1e-3, "0.001", "<1")
    size = len(json.dumps(description)) / 1e6
    yield Row("page", f"{what}, weights as text", "MB", size, 10.0, "10 MB", "<1")
