"""What speaks for or against an emergency, a secret or a kind, as numbers to be weighed. Pure.

The cues of the rules, what the rules made of them, the model's word, names and numbers of people,
and how plain the topics are that all may see, and those that few may.
scripts/train_triage.py learns what each weighs.
"""

from collections.abc import Iterator, Mapping

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.triage import names, secrecy
from appliance.domain.triage.lexicon import Found
from appliance.domain.triage.model import Opinion
from appliance.domain.triage.topics import Told

_MOST = 3
"""A cue that comes more often says no more."""
_PLAIN = 6.0
"""The score of a topic that is told plainly."""
_CATEGORIES = frozenset(
    (
        "kekerasan", "pungli_aparat", "kriminal", "gawat_medis", "kesehatan", "kebakaran",
        "bencana", "hewan", "bansos", "pmks", "perumahan", "adminduk", "ketenagakerjaan",
    )
)  # fmt: skip
"""Of these it matters how sure the model is."""


def signals(
    text: str, found: Found, ruled: Kind, told: Told, opinion: Opinion
) -> Mapping[str, float]:
    """Every signal that is not zero, by name."""
    named: dict[str, float] = {"one": 1.0, f"rules.{ruled}": 1.0}
    named |= {group: float(min(found.count(group), _MOST)) for group in found.cues()}
    named |= {
        f"text.{output}": score / 4
        for output, score in opinion.scores.items()
        if output in _CATEGORIES or output not in reference.categories()
    }
    return named | dict(_plainness(told)) | dict(_people(text, found))


def cues(text: str, found: Found, ruled: Kind) -> tuple[str, ...]:
    """What rules see in a text, by name, for the model to learn beside its words."""
    return (f"rules.{ruled}", *found.groups(), *dict(_people(text, found)))


def _plainness(told: Told) -> Iterator[tuple[str, float]]:
    """How plain the plainest topic is that all may see, and the plainest that few may."""
    known = reference.categories()
    for name, level in (("open", Sensitivity.PUBLIC), ("sealed", Sensitivity.CONFIDENTIAL)):
        scores = [s for category, s in told.scores.items() if known[category].sensitivity is level]
        if scores:
            yield f"topic.{name}", min(max(scores) / _PLAIN, 2.0)


def _people(text: str, found: Found) -> Iterator[tuple[str, float]]:
    """Whether people are named or numbered."""
    if secrecy.has_number(text):
        yield "number", 1.0
    strangers = names.strangers(text)
    if strangers or names.is_named(text):
        yield "name", 1.0
        yield "names", float(min(strangers, _MOST))
    if secrecy.traces(text, found):
        yield "traces", 1.0
    if "?" in text:
        yield "?", 1.0
