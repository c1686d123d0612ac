"""Documents as files: a PDF, and the header that names one."""

import io
from urllib.parse import quote
from zipfile import ZipFile, ZipInfo


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page, written out by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Contents {len(objects)} 0 R /Resources << /Font << /F1 << /Type /Font "
            "/Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def named(title: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(title, safe='')}"}


def docx(heading: str, text: str) -> bytes:
    """A Word document of a heading and a paragraph."""
    kind = "http://schemas.openxmlformats.org"
    package = "application/vnd.openxmlformats-package.relationships+xml"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{kind}/package/2006/content-types">'
            f'<Default Extension="rels" ContentType="{package}"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{kind}/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{kind}/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{kind}/wordprocessingml/2006/main">'
            '<w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>'
            f"<w:r><w:t>{heading}</w:t></w:r></w:p>"
            f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
        }
    )


def epub(*chapters: str) -> bytes:
    """A book whose chapters are listed in another order than they are read in."""
    numbers = range(len(chapters))
    kind = 'media-type="application/xhtml+xml"'
    items = "".join(f'<item id="c{n}" href="text/c%20{n}.xhtml" {kind}/>' for n in numbers)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    return _archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="o/book.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>',
            "o/book.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
        }
        | {
            f"o/text/c {n}.xhtml": f"<html><body><p>{chapters[n]}</p></body></html>"
            for n in reversed(numbers)
        }
    )


def _archive(entries: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(ZipInfo(name), content)
    return out.getvalue()
