"""What a text is: kind, category, place, how urgent and how secret, with the words that decided.

Rules (`kinds`, `topics`, `secrecy`) and what labelled messages teach (`model`) are weighed
together. Safety first: what rules are sure of no model takes away, a false alarm is better than a
missed emergency, and doubt is no spam.
"""

from collections.abc import Mapping, Sequence

from appliance.domain import reference
from appliance.domain.service_request import Kind, Sensitivity
from appliance.domain.triage import gazetteer, kinds, secrecy, topics
from appliance.domain.triage.lexicon import Found, matcher
from appliance.domain.triage.model import Model, Opinion, model
from appliance.domain.triage.secrecy import Secrecy
from appliance.domain.triage.signals import signals
from appliance.domain.triage.verdict import Triage

_MAX_CHARS = 2_000
_EMERGENCY = -0.9
_SECRET = -0.4
_SPAM = 0.0
"""What must be said at least, in log odds; chosen by writers whom the model had not read."""
_RULED_EMERGENCY = -2.0
"""Where the rules see danger too."""
_EMERGENCY_BESIDE_STATUS = 1.0
"""Where a text is about a ticket, says a rule, and tells of no danger that rules know."""
_SECRET_OF_FEW_WORDS = 0.0
_SURELY_NOT = -1.0
_STRONG_TOPIC = 3.5
_FEW_WORDS = 2
"""Of so few the model knows nothing; rules alone decide."""
_SOME_WORDS = 6
"""Of so few it knows little."""


_LEAST = {Kind.EMERGENCY: _RULED_EMERGENCY, Kind.STATUS: _EMERGENCY_BESIDE_STATUS}


def classify(text: str, learned: Model | None = None) -> Triage:
    """Judge one text; never refuses, falls back to a complaint of category `lainnya`.

    `learned` is another model than the one we ship.
    """
    learned, text = learned or model(), text[:_MAX_CHARS]
    words = matcher().words(text)
    found = Found(matcher().find(words))
    told, opinion = topics.told(words, found), learned.opinion(words)
    ruled, cues = kinds.by_rules(text, words, found, told.best)
    weighed = learned.weigh(signals(text, found, ruled, opinion))
    kind = _kind(words, found, ruled, weighed, told.best)
    if kind is Kind.EMERGENCY:
        focus = found.places("danger.sure", "danger.likely")
        told = topics.told(words, found, focus) if focus else told
    ranking = topics.rank(words, told, opinion)
    is_nothing = kind in (Kind.SPAM, Kind.STATUS) and not told.scores
    ranked = () if is_nothing else _fitting(kind, ranking.categories)
    top3 = ranked[:3] or (reference.FALLBACK_CATEGORY,)
    reasons = (*told.reasons.get(top3[0], ()), *opinion.why(top3[0]))
    secret = _secrecy(kind, secrecy.judge(text, found, top3[0]), weighed, opinion, len(words))
    return Triage(
        kind=kind,
        category=top3[0],
        top3=top3,
        confidence=ranking.confidence,
        kelurahan=gazetteer.kelurahan(text),
        secrecy=secret.level,
        reasons=tuple(dict.fromkeys((*cues, *reasons, *secret.reasons))),
        accusation=max((m.pattern.weight for m in found.of("pungli_aparat")), default=0.0),
    )


def _fitting(kind: Kind, ranked: tuple[str, ...]) -> tuple[str, ...]:
    """In an emergency, the categories that can be one come first."""
    if kind is not Kind.EMERGENCY:
        return ranked
    known = reference.categories()
    return tuple(sorted(ranked, key=lambda category: not known[category].can_be_emergency))


def _kind(
    words: Sequence[str], found: Found, ruled: Kind, weighed: Mapping[str, float], best: float
) -> Kind:
    if kinds.is_doubtless_danger(found):
        return Kind.EMERGENCY
    if len(words) <= _FEW_WORDS:
        return ruled
    if weighed[Kind.EMERGENCY] >= _LEAST.get(ruled, _EMERGENCY):
        return Kind.EMERGENCY
    likely = sorted((k for k in Kind if k is not Kind.EMERGENCY), key=lambda k: -weighed[k])
    is_noise = weighed[Kind.SPAM] >= _SPAM and (ruled is Kind.SPAM or best < _STRONG_TOPIC)
    is_grave = weighed["secret"] >= _SECRET
    return next(k for k in likely if k is not Kind.SPAM or (is_noise and not is_grave))


def _secrecy(
    kind: Kind, ruled: Secrecy, weighed: Mapping[str, float], opinion: Opinion, length: int
) -> Secrecy:
    if kind is Kind.SPAM:
        return secrecy.NOTHING
    is_doubted = weighed["secret"] < _SURELY_NOT and not ruled.is_asked
    least = _SECRET if length > _SOME_WORDS else _SECRET_OF_FEW_WORDS
    if is_doubted or (ruled.level is Sensitivity.PUBLIC and weighed["secret"] < least):
        return secrecy.NOTHING
    if ruled.level is not Sensitivity.PUBLIC:
        return ruled
    return Secrecy(Sensitivity.MASKED, opinion.why("secret"))
