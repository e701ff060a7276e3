"""Files of an office, made by hand: PDF and DOCX, honest and hostile."""

import io
import zipfile
from collections.abc import Sequence

_DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>{before}<w:document xmlns:w='
    '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body>'
    "</w:document>"
)


def pdf(*pages: str, trailer: str = "", catalog: str = "") -> bytes:
    """A PDF with a line of text on each page."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    kids = []
    for page in pages:
        content = f"BT /F1 12 Tf 50 700 Td ({page}) Tj ET"
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {len(objects)} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    return _written(objects, trailer)


def pdf_with_script() -> bytes:
    """One that wants to run JavaScript when it is opened."""
    return pdf("Formulir", catalog="/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")


def encrypted_pdf() -> bytes:
    """One that opens with a password only."""
    key = "00" * 32
    return pdf(
        "rahasia",
        trailer=f"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/O<{key}>/U<{key}>/P -4>>",
    )


def endless_pdf(depth: int = 9) -> bytes:
    """One whose forms draw each other, ten times each: its page takes 10^depth steps."""
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</X 5 0 R>>>>"
        "/Contents 4 0 R>>",
        "<</Length 5>>stream\n/X Do\nendstream",
    ]
    for number in range(depth):
        content = "/X Do " * 10 if number < depth - 1 else ""
        form = f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length {len(content)}"
        form += f"/Resources<</XObject<</X {number + 6} 0 R>>>>>>"
        objects.append(f"{form}stream\n{content}\nendstream")
    objects.append("<<>>")
    return _written(objects, "")


def _written(objects: Sequence[str], trailer: str) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode())
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    for place in places:
        out.write(f"{place:010} 00000 n \n".encode())
    end = f"trailer<</Root 1 0 R/Size {len(objects) + 1}{trailer}>>\nstartxref\n{start}\n%%EOF\n"
    out.write(end.encode())
    return out.getvalue()


def docx(*paragraphs: str, before: str = "") -> bytes:
    """A DOCX with these paragraphs; `before` comes before its root element."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return zipped({"word/document.xml": _DOCUMENT.format(before=before, body=body).encode()})


def docx_bomb(megabytes: int = 80) -> bytes:
    """A small DOCX that unpacks to this much."""
    return docx("a" * 1024 * 1024 * megabytes)


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
