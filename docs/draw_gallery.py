"""Draws the README's pictures from real commands: ``python docs/draw_gallery.py [FOLDER]``.

The commands run in FOLDER (else a temporary one) in a terminal of 80 columns; what FOLDER holds of
an earlier call is not run again: to renew a picture, use a new one. Some half an hour on two cores.
Pictures of pages are taken by Chromium, and left as they are where there is none.
"""

import argparse
import base64
import fcntl
import hashlib
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

from PIL import Image
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery"
COLUMNS = 80
HEAVIEST = 300_000  # bytes of a picture
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# what moves a cursor; colours stay in the text
CONTROL = re.compile(r"\x1b\[(\d*)A|(\x1b\[2K)|\x1b\[\?25[lh]|(\n)|\r")


@dataclass(frozen=True)
class Terminal:
    """A terminal's picture.

    Attributes:
        name: of the picture's file, without its end.
        commands: what is typed, one after the other.
        left_out: parts that the picture leaves out: patterns of a part's first line and of the
            first line after it.
    """

    name: str
    commands: Sequence[str]
    left_out: Sequence[tuple[str, str]] = ()


TERMINALS = [
    Terminal(
        "terminal",
        ["python train.py"],
        [("documents:", "model:"), ("  German:", r"  [\d.]+% novel")],
    ),
    Terminal(
        "sampling",
        ["python sample.py temperature=0.3,0.7,1.2 label=Italian,Polish count=4 seed=1"],
    ),
    Terminal(
        "predicting",
        [f'python predict.py "text={name}"' for name in ("Nakamura", "O'Brien", "Grzegorczyk")],
    ),
    Terminal(
        "sweep",
        [
            "python train.py -m sweep=optuna sweep.name=first sweep.n_trials=12"
            " dataset.limit=60000 trainer.max_epochs=3"
        ],
    ),
]
# what the pictures need besides, and nobody looks at
PREPARATIONS = {
    "predicting": ["python train.py task=classify model=gru"],
    "attention": ["python train.py experiment=dates trainer.max_epochs=4"],
    "report": ["python report.py sweep=first"],
    "play": [
        "python train.py dataset=text model=gru model.dropout=0.2 dataset.seq_len=128"
        " trainer.max_epochs=100 trainer.max_minutes=14 trainer.validate_every=500",
        "python play.py",
    ],
}
# what is done on the page before its picture is taken
PLAYED = """
const set = (id, value) => {
  const field = document.getElementById(id);
  field.value = value;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
};
set("prompt", 'The "try" statement ');
set("temperature", 0.5);
set("seed", 3);
set("length", 330);
set("speed", "most");
document.getElementById("play").click();
setTimeout(() => {
  const names = [...document.querySelectorAll(".ranking *")];
  names.find((name) => name.textContent === "inside quotes").click();
}, 4000);
"""


def run(command: str, folder: Path) -> str:
    """What a command writes into a terminal, with its control sequences; kept in the folder."""
    kept = folder / "terminals" / f"{re.sub(r'[^a-z0-9]+', '-', command.lower())[:80]}.ansi"
    if kept.exists():
        return kept.read_bytes().decode()  # with its carriage returns
    print(f"$ {command}", flush=True)
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "TERM": "xterm-256color"}
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        variables.pop(name, None)
    process = subprocess.Popen(
        shlex.split(command), cwd=folder, env=variables, stdin=other, stdout=other, stderr=other
    )
    os.close(other)
    pieces = []
    while piece := _read(main):
        pieces.append(piece)
    os.close(main)
    written = b"".join(pieces).decode().replace("\r\n", "\n")
    if process.wait() != 0:
        raise SystemExit(f"{command}: exit code {process.returncode}\n{written}")
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(written.encode())
    return written


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so where the other side is closed
        return b""


def rows_of(written: str) -> list[str]:
    """The lines that stay on the screen, with their colours."""
    rows, row, place = [""], 0, 0
    for control in [*CONTROL.finditer(written), None]:
        rows[row] += written[place : control.start() if control else None]
        if control is None:
            break
        place = control.end()
        up, cleared, down = control.groups()
        if up is not None:
            row = max(0, row - int(up or 1))
        elif cleared:
            rows[row] = ""
        elif down:
            row += 1
            rows += [""] * (row == len(rows))
    return rows


