"""A network unrolled over time: every step of every layer, and the sizes that pass between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT
from charlab.figures.sketch import HIGH, WIDE, Sketch
from charlab.figures.token_names import cell_name

_COLUMN, _ROW = 1.75, 1.2  # from box to box
_PAIR = 0.66  # from a direction to the other of the same layer


@dataclass(frozen=True)
class Reading:
    """A recurrent model that reads a text, or writes one.

    Attributes:
        cell: what its steps are ("LSTM").
        parts: the state that goes from step to step ("h", "c").
        vocabulary: V, how many tokens there are.
        embedding: D, the size of what a layer reads first; V where that is one-hot.
        one_hot: whether it is.
        hidden: H, units of each direction.
        layers: L.
        bidirectional: whether it is read in both directions.
        conditions: labels that the text may depend on; 0: none.
        parameters: of the embedding, and of each layer.
    """

    cell: str
    parts: tuple[str, ...]
    vocabulary: int
    embedding: int
    one_hot: bool
    hidden: int
    layers: int
    bidirectional: bool
    conditions: int
    parameters: tuple[int, ...]

    @property
    def features(self) -> int:
        """F, what a step gives."""
        return self.hidden * (1 + self.bidirectional)


@dataclass(frozen=True)
class Unfolding:
    """A network unrolled over time.

    Attributes:
        reading: what reads the text.
        outputs: C or V, how many numbers each output has.
        head: parameters of what turns features into them.
        pooling: how one output is made of all steps ("last"); "": each step has one.
        pooled: what the head reads then.
        writing: of an encoder-decoder what writes the target; None: other networks.
        attention: how it looks at what was read ("dot"); "": it does not.
        bridge: parameters of what turns the encoder's features into the decoder's state.
        total: parameters of the network.
    """

    reading: Reading
    outputs: int
    head: int
    pooling: str = ""
    pooled: int = 0
    writing: Reading | None = None
    attention: str = ""
    bridge: int = 0
    total: int = 0


@dataclass(frozen=True)
class Example:
    """What stands in the boxes.

    Attributes:
        read: tokens that are read, one for each step.
        said: what is said of them: of each its next token or tag, or one label.
        given: of an encoder-decoder the tokens that the decoder reads.
        batch: B, texts that are read together.
    """

    read: Sequence[str]
    said: Sequence[str]
    given: Sequence[str] = ()
    batch: int = 1


def unfolded_figure(network: Unfolding, example: Example, title: str = "") -> Figure:
    """Draws the network over the steps of an example, from the tokens at the bottom upwards.

    Left of each row stands what it is and its parameters, right of it what leaves it; numbers at
    arrows are sizes, of one text.
    """
    sketch = Sketch(example.batch)
    if network.writing is not None:
        _draw_pair(sketch, network, network.writing, example)
    else:
        top = _draw_stack(sketch, network.reading, example.read, 0.0)
        _name_rows(sketch, network.reading, 0.0, sketch.right, "T")
        if network.pooling:
            _draw_pooling(sketch, network, example, top)
        else:
            _draw_heads(sketch, network.reading.features, network, example.said, 0.0, top, "T")
    return sketch.finish(f"{title}{' · ' if title else ''}{network.total:,} parameters")


def _name_rows(
    sketch: Sketch, stack: Reading, left: float, right: float, steps: str, *, names: bool = True
) -> None:
    """The rows of a stack in words."""
    B = sketch.batch
    given = "tokens read" if steps == "T" else "tokens given"
    rows = [(0.0, f"{given}\none of {stack.vocabulary:,}", f"ids ({B}, {steps})")]
    kind = "one-hot" if stack.one_hot else "embedding"
    label = f" + one of {stack.conditions} labels" if stack.conditions else ""
    rows.append(
        (
            _ROW,
            f"{kind}{label}\n{stack.parameters[0]:,} parameters",
            f"({B}, {steps}, {stack.embedding})",
        )
    )
    for layer in range(stack.layers):
        ways = "both directions, " if stack.bidirectional else ""
        rows.append(
            (
                _layer_height(stack, layer) + _PAIR / 2 * stack.bidirectional,
                f"{stack.cell} layer {layer + 1}\n{ways}{stack.parameters[1 + layer]:,} parameters",
                f"({B}, {steps}, {stack.features})",
            )
        )
    for y, name, gives in rows:
        parameters = name.split("\n")[1].rpartition(", ")[2] if y else ""
        sketch.row(
            y, name if names else "", gives if names else f"{gives}\n{parameters}", right, left
        )


def _layer_height(stack: Reading, layer: int) -> float:
    return (2 + layer) * _ROW + layer * _PAIR * stack.bidirectional


def _draw_stack(
    sketch: Sketch, stack: Reading, tokens: Sequence[str], left: float, kind: str = "token"
) -> float:
    """Tokens, their embeddings and the layers over time; the height of what leaves them."""
    half = HIGH / 2
    sizes = [stack.embedding, *([stack.features] * stack.layers)]
    for step, token in enumerate(tokens):
        x = left + step * _COLUMN
        sketch.box(x, 0.0, cell_name(token), kind, bold=True)
        sketch.box(x, _ROW, f"x{_index(step + 1)}", "input")
        sketch.arrow((x, half), (x, _ROW - half), "id")
        for layer in range(stack.layers):
            y = _layer_height(stack, layer)
            below = y - _ROW + half
            sketch.arrow((x, below), (x, y - half), str(sizes[layer]))
            sketch.box(x, y, stack.cell, "forward")
            if stack.bidirectional:
                sketch.box(x, y + _PAIR, stack.cell, "backward")
            _carry(sketch, stack, x, y, step, len(tokens))
    return _layer_height(stack, stack.layers - 1) + _PAIR * stack.bidirectional


def _carry(sketch: Sketch, stack: Reading, x: float, y: float, step: int, steps: int) -> None:
    """The state from this step to the next, and of the other direction to the one before."""
    if step + 1 == steps:
        return
    begin, end = x + WIDE / 2, x + _COLUMN - WIDE / 2
    words = f"{_letters(stack)}\n{stack.hidden}"
    sketch.arrow((begin, y), (end, y), words, kind="forward", beside=(0.0, 0.02))
    if stack.bidirectional:
        y += _PAIR
        sketch.arrow((end, y), (begin, y), words, kind="backward", beside=(0.0, 0.02))


def _draw_heads(
    sketch: Sketch,
    features: int,
    network: Unfolding,
    said: Sequence[str],
    left: float,
    top: float,
    steps: str,
) -> None:
    """Of each step its logits, and what they are to say."""
    half, y = HIGH / 2, top + _ROW
    for step, token in enumerate(said):
        x = left + step * _COLUMN
        sketch.arrow((x, top + half), (x, y - half), str(features))
        sketch.box(x, y, "linear", "head")
        sketch.arrow((x, y + half), (x, y + _ROW - half), f"{network.outputs:,}")
        sketch.box(x, y + _ROW, cell_name(token), "token", bold=True)
    right, batch = left + (len(said) - 1) * _COLUMN + WIDE / 2, sketch.batch
    name = f"head\n{network.head:,} parameters"
    sketch.row(
        y, name if not left else "", f"logits ({batch}, {steps}, {network.outputs:,})", right
    )
    sketch.row(y + _ROW, "" if left else "what comes", "softmax, cross-entropy", right)


def _draw_pooling(sketch: Sketch, network: Unfolding, example: Example, top: float) -> None:
    """One output of all steps."""
    stack, half, steps = network.reading, HIGH / 2, len(example.read)
    middle, right = (steps - 1) * _COLUMN / 2, (steps - 1) * _COLUMN
    y = top + _ROW
    wide = right + WIDE
    forward = top - _PAIR * stack.bidirectional
    for step in range(steps):
        x = step * _COLUMN
        if network.pooling != "last":
            sketch.arrow((x, top + half), (x, y - half), str(stack.features))
        elif step == steps - 1 and not stack.bidirectional:
            sketch.arrow((x, top + half), (x, y - half), str(stack.hidden))
        elif stack.bidirectional and step == 0:
            sketch.arrow((x, top + half), (x, y - half), str(stack.hidden), kind="backward")
        elif stack.bidirectional and step == steps - 1:
            bent = x + WIDE / 2
            sketch.arrow(
                (bent, forward), (bent - 0.12, y - half), str(stack.hidden), kind="forward",
                bend=0.35, beside=(0.34, 0.0),
            )  # fmt: skip
    words = {"mean_max": "mean and maximum over time", "last": "the last state"}
    ends = "both ends" if stack.bidirectional else "the last step"
    name = words.get(network.pooling, f"{network.pooling} over time")
    sketch.box(middle, y, ends if network.pooling == "last" else name, "head", wide=wide)
    B = sketch.batch
    sketch.row(y, f"pooling: {network.pooling}", f"({B}, {network.pooled})", right + WIDE / 2)
    sketch.arrow((middle, y + half), (middle, y + _ROW - half), str(network.pooled))
    sketch.box(middle, y + _ROW, "linear", "head")
    logits = f"logits ({B}, {network.outputs:,})"
    sketch.row(
        y + _ROW, f"head\n{network.head:,} parameters", logits, right + WIDE / 2
    )  # fmt: skip
    above = y + 2 * _ROW
    sketch.arrow((middle, y + _ROW + half), (middle, above - half), f"{network.outputs:,}")
    label = example.said[0] if example.said else "label"
    sketch.box(middle, above, label, "token", bold=True, wide=max(WIDE, 0.16 * len(label) + 0.4))
    sketch.row(above, "what comes", "softmax, cross-entropy", right + WIDE / 2)


def _draw_pair(sketch: Sketch, network: Unfolding, writing: Reading, example: Example) -> None:
    """An encoder at the left, a decoder at the right, and what passes between them."""
    reading, B = network.reading, sketch.batch
    top = _draw_stack(sketch, reading, example.read, 0.0)
    end = (len(example.read) - 1) * _COLUMN
    _name_rows(sketch, reading, 0.0, end + WIDE / 2, "T")
    between = end + 2.9
    left = between + 2.3
    mine = _draw_stack(sketch, writing, example.given, left)
    right = left + (len(example.given) - 1) * _COLUMN + WIDE / 2
    _name_rows(sketch, writing, left, right, "U", names=False)
    low = _layer_height(writing, 0)
    wide = 1.5
    sketch.box(between, low, "bridge", "head", wide=wide)
    sketch.write(
        between, low - 0.62, f"tanh, linear\n{network.bridge:,}\nparameters", size=7.5,
        color=LIGHT["quiet"],
    )  # fmt: skip
    sketch.arrow(
        (end + WIDE / 2, _layer_height(reading, reading.layers - 1)),
        (between - wide / 2, low), str(reading.features), kind="forward",
        beside=(0.55, 0.14),
    )  # fmt: skip
    begin = f"{_letters(writing)}\n{writing.layers} × {writing.hidden}"
    sketch.arrow(
        (between + wide / 2, low), (left - WIDE / 2, low), begin, kind="forward",
        beside=(0.0, 0.02),
    )  # fmt: skip
    top = max(top, mine)
    if network.attention:
        y = top + 1.25 * _ROW
        _draw_attention(sketch, network, writing, example, (end, left, mine, y))
        sketch.row(y, "", f"({B}, U, {writing.hidden})", right)
        mine = y
    _draw_heads(sketch, writing.hidden, network, example.said, left, mine, "U")


def _draw_attention(
    sketch: Sketch,
    network: Unfolding,
    writing: Reading,
    example: Example,
    places: tuple[float, float, float, float],
) -> None:
    """What looks at all that was read, for each step that is written.

    Args:
        places: where the encoder's last step is, the decoder's first, the top of its layers, and
            the height of the attention.
    """
    reading, half = network.reading, HIGH / 2
    end, left, mine, y = places
    name = f"attention ({network.attention}): softmax over T"
    sketch.box(end / 2, y, name, "attention", wide=end + WIDE)
    own_top = _layer_height(reading, reading.layers - 1) + _PAIR * reading.bidirectional
    for step in range(len(example.read)):
        x = step * _COLUMN
        size = str(reading.features)
        sketch.arrow((x, own_top + half), (x, y - half), size, kind="attention")
    for step in range(len(example.given)):
        x = left + step * _COLUMN
        sketch.arrow((x, mine + half), (x, y - half), str(writing.hidden))
        sketch.box(x, y, "combine", "attention")
        before = x - _COLUMN + WIDE / 2 if step else end + WIDE / 2
        text = "" if step else f"context ({sketch.batch}, U, {reading.features})"
        sketch.arrow((before, y), (x - WIDE / 2, y), text, kind="attention")
    remark = "a step's own query weighs it"
    sketch.write((end + left) / 2, y - 0.16, remark, size=7, color=LIGHT["quiet"])


def _letters(stack: Reading) -> str:
    """The parts of the state as formulas have them: "h, c"."""
    return ", ".join(part[0] for part in stack.parts)


def _index(number: int) -> str:
    """A number as an index below the line."""
    return "".join(chr(0x2080 + int(digit)) for digit in str(number))
