"""What triage says of a text."""

from dataclasses import dataclass

from appliance.domain import reference
from appliance.domain.cases import gravity
from appliance.domain.cases.service_request import Kind, Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the text seems to be; `reasons` are the patterns that decided, for staff to judge."""

    kind: Kind
    category: str
    top3: tuple[str, ...]
    confidence: float
    kelurahan: str | None
    """Kemendagri code of the kelurahan that the text names."""
    secrecy: Sensitivity
    """What the words ask for, whatever the category."""
    reasons: tuple[str, ...]
    accusation: float = 0.0
    """How strongly the words tell of bribes, whatever the category: a weight of patterns."""

    @property
    def is_secret(self) -> bool:
        """Whether the text must not be shown as it is."""
        return self.secrecy is not Sensitivity.PUBLIC

    @property
    def sensitivity(self) -> Sensitivity:
        """Who may see it; what is no report is as secret as its words alone."""
        if self.kind is Kind.SPAM:
            return self.secrecy
        of_category = reference.categories()[self.category].sensitivity
        return gravity.stricter(of_category, self.secrecy)
