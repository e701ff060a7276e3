"""Stored parts to whole messages (3GPP 23.040 clause 9.2.3.24.1); pure.

References are reused, by the same phone too: a second, different part for a taken place begins
another message. Does not know when to give up waiting: the mailbox decides that.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from appliance.domain.sms.received import ReceivedPart, StoredPart
from modem.pdu import concat, tpdu
from modem.pdu.user_data import UserData

MISSING_MARK = "[bagian {number} hilang]"


@dataclass(slots=True)
class Message:
    """The parts of one message that are here, by place."""

    total: int
    parts: dict[int, StoredPart] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether no part is missing."""
        return len(self.parts) == self.total

    @property
    def is_wiped(self) -> bool:
        """Whether some parts are sealed, and empty here."""
        return not all(part.tpdu for part in self.parts.values())

    @property
    def part_ids(self) -> tuple[int, ...]:
        """Ids in the order of arrival."""
        return tuple(sorted(part.id for part in self.parts.values()))

    @property
    def oldest(self) -> StoredPart:
        """The part that came first."""
        return min(self.parts.values(), key=lambda part: part.id)

    @property
    def sent_stamp(self) -> str:
        """The service centre's time stamp of the first part, as it came (TP-SCTS, hex)."""
        return self.deliveries()[0].timestamp.raw.hex()

    def deliveries(self) -> list[tpdu.Deliver]:
        """Decode the parts, in order."""
        decoded = [tpdu.decode(self.parts[place].tpdu) for place in sorted(self.parts)]
        return [message for message in decoded if isinstance(message, tpdu.Deliver)]

    def text(self) -> str:
        """Join and decode; each gap is marked where it is."""
        run: list[UserData] = []
        texts: list[str] = []
        for place in range(1, self.total + 1):
            if place in self.parts:
                message = tpdu.decode(self.parts[place].tpdu)
                if isinstance(message, tpdu.Deliver):
                    run.append(message.content)
                continue
            texts += [concat.join(run), MISSING_MARK.format(number=place)]
            run = []
        texts.append(concat.join(run))
        return " ".join(text for text in texts if text)


def fair(messages: Sequence[Message]) -> list[Message]:
    """Order messages so that nobody waits behind another's flood: everybody's first comes first."""
    turns: Counter[str] = Counter()
    ranked: list[tuple[int, Message]] = []
    for message in messages:
        ranked.append((turns[message.oldest.sender], message))
        turns[message.oldest.sender] += 1
    return [message for _, message in sorted(ranked, key=lambda pair: pair[0])]


def completed(earlier: Sequence[StoredPart], late: Message) -> Message | None:
    """Put late parts to those of an earlier message; None where their places are taken."""
    parts = {part.part: part for part in earlier}
    if parts.keys() & late.parts.keys():
        return None
    return Message(total=late.total, parts=parts | late.parts)


def is_repetition(part: StoredPart | ReceivedPart, of: Iterable[StoredPart]) -> bool:
    """Whether one of these stood in the same place and said the same, whenever it was sent."""
    content = _content(part.tpdu)
    return any(part.part == other.part and content == _content(other.tpdu) for other in of)


def _content(octets: bytes) -> UserData | None:
    message = tpdu.decode(octets) if octets else None
    return message.content if isinstance(message, tpdu.Deliver) else None


def assemble(parts: Sequence[StoredPart]) -> list[Message]:
    """Group parts, oldest first, into messages, complete or not."""
    messages: list[Message] = []
    open_messages: dict[str, Message] = {}
    for part in parts:
        if part.concat_key is None:
            messages.append(Message(total=1, parts={1: part}))
            continue
        message = open_messages.get(part.concat_key)
        if message is None or part.part in message.parts:
            message = Message(total=part.total)
            open_messages[part.concat_key] = message
            messages.append(message)
        message.parts[part.part] = part
        if message.is_complete:
            del open_messages[part.concat_key]
    return messages
