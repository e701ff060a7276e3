"""Their side of the bridge: what the city asks of it, and how that is done by HTTP.

The paths and the shape of answers are assumed from what is public (docs/lapor.md): whoever has the
real documentation changes this module and `messages`, and nothing else.
"""

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput, PoskoError
from command_center.lapor import messages, words
from command_center.lapor.messages import NewChange, NewReport, Page

PAGE_ITEMS = 50
TOPICS_MAX = 500
_ANSWER_MAX_BYTES, _CHUNK_BYTES = 2 << 20, 1 << 16
_TOPICS = "/api/services/f01/gettopics"
_ADD_REPORT = "/api/services/f01/addreport"
_ADD_CHANGE = "/api/services/f01/addfollowup"
_NEWS = "/api/services/f01/getnews"
_DETAIL_MAX_CHARS = 120


class Trouble(PoskoError, RuntimeError):
    """Nothing is known to be wrong with what was sent: it is sent again, with the same id."""


class Unreachable(Trouble):
    """The same holds for everything else that waits."""


class Refused(PoskoError, ValueError):
    """LAPOR! will not take it; sending it again would not help.

    `detail` is what it says, which may repeat what it was sent.
    """

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class Service(Protocol):
    """SP4N-LAPOR!, as far as the city needs it; each may raise Trouble, Unreachable or Refused."""

    def topics(self) -> dict[str, str]:
        """Ids by names in lower case."""
        ...

    def add_report(self, told: NewReport) -> str:
        """Hand over a report; return its tracking id, the same for the same transaction."""
        ...

    def add_change(self, told: NewChange) -> None:
        """Tell what has become of one; once for each transaction."""
        ...

    def news(self, cursor: str) -> Page:
        """What is new for the city after a place that an earlier answer has named."""
        ...


class HttpService:
    """LAPOR! by JSON over HTTP, with the token of the city in the body of each question."""

    def __init__(self, url: str, token: str, *, timeout_s: float) -> None:
        self._url, self._token, self._timeout_s = urlsplit(url), token, timeout_s

    def topics(self) -> dict[str, str]:
        found = self._asked(_TOPICS, {}).get("data")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Trouble("daftar topik SP4N-LAPOR! tidak terbaca")
        return {
            str(one.get("name", "")).casefold(): str(one.get("id", ""))[: messages.ID_MAX_CHARS]
            for one in found[:TOPICS_MAX]
        }

    def add_report(self, told: NewReport) -> str:
        answer = self._asked(_ADD_REPORT, messages.report_sent(told))
        tracking_id = words.tracking(str(answer.get("trackingid", "")))
        if tracking_id is None:
            raise Trouble("jawaban SP4N-LAPOR! tanpa trackingid")
        return tracking_id

    def add_change(self, told: NewChange) -> None:
        self._asked(_ADD_CHANGE, messages.change_sent(told))

    def news(self, cursor: str) -> Page:
        answer = self._asked(_NEWS, {"after": cursor, "limit": PAGE_ITEMS})
        try:
            return messages.page(answer, cursor)
        except BadInput as error:
            raise Trouble(f"kabar SP4N-LAPOR! tidak terbaca: {error}") from None

    def _asked(self, path: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        status, body = self._posted(path, json.dumps({"token": self._token, **fields}).encode())
        if status in (401, 403):
            raise Unreachable(f"token ditolak (HTTP {status}); periksa lapor.token_file")
        if status == 429:
            raise Unreachable("SP4N-LAPOR! minta lebih jarang ditanya (HTTP 429)")
        if status == 408 or status >= 500 or 300 <= status < 400:
            raise Trouble(f"SP4N-LAPOR! menjawab HTTP {status}")
        answer = _object(body)
        if status >= 400:
            raise Refused(f"ditolak SP4N-LAPOR! (HTTP {status})", _detail(answer))
        if answer is None:
            raise Trouble("jawaban SP4N-LAPOR! bukan JSON")
        if answer.get("status") not in (True, 1, "1", "true", "success"):
            raise Refused("ditolak SP4N-LAPOR!", _detail(answer))
        return answer

    def _posted(self, path: str, body: bytes) -> tuple[int, bytes]:
        """No redirect is followed: the token goes to nobody else."""
        connection = self._connection()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            connection.request("POST", self._url.path.rstrip("/") + path, body, headers)
            answer = connection.getresponse()
            read = self._read(answer)
        except TimeoutError:
            raise Trouble(f"tidak ada jawaban dalam {self._timeout_s:g} detik") from None
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"SP4N-LAPOR! tidak terjangkau ({type(error).__name__})") from None
        finally:
            connection.close()
        return answer.status, read

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """All of it, within the time that is given: the time-out of a socket begins anew with each
        byte."""
        until_s, read = time.monotonic() + self._timeout_s, bytearray()
        while chunk := answer.read1(_CHUNK_BYTES):
            read += chunk
            if len(read) > _ANSWER_MAX_BYTES:
                raise Trouble("jawaban SP4N-LAPOR! terlalu besar")
            if time.monotonic() > until_s:
                raise TimeoutError
        return bytes(read)

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _detail(answer: Mapping[str, Any] | None) -> str:
    return clean_text(str((answer or {}).get("message", "")))[:_DETAIL_MAX_CHARS]
