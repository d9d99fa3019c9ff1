import pytest

from charlab.data.documents.files.byte_split import whole_characters


@pytest.mark.parametrize("block", [1, 2, 3, 4, 7])
def test_borders_in_blocks_of_any_size(block):
    data = "😀é佐a".encode() * 3

    def cut(start, size):
        own = data[start : start + size + 3]
        blocks = [own[n : n + block] for n in range(0, len(own), block)]
        return b"".join(whole_characters(blocks, size, first=start == 0))

    for first in range(len(data)):
        for second in range(first, len(data)):
            parts = cut(0, first), cut(first, second - first), cut(second, len(data) - second)
            if second - first >= 4 or first == second == 0:
                assert b"".join(parts) == data
                assert all(part.decode("utf-8", "strict") is not None for part in parts)
