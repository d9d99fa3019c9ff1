"""What two requests have in common."""

from charlab.data.documents.request import Request


def test_requests_are_the_same_whoever_is_told_of_them() -> None:
    said: list[str] = []
    one, other = Request("a.txt", remark=said.append), Request("a.txt")
    assert one == other
    assert hash(one) == hash(other)
    assert one != Request("b.txt", remark=said.append)
    one.remark("left out: 'b.txt'")
    other.remark("left out: 'b.txt'")  # nobody hears it
    assert said == ["left out: 'b.txt'"]
