import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.blobs import ChunkPlace
from appliance.domain.city import topics
from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.errors import WireError
from appliance.domain.ids import SiteCode

SITE = SiteCode("14.71.07")
BLOBS = (Leaf.UP_BLOB, Leaf.DOWN_BLOB)
ALL = [
    Topic(SITE, leaf, lane, ChunkPlace("0123456789abcdef" * 2, 32_768) if leaf in BLOBS else None)
    for leaf in Leaf
    for lane in (list(Lane) if leaf is Leaf.UP_EVENTS else [None])
]


@pytest.mark.parametrize("topic", ALL, ids=str)
def test_a_topic_is_read_back_and_has_neither_dot_nor_space(topic: Topic) -> None:
    assert topics.parse(str(topic)) == topic
    assert not set(str(topic)) & set(". +#$")


@pytest.mark.parametrize(
    "name",
    [
        "", "posko/1/1471/147107", "posko/2/1471/147107/up/hello", "posko/1/1472/147107/up/hello",
        "posko/1/1471/147107/up/ev", "posko/1/1471/147107/up/ev/p9",
        "posko/1/1471/147107/up/ack/p1", "posko/1/1471/147107/up/blob",
        f"posko/1/1471/147107/up/blob/{'a' * 31}/0", f"posko/1/1471/147107/up/blob/{'a' * 32}/01",
        f"posko/1/1471/147107/up/blob/{'a' * 32}/-1", f"posko/1/1471/147107/up/want/{'a' * 32}/0",
        "posko/1/1471/14710x/up/hello", "posko/1/1471/147107/up/hello/../x",
    ],
)  # fmt: skip
def test_foreign_topics_are_refused(name: str) -> None:
    with pytest.raises(WireError):
        topics.parse(name)


@given(st.text())
def test_any_topic_is_ours_or_a_wire_error(name: str) -> None:
    try:
        topics.parse(name)
    except WireError as error:
        assert error.code == "topic"
