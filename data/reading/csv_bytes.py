"""From the bytes of a CSV file to UTF-8 text with line feeds, or to the reason why not."""

import codecs
import gzip
import re
import zlib
from pathlib import Path

from data.errors import DataFileError
from data.reading.findings import Rule
from data.reading.raw import FileFindings

_SIGNATURES = (
    (b"PK\x03\x04", "an Excel workbook or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "a text document"),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|table|\?xml|head|body|meta|style|div)\b", re.I)
_CHUNK = 1 << 20


def load(
    path: Path, encoding: str | None, findings: FileFindings
) -> tuple[bytes, list[int]] | None:
    """Content of ``path`` as UTF-8 and the offsets of bytes that are not.

    ``encoding`` is used only for a file that is not UTF-8. None when nothing can be read, with
    a finding. Raises DataFileError for an unknown ``encoding``.
    """
    data = _bytes(path, findings)
    if data is None or _not_text(data, findings):
        return None
    if _looks_utf16(data):
        decoded = _from_utf16(data, encoding, findings)
        return None if decoded is None else (_line_feeds(decoded, findings), [])
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        findings.add(
            Rule.BYTE_ORDER_MARK,
            "the file starts with a byte order mark; it was read without it, save as plain UTF-8",
            row=1,
            value_class="a byte order mark",
        )
    wrong = invalid_offsets(data)
    if wrong and encoding is not None:
        decoded = _decode(data, encoding, findings)
        return None if decoded is None else (_line_feeds(decoded, findings), [])
    return _line_feeds(data, findings), wrong


def invalid_offsets(data: bytes) -> list[int]:
    """Offset of the first byte of each line that is not valid UTF-8."""
    view, at, out = memoryview(data), 0, []
    while at < len(data):
        end = min(at + _CHUNK, len(data))
        try:
            at += codecs.utf_8_decode(view[at:end], "strict", end == len(data))[1]
        except UnicodeDecodeError as error:
            out.append(at + error.start)
            at = data.find(b"\n", out[-1]) + 1
            if at == 0:
                break
    return out


def _bytes(path: Path, findings: FileFindings) -> bytes | None:
    if not path.name.lower().endswith(".gz"):
        return path.read_bytes()
    try:
        with gzip.open(path) as stream:
            return stream.read()
    except EOFError:
        findings.add(Rule.CUT_FILE, "the gzip archive ends too early; copy the file again")
    except (gzip.BadGzipFile, zlib.error):
        findings.add(Rule.WRONG_FORMAT, "not a whole gzip archive; copy or pack the file again")
    return None


def _not_text(data: bytes, findings: FileFindings) -> bool:
    blank = b"\x00 \t\r\n" + codecs.BOM_UTF8
    if not data[:_CHUNK].strip(blank) and not data.strip(blank):
        findings.add(Rule.EMPTY_FILE, "the file is empty; export it again")
        return True
    kind = next((text for magic, text in _SIGNATURES if data.startswith(magic)), None)
    if kind is None and _MARKUP.match(data.removeprefix(codecs.BOM_UTF8)):
        kind = "a web page or XML"
    if kind is None:
        return False
    message = f"the file is {kind}, not CSV; give it its right ending or export it as CSV"
    findings.add(Rule.WRONG_FORMAT, message, value_class=kind)
    return True


def _looks_utf16(data: bytes) -> bool:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    head = data[:1000]
    return max(head[::2].count(0), head[1::2].count(0)) > 0.35 * len(head)


def _from_utf16(data: bytes, encoding: str | None, findings: FileFindings) -> bytes | None:
    if encoding is None or not _codec(encoding).startswith("utf-16"):
        findings.add(
            Rule.ENCODING,
            "the file is UTF-16; save it as UTF-8 or say --encoding utf-16",
            value_class="UTF-16 text",
        )
        return None
    decoded = _decode(data, encoding, findings)
    return None if decoded is None else decoded.removeprefix(codecs.BOM_UTF8)


def _decode(data: bytes, encoding: str, findings: FileFindings) -> bytes | None:
    name = _codec(encoding)
    try:
        return data.decode(name).encode()
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        findings.add(
            Rule.ENCODING,
            f"this row is not {name} text; find out how the file was saved",
            row=data.count(b"\n", 0, start) + 1,
            value_class=f"bytes that are not {name}",
        )
    return None


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise DataFileError(f"no text encoding is called '{encoding[:40]}'") from None


def _line_feeds(data: bytes, findings: FileFindings) -> bytes:
    """Turn the line ends of a file that has only carriage returns into line feeds."""
    if b"\r" not in data or b"\n" in data:
        return data
    findings.add(
        Rule.LINE_ENDS,
        "rows end in a carriage return alone; they were read as rows, save with usual line ends",
        value_class="carriage returns",
    )
    return data.replace(b"\r", b"\n")
