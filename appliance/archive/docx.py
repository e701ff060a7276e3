"""`python -m appliance.archive.docx FILE`: the text of a DOCX to stdout; in a child with limits.

A DOCX is a ZIP whose member `word/document.xml` holds the text in elements `w:t` (ECMA-376 part 1,
17.3.3). Only that member is unpacked, piece by piece, and no further than is read; a document type,
with which XML can be made to grow, is refused.
"""

import signal
import sys
import zipfile
from xml.parsers import expat

from appliance.domain.archive.file import UNPACKED_MAX_BYTES

_MEMBER = "word/document.xml"
_PIECE_BYTES = 64 * 1024
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT_NAMESPACE = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_SPACES = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


class TooLarge(ValueError):
    """The text unpacks to more than any document has."""


class Refused(ValueError):
    """XML that no office program writes."""


def main() -> int:
    """Write what the file says; the parent bounds how much of it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    with zipfile.ZipFile(sys.argv[1]) as archive:
        if archive.getinfo(_MEMBER).file_size > UNPACKED_MAX_BYTES:  # no more than that is read
            raise TooLarge
        with archive.open(_MEMBER) as member:
            parser = _parser()
            while piece := member.read(_PIECE_BYTES):
                parser.Parse(piece)
            parser.Parse(b"", True)
    return 0


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    write = sys.stdout.write
    is_text = False

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal is_text
        namespace, _, tag = name.rpartition(" ")
        if namespace in (_NAMESPACE, _STRICT_NAMESPACE):
            is_text = tag == "t"
            write(_SPACES.get(tag, ""))

    def end(name: str) -> None:
        nonlocal is_text
        is_text = False
        if name.endswith(" p"):
            write("\n")

    def text(content: str) -> None:
        if is_text:
            write(content)

    def refuse(*_about: object) -> None:
        raise Refused

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    return parser


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
