"""The recurrent state that goes into a model and comes out of it, and what is done to it between.

A state is a tuple of tensors, each (L, B, H): (h,) for the vanilla network and the GRU, (h, c) for
the LSTM. A bidirectional model carries none: its state is the empty tuple.
"""

from torch import Tensor

State = tuple[Tensor, ...]


def detach_state(state: State) -> State:
    """The state cut off from the graph that made it.

    Between two stretches of a stream, the state is carried and the gradient is not: truncated
    back-propagation through time. Without the cut, each backward pass would reach into the last.
    """
    return tuple(part.detach() for part in state)


def reset_lanes(state: State, fresh: Tensor) -> State:
    """The state with zeros in the lanes that start anew.

    Args:
        state: parts (L, B, H).
        fresh: which lanes start anew, (B,) bool.
    """
    # masked_fill and not a product: a lane that overflowed must not hand its NaN on.
    return tuple(part.masked_fill(fresh[None, :, None], 0.0) for part in state)


def carried_state(state: State | None, fresh: Tensor | None) -> State | None:
    """The state that a batch begins with: carried over, zero in the lanes that start anew.

    Args:
        state: the last batch's, parts (L, B, H); None: there was none.
        fresh: which lanes start anew, (B,) bool; None: none does.
    """
    if state is None or fresh is None:
        return state
    if len(fresh) != state[0].shape[1]:  # other lanes: all of them are new
        return None
    return reset_lanes(state, fresh)


def select_lanes(state: State, index: Tensor) -> State:
    """The state of chosen lanes, in the given order and as often as given (beam search).

    Args:
        state: parts (L, B, H).
        index: lanes to take, (N,) int64.

    Returns:
        Parts (L, N, H).
    """
    return tuple(part.index_select(1, index) for part in state)
