"""Mobile numbers as people in Indonesia write them, in one canonical form."""

from dataclasses import dataclass

import phonenumbers

from appliance.domain.errors import BadInput

_HOME_REGION = "ID"
_LONGEST_INPUT = 40
_LEAST_DIGITS = 7
"""Of any country. phonenumbers takes letters for digits, as on the keys of a telephone."""
_MOBILE_DIGITS = range(9, 13)
"""National significant number of an Indonesian mobile: 8 and eight to eleven more digits."""


@dataclass(frozen=True, slots=True, order=True)
class Msisdn:
    """A mobile number in E.164 (ITU-T), e.g. `+6281234567890`."""

    e164: str

    def __str__(self) -> str:
        return self.masked

    @classmethod
    def parse(cls, text: str) -> "Msisdn":
        """Read 08…, 628…, +628… or 00628… with any spacing; other countries need a leading +.

        Raises BadInput with a sentence for the resident.
        """
        try:
            number = phonenumbers.parse(_with_country_code(text), _HOME_REGION)
        except phonenumbers.NumberParseException:
            raise BadInput("Nomor HP tidak terbaca. Contoh: 0812 3456 7890") from None
        if number.country_code == 62 and not str(number.national_number).startswith("8"):
            raise BadInput("Isi nomor HP (mulai 08), bukan telepon rumah, agar SMS sampai")
        if not _has_mobile_length(number):
            raise BadInput("Panjang nomor HP tidak sesuai. Contoh: 0812 3456 7890")
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    @property
    def masked(self) -> str:
        """For screens and logs: country code, operator digits and the last two."""
        return f"{self.e164[:6]}{'x' * max(0, len(self.e164) - 8)}{self.e164[-2:]}"

    @property
    def grouped(self) -> str:
        """National form in groups, to read back to its owner: `0812-3456-7890`."""
        number = phonenumbers.parse(self.e164)
        if number.country_code != 62:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        national = f"0{number.national_number}"
        return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def _has_mobile_length(number: phonenumbers.PhoneNumber) -> bool:
    if number.country_code == 62:
        return len(str(number.national_number)) in _MOBILE_DIGITS
    return phonenumbers.is_possible_number(number)


def _with_country_code(text: str) -> str:
    if len(text) > _LONGEST_INPUT:
        raise BadInput("Nomor HP terlalu panjang. Contoh: 0812 3456 7890")
    compact = text.strip()
    if sum(map(str.isdecimal, compact)) < _LEAST_DIGITS:
        raise BadInput("Nomor HP tidak terbaca. Contoh: 0812 3456 7890")
    if compact.startswith("0062"):
        return "+62" + compact[4:]
    if compact.startswith("62"):
        return "+" + compact
    return compact
