"""The tables of patterns (`data/triage/*.toml`) as matchers; read once. Pure."""

from collections.abc import Sequence
from functools import cache

from appliance.domain.triage.patterns import Match, Matcher
from appliance.domain.triage.tables import table

TOPIC_WEIGHTS = {"decisive": 9.0, "strong": 4.0, "plain": 2.0, "weak": 0.7}


@cache
def matcher() -> Matcher:
    """Topics and cues in one matcher, so that a text is taken apart once."""
    tables: dict[str, dict[float, Sequence[str]]] = {
        category: {TOPIC_WEIGHTS[name]: patterns for name, patterns in strengths.items()}
        for category, strengths in table("topics").items()
    }
    for kind, cues in table("cues").items():
        for strength, patterns in cues.items():
            tables[f"{kind}.{strength}"] = {1.0: patterns}
    concepts = {word for words in table("concepts").values() for word in words.split()}
    return Matcher(tables, table("classes"), concepts)


class Found:
    """The matches of one text, by group: a category, or a cue such as `danger.sure`."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._groups: dict[str, list[Match]] = {}
        for match in matches:
            self._groups.setdefault(match.pattern.group, []).append(match)

    def of(self, group: str) -> list[Match]:
        """All matches of a group."""
        return self._groups.get(group, [])

    def groups(self) -> tuple[str, ...]:
        """All groups found."""
        return tuple(self._groups)

    def cues(self) -> tuple[str, ...]:
        """The groups found that are no categories."""
        return tuple(group for group in self._groups if "." in group)

    def count(self, group: str) -> int:
        """How many matches of a group share no word with one counted before."""
        used: set[int] = set()
        counted = 0
        for match in self.of(group):
            if used.isdisjoint(match.places):
                counted += 1
                used |= set(match.places)
        return counted

    def places(self, *groups: str) -> frozenset[int]:
        """Where the words of these groups stand."""
        return frozenset(at for group in groups for match in self.of(group) for at in match.places)

    def sources(self, *groups: str) -> tuple[str, ...]:
        """The patterns that matched in these groups, for people to judge."""
        return tuple(match.pattern.source for group in groups for match in self.of(group))
