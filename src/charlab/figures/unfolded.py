"""A network unrolled over time: every step of every layer, and the sizes that pass between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT
from charlab.figures.sketch import HIGH, WIDE, Sketch
from charlab.figures.token_names import cell_name

_COLUMN, _ROW = 1.75, 1.2  # from box to box
_PAIR = 0.66  # from a direction to the other of the same layer
_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


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

    def row(y: float, name: str, gives: str, parameters: str, ways: str = "") -> None:
        if names:
            sketch.row(y, f"{name}\n{ways}{parameters}", gives, right, left)
        else:
            sketch.row(y, "", f"{gives}\n{parameters}" if y else f"{gives}\n", right, left)

    given = "tokens read" if steps == "T" else "tokens given"
    row(0.0, given, f"ids ({B}, {steps})", f"one of {stack.vocabulary:,}")
    kind = "one-hot" if stack.one_hot else "embedding"
    label = f" + one of {stack.conditions} labels" if stack.conditions else ""
    embedding, *by_layer = (f"{count:,} parameters" for count in stack.parameters)
    row(_ROW, f"{kind}{label}", f"({B}, {steps}, {stack.embedding})", embedding)
    ways = "both directions, " if stack.bidirectional else ""
    for layer, parameters in enumerate(by_layer):
        y = _layer_height(stack, layer) + _PAIR / 2 * stack.bidirectional
        name = f"{stack.cell} layer {layer + 1}"
        row(y, name, f"({B}, {steps}, {stack.features})", parameters, ways)


def _layer_height(stack: Reading, layer: int) -> float:
    return (2 + layer) * _ROW + layer * _PAIR * stack.bidirectional


def _draw_stack(sketch: Sketch, stack: Reading, tokens: Sequence[str], left: float) -> float:
    """Tokens, their embeddings and the layers over time; the height of what leaves them."""
    sizes = [stack.embedding, *([stack.features] * stack.layers)]
    for step, token in enumerate(tokens):
        x = left + step * _COLUMN
        sketch.box(x, 0.0, cell_name(token), "token", bold=True)
        sketch.box(x, _ROW, f"x{_index(step + 1)}", "input")
        sketch.rise(x, 0.0, _ROW, "id")
        for layer in range(stack.layers):
            y = _layer_height(stack, layer)
            sketch.rise(x, y - _ROW, y, str(sizes[layer]))
            sketch.box(x, y, stack.cell, "forward")
            if stack.bidirectional:
                sketch.box(x, y + _PAIR, stack.cell, "backward")
            if step + 1 < len(tokens):
                _carry(sketch, stack, x, y)
    return _layer_height(stack, stack.layers - 1) + _PAIR * stack.bidirectional


def _carry(sketch: Sketch, stack: Reading, x: float, y: float) -> None:
    """The state from this step to the next, and of the other direction to the one before."""
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
    y = top + _ROW
    for step, token in enumerate(said):
        x = left + step * _COLUMN
        sketch.rise(x, top, y, str(features))
        sketch.box(x, y, "linear", "head")
        sketch.rise(x, y, y + _ROW, f"{network.outputs:,}")
        sketch.box(x, y + _ROW, cell_name(token), "token", bold=True)
    right = left + (len(said) - 1) * _COLUMN + WIDE / 2
    names = ("", "") if left else (f"head\n{network.head:,} parameters", "what comes")
    sketch.row(y, names[0], f"logits ({sketch.batch}, {steps}, {network.outputs:,})", right)
    sketch.row(y + _ROW, names[1], "softmax, cross-entropy", right)


def _draw_pooling(sketch: Sketch, network: Unfolding, example: Example, top: float) -> None:
    """One output of all steps."""
    stack, steps, hidden = network.reading, len(example.read), str(network.reading.hidden)
    middle, right = (steps - 1) * _COLUMN / 2, (steps - 1) * _COLUMN
    y = top + _ROW
    if network.pooling != "last":
        for step in range(steps):
            sketch.rise(step * _COLUMN, top, y, str(stack.features))
    elif not stack.bidirectional:
        sketch.rise(right, top, y, hidden)
    else:
        sketch.rise(0.0, top, y, hidden, "backward")
        if steps > 1:
            begin, end = (right + WIDE / 2, top - _PAIR), (right + WIDE / 2 - 0.12, y - HIGH / 2)
            sketch.arrow(begin, end, hidden, kind="forward", bend=0.35, beside=(0.34, 0.0))
    words = {
        "mean_max": "mean and maximum over time",
        "last": "both ends" if stack.bidirectional else "the last step",
    }
    name = words.get(network.pooling, f"{network.pooling} over time")
    sketch.box(middle, y, name, "head", wide=right + WIDE)
    B = sketch.batch
    sketch.row(y, f"pooling: {network.pooling}", f"({B}, {network.pooled})", right + WIDE / 2)
    sketch.rise(middle, y, y + _ROW, str(network.pooled))
    sketch.box(middle, y + _ROW, "linear", "head")
    head, logits = f"head\n{network.head:,} parameters", f"logits ({B}, {network.outputs:,})"
    sketch.row(y + _ROW, head, logits, right + WIDE / 2)
    above = y + 2 * _ROW
    sketch.rise(middle, y + _ROW, above, f"{network.outputs:,}")
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
    low, wide = _layer_height(writing, 0), 1.5
    sketch.box(between, low, "bridge", "head", wide=wide)
    words = f"tanh, linear\n{network.bridge:,}\nparameters"
    sketch.write(between, low - 0.62, words, size=7.5, color=LIGHT["quiet"])
    last = (end + WIDE / 2, _layer_height(reading, reading.layers - 1))
    size = str(reading.features)
    sketch.arrow(last, (between - wide / 2, low), size, kind="forward", beside=(0.55, 0.14))
    state = f"{_letters(writing)}\n{writing.layers} × {writing.hidden}"
    ends = (between + wide / 2, low), (left - WIDE / 2, low)
    sketch.arrow(*ends, state, kind="forward", beside=(0.0, 0.02))
    if network.attention:
        y = max(top, mine) + 1.25 * _ROW
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
    reading = network.reading
    end, left, mine, y = places
    name = f"attention ({network.attention}): softmax over T"
    sketch.box(end / 2, y, name, "attention", wide=end + WIDE)
    own_top = _layer_height(reading, reading.layers - 1) + _PAIR * reading.bidirectional
    for step in range(len(example.read)):
        sketch.rise(step * _COLUMN, own_top, y, str(reading.features), "attention")
    for step in range(len(example.given)):
        x = left + step * _COLUMN
        sketch.rise(x, mine, y, str(writing.hidden))
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
    return str(number).translate(_BELOW)