def without_parts(rows: Sequence[str], parts: Sequence[tuple[str, str]]) -> list[str]:
    """Rows with a mark in place of each part."""
    kept: list[str] = []
    end: str | None = None
    for row in rows:
        plain = Text.from_ansi(row).plain
        if end is not None and re.match(end, plain):
            end = None
        elif end is None and (found := next((b for a, b in parts if re.match(a, plain)), None)):
            end = found
            kept.append("\x1b[2m  ⋮\x1b[0m")
        if end is None:
            kept.append(row)
    return kept


def draw_terminal(terminal: Terminal, folder: Path) -> None:
    """A terminal's picture as SVG, in the reader's own fonts."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    for command in terminal.commands:
        lines = rows_of(run(command, folder))
        shown = "\n".join(without_parts(lines, terminal.left_out)).strip("\n")
        console.print(Text.assemble(("$ ", "green"), (command, "bold")), soft_wrap=False)
        console.print(Text.from_ansi(shown), soft_wrap=False)
        if command != terminal.commands[-1]:
            console.print()
    form = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    form = form.replace("Fira Code, monospace", FONTS)
    svg = console.export_svg(title="charlab", code_format=form, unique_id=terminal.name)
    write(f"{terminal.name}.svg", svg.encode())


def copy_figure(name: str, pattern: str, folder: Path) -> None:
    """A picture that a run has left."""
    save(Image.open(_newest(pattern, folder)), name)


def draw_attention(folder: Path) -> None:
    """Where the decoder looked, as TensorBoard shows it: the upper two of its four texts."""
    events = EventAccumulator(
        str(_newest("transduce/dates/**/events.out.*[0-9]", folder)), {"images": 1}
    )
    events.Reload()
    (image,) = events.Images("val/attention")
    picture = Image.open(BytesIO(image.encoded_image_string))
    save(picture.crop((0, 0, picture.width, round(0.47 * picture.height))), "attention")


def draw_play(folder: Path) -> None:
    """The page in which a network runs, after it has written something."""
    for command in PREPARATIONS["play"]:
        run(command, folder)
    page = _newest("generate/text/**/play.html", folder).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(PLAYED.encode()).digest()).decode()
    page = page.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
    played = folder / "played.html"
    played.write_text(page.replace("</body>", f"<script>{PLAYED}</script></body>"), "utf-8")
    photograph(played.as_uri(), "play", 1560)


def photograph(address: str, name: str, height: int) -> None:
    """A page as Chromium shows it, 1100 pixels wide."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print(f"no Chromium: {name}.png stays as it is")
        return
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "page.png"
        words = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=20000"]
        words += [f"--window-size=1100,{height}", f"--screenshot={shot}", address]
        subprocess.run([chromium, *words], check=True, capture_output=True, timeout=120)
        save(Image.open(shot), name)


def save(image: Image.Image, name: str) -> None:
    """A PNG in 256 colours, which is a third of its weight."""
    data = BytesIO()
    image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(data, "png", optimize=True)
    write(f"{name}.png", data.getvalue())


def write(name: str, data: bytes) -> None:
    """A picture that is not too heavy."""
    if len(data) > HEAVIEST:
        raise SystemExit(f"{name}: {len(data)} bytes, over {HEAVIEST}")
    (GALLERY / name).write_bytes(data)


def _newest(pattern: str, folder: Path) -> Path:
    return max((folder / "outputs").glob(pattern), key=lambda path: path.stat().st_mtime)


def draw(folder: Path) -> None:
    """All pictures."""
    for script in ROOT.glob("*.py"):
        if not (folder / script.name).exists():
            (folder / script.name).symlink_to(script)
    GALLERY.mkdir(exist_ok=True)
    for terminal in TERMINALS:
        for command in PREPARATIONS.get(terminal.name, ()):
            run(command, folder)
        draw_terminal(terminal, folder)
    for name in ("attention", "report"):
        for command in PREPARATIONS[name]:
            run(command, folder)
    copy_figure("curves", "generate/names/*/*/curves.png", folder)
    copy_figure("confusion", "classify/names/*/*/confusion.png", folder)
    draw_attention(folder)
    draw_play(folder)
    photograph(_newest("sweeps/first/**/*.html", folder).as_uri(), "report", 880)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the runs are kept")
    chosen = parser.parse_args().folder
    if chosen is None:
        with tempfile.TemporaryDirectory() as temporary:
            draw(Path(temporary))
    else:
        chosen.mkdir(parents=True, exist_ok=True)
        draw(chosen.resolve())
