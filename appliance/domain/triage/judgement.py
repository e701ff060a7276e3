"""What a text is: kind, category, place, how urgent and how secret, with the words that decided.

Rules (`kinds`, `topics`, `secrecy`) and what labelled messages teach (`model`) are weighed
together. Safety first: what rules are sure of no model takes away, a false alarm is better than a
missed emergency, and doubt is no spam.
"""

import math
from collections.abc import Mapping, Sequence

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.triage import gazetteer, kinds, secrecy, topics
from appliance.domain.triage.lexicon import Found, matcher
from appliance.domain.triage.model import Model, Opinion, model
from appliance.domain.triage.secrecy import Secrecy
from appliance.domain.triage.signals import cues, signals
from appliance.domain.triage.topics import Told
from appliance.domain.triage.verdict import Triage
from appliance.domain.triage.words import visible

_MAX_CHARS = 2_000
_EMERGENCY = -1.1
_RULED_EMERGENCY = -1.6
"""The same where the rules call it one."""
_SECRET = -0.8
_SPAM = -0.5
"""What must be said at least, in log odds; chosen by writers whom the model had not read: of
secrets so that 95 in 100 of theirs are found."""
_MAYBE_SECRET = -1.0
"""What may be one is no noise."""
_SURELY_NOT, _ASKED_ABOUT = -1.5, -1.0
"""What takes away a secret that rules see: of a question or a wish less, which may be of nobody."""
_UNLIKELY = 0.5
"""What must be said of an emergency, where all patterns tell of another matter, none of danger."""
_CALM = (
    "danger.past", "danger.gone", "question.sure", "question.likely", "wish.sure", "wish.thanks",
    "noise.scam", "noise.advert", "noise.personal",
)  # fmt: skip
"""Beside these a word of danger may be no cry for help."""
_TOLD_BESIDE, _PLAIN_TOPIC, _BEYOND_DOUBT = 3.0, 6.0, 12.0
_VIOLENCE = "kekerasan"
_FEW_WORDS = 4
"""Of so few the model knows too little: rules decide the kind."""


def classify(text: str, learned: Model | None = None) -> Triage:
    """Judge one text; never refuses, falls back to a complaint of category `lainnya`.

    `learned` is another model than the one we ship.
    """
    learned, text = learned or model(), visible(text[:_MAX_CHARS])
    words = matcher().words(text)
    found = Found(matcher().find(words))
    told = topics.told(words, found)
    ruled, decided = kinds.by_rules(text, words, found, told.best)
    opinion = learned.opinion(words, cues(text, found, ruled))
    weighed = learned.weigh(signals(text, found, ruled, told, opinion))
    kind = _kind(words, found, ruled, weighed, told)
    if kind is Kind.EMERGENCY:
        focus = found.places("danger.sure", "danger.likely")
        told = topics.told(words, found, focus) if focus else told
    ranking = topics.rank(words, told, opinion)
    is_nothing = kind in (Kind.SPAM, Kind.STATUS) and not told.scores
    ranked = () if is_nothing else _fitting(kind, _violence_first(told, ranking.categories))
    top3 = ranked[:3] or (reference.FALLBACK_CATEGORY,)
    secret = _secrecy(kind, secrecy.judge(text, found, top3[0]), weighed, opinion)
    if secret.level is Sensitivity.CONFIDENTIAL and kind is Kind.COMPLAINT:
        top3 = _kept_first(told, top3)
    reasons = (*told.reasons.get(top3[0], ()), *opinion.why(top3[0]))
    return Triage(
        kind=kind,
        category=top3[0],
        top3=top3,
        confidence=ranking.confidence,
        kelurahan=gazetteer.kelurahan(text),
        secrecy=secret.level,
        reasons=tuple(dict.fromkeys((*decided, *reasons, *secret.reasons))),
        accusation=max((m.pattern.weight for m in found.of("pungli_aparat")), default=0.0),
    )


def _violence_first(told: Told, ranked: tuple[str, ...]) -> tuple[str, ...]:
    """Violence told beyond doubt goes to those who protect, whatever else the text tells of."""
    if told.scores.get(_VIOLENCE, 0.0) < _BEYOND_DOUBT:
        return ranked
    return tuple(sorted(ranked, key=lambda category: category != _VIOLENCE))


def _kept_first(told: Told, top3: tuple[str, ...]) -> tuple[str, ...]:
    """What few may read goes to those who may: their matter comes before one that all may see."""
    known = reference.categories()
    theirs = (c for c in told.scores if known[c].sensitivity is Sensitivity.CONFIDENTIAL)
    first = max(theirs, key=lambda category: told.scores[category], default="")
    is_open = known[top3[0]].sensitivity is Sensitivity.PUBLIC
    if not is_open or told.scores.get(first, 0.0) < _TOLD_BESIDE:
        return top3
    return (first, *(category for category in top3 if category != first))[:3]


def _fitting(kind: Kind, ranked: tuple[str, ...]) -> tuple[str, ...]:
    """In an emergency, the categories that can be one come first."""
    if kind is not Kind.EMERGENCY:
        return ranked
    known = reference.categories()
    return tuple(sorted(ranked, key=lambda category: not known[category].can_be_emergency))


def _kind(
    words: Sequence[str], found: Found, ruled: Kind, weighed: Mapping[str, float], told: Told
) -> Kind:
    if kinds.is_doubtless_danger(found) or _is_plain_danger(found):
        return Kind.EMERGENCY
    if sum(word.isalpha() for word in words) <= _FEW_WORDS:
        return ruled
    if weighed[Kind.EMERGENCY] >= _least(ruled, found, told):
        return Kind.EMERGENCY
    is_noise = ruled is Kind.SPAM or told.best < _PLAIN_TOPIC
    is_noise &= weighed[Kind.SPAM] >= _SPAM and weighed["secret"] < _MAYBE_SECRET
    if ruled is Kind.SPAM and is_noise:
        return Kind.SPAM
    likely = (k for k in Kind if k is not Kind.EMERGENCY and (is_noise or k is not Kind.SPAM))
    return max(likely, key=lambda k: weighed[k])


def _is_plain_danger(found: Found) -> bool:
    return bool(found.of("danger.plain")) and not any(map(found.of, _CALM))


def _least(ruled: Kind, found: Found, told: Told) -> float:
    """How much must speak for an emergency; least where rules see danger too."""
    if ruled is Kind.EMERGENCY:
        return _RULED_EMERGENCY
    if found.of("danger.sure") or found.of("danger.likely") or told.best < _PLAIN_TOPIC:
        return _EMERGENCY
    return _UNLIKELY if told.best < _BEYOND_DOUBT or _may_be_one(told) else math.inf


def _may_be_one(told: Told) -> bool:
    """Whether what a text tells of most can be an emergency."""
    plainest = max(told.scores, key=lambda category: told.scores[category])
    return reference.categories()[plainest].can_be_emergency


def _secrecy(kind: Kind, ruled: Secrecy, weighed: Mapping[str, float], opinion: Opinion) -> Secrecy:
    if kind is Kind.SPAM:
        return secrecy.NOTHING
    doubt = _ASKED_ABOUT if kind in (Kind.INFORMATION, Kind.SUGGESTION) else _SURELY_NOT
    is_doubted = weighed["secret"] < doubt and not ruled.is_asked
    if is_doubted or (ruled.level is Sensitivity.PUBLIC and weighed["secret"] < _SECRET):
        return secrecy.NOTHING
    if ruled.level is not Sensitivity.PUBLIC:
        return ruled
    return Secrecy(Sensitivity.MASKED, opinion.why("secret"))
