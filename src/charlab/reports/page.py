"""A page that is one file: style, script, plotly and all charts are inside."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from charlab.reports.colors import DARK_OF_LIGHT, PALETTE, shades
from charlab.reports.formatting import moment
from charlab.reports.html import Html, data_block, element, escape

_STYLE = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 3rem 0 .6rem; padding-bottom: .3rem;
  border-bottom: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .3rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; max-width: 75ch; overflow-wrap: anywhere; }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; }
.notice { border-left: 4px solid var(--best); background: var(--panel); padding: .6rem .9rem; }
dl { display: flex; flex-wrap: wrap; gap: .9rem 2.2rem; margin: 1rem 0; }
dt { color: var(--quiet); font-size: .82rem; }
dd { margin: 0; font-size: 1.12rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
pre.command { background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  padding: .7rem .9rem; margin: .6rem 0; white-space: pre-wrap; overflow-wrap: anywhere;
  user-select: all; font: .88rem/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
td pre.command { margin: 0; padding: .25rem .5rem; font-size: .8rem; min-width: 22rem; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; text-align: left; }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
.figures { text-align: right; white-space: nowrap; }
.words { overflow-wrap: anywhere; }
td.words { min-width: 4rem; max-width: 34rem; }
th + th, td + td { padding-left: .8rem; }
figure { margin: .6rem 0 1rem; min-width: 0; }
.plot { width: 100%; }
.slices { display: grid; gap: .5rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); }
summary { cursor: pointer; color: var(--quiet); margin: .6rem 0; }
footer { margin-top: 4rem; color: var(--quiet); font-size: .85rem; }
@media print { main { max-width: none; } section { break-inside: avoid; } }
"""

# Draws every chart in the colors of the screen it is on, and again when those change.
_SCRIPT = """
(() => {
  const partners = PARTNERS;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const recolored = (node, isColor) => {
    if (Array.isArray(node)) return node.map((part) => recolored(part, isColor));
    if (node && typeof node === "object")
      return Object.fromEntries(Object.entries(node).map(
        ([key, part]) => [key, recolored(part, /color/i.test(key))]));
    return isColor && typeof node === "string" && node in partners ? partners[node] : node;
  };
  const highlight = (plot) => {
    const last = plot.data.length - 1;
    let shown = null;
    plot.on("plotly_hover", (event) => {
      const trial = event.points[0].customdata;
      if (trial === undefined || trial === shown) return;
      shown = trial;
      const x = [], y = [];
      plot.data.slice(0, last).forEach((trace) => (trace.customdata || []).forEach((owner, i) => {
        if (owner === trial) { x.push(trace.x[i]); y.push(trace.y[i]); }
      }));
      Plotly.restyle(plot, { x: [x], y: [y] }, [last]);
    });
  };
  const draw = () => document.querySelectorAll(".plot").forEach((plot) => {
    const figure = JSON.parse(plot.nextElementSibling.textContent);
    const { data, layout } = dark.matches ? recolored(figure, false) : figure;
    for (const trace of data)
      if (trace.customdata && !trace.text) trace.text = trace.customdata.map((n) => texts[n]);
    const first = !plot.data;
    const config = { responsive: true, displayModeBar: false };
    Plotly.react(plot, data, layout, config);
    if (first && plot.dataset.highlight === "true") highlight(plot);
  });
  draw();
  dark.addEventListener("change", draw);
})();
"""


def page(
    title: str, *content: object, written: datetime, texts: Mapping[str, str] | None = None
) -> str:
    """A whole HTML page that needs no network and may use none.

    Nothing is loaded from anywhere, and no script runs but the page's own two: a policy in its
    head names them by their digests, besides everything being escaped.

    Args:
        title: what the browser's tab says.
        content: the page's parts; text is escaped.
        written: when.
        texts: what pointing at a trial shows, by its number.
    """
    scripts = [_plotly(), _SCRIPT.replace("PARTNERS", json.dumps(_partners()))]
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    footer = element("footer", f"Written by charlab, {moment(written)}.")
    body = element("main", *content, footer)
    text = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{_variables()}{_STYLE}</style>\n"
        f"</head>\n<body>\n{body}\n{data_block(json.dumps(texts or {}), id='texts')}\n"
        + "".join(f"<script>{script}</script>\n" for script in scripts)
        + "</body>\n</html>\n"
    )
    # a file name that is no Unicode would make the page none either
    return text.encode("utf-8", "replace").decode("utf-8")


def _plotly() -> Html:
    from plotly.offline import get_plotlyjs

    return Html(get_plotlyjs())


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _partners() -> dict[str, str]:
    return {**DARK_OF_LIGHT, **dict(shades(6))}


def _variables() -> str:
    light = "".join(f"--{name}: {pair[0]}; " for name, pair in PALETTE.items())
    dark = "".join(f"--{name}: {pair[1]}; " for name, pair in PALETTE.items())
    return (
        f":root {{ color-scheme: light dark; {light}}}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}"
    )
