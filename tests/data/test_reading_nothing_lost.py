"""Random damage to single rows: no row is lost, and no good row is changed."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.bad_files import CSV, HEADER, ROWS, read


@given(drawn=st.data())
def test_no_row_is_lost_and_no_good_row_changed(
    drawn: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever happens to single rows, the others come out as they are, and all are counted."""
    damage = st.sampled_from(["", "cell", "quote", "wrap", "field", "short", "bytes", "nul", "cr"])
    kinds = [drawn.draw(damage) for _ in ROWS]
    written = [HEADER.encode()]
    for kind, row in zip(kinds, ROWS, strict=True):
        at = drawn.draw(st.integers(0, len(row) - 1)) if kind else 0
        cells = row.split(",")
        text = {
            "cell": ",".join((cells[0], cells[1], "soon", *cells[3:])),
            "quote": row[:5] + '"' + row[5:],
            "wrap": f'"{row}"',
            "field": row[:at] + "," + row[at:],
            "short": cells[0] + "," + cells[1],
            "nul": row[:at] + "\0" + row[at:],
            "cr": row[: max(at, 1)] + "\r" + row[max(at, 1) :],
        }.get(kind, row)
        written.append(text.encode() + (b"\xe9" if kind == "bytes" else b""))
    folder = tmp_path_factory.mktemp("damaged")
    portfolio = read(folder, b"\n".join(written) + b"\n")
    good = portfolio.tables["loans"]
    whole = [i for i, kind in enumerate(kinds) if not kind]
    assert portfolio.counts["loans"] == (5, len(whole))
    assert good.equals(read(folder, CSV).tables["loans"].take(pa.array(whole, pa.int64())))
    assert portfolio.aside["loans"].lines == [
        w for w, k in zip(written[1:], kinds, strict=True) if k
    ]
    assert {f.row for f in portfolio.errors} == {i + 2 for i, k in enumerate(kinds) if k}


QUOTED = "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in (HEADER, *ROWS)) + "\n"
LINES = CSV.replace("C1", '"C\n1"').replace("C4", '"a ""b"" c"')
EDITS = [b'"', b",", b"\n", b"\r", b"\0", b"\xe9", b'""', b'"\n"', b";", b"x"]


@given(
    st.sampled_from([CSV, QUOTED, LINES, CSV.replace("\n", "\r\n")]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 2), st.sampled_from(EDITS)), max_size=4),
)
@settings(max_examples=200)
def test_a_file_without_findings_reads_as_the_csv_module_reads_it(
    tmp_path_factory: pytest.TempPathFactory, text: str, edits: list[tuple[int, int, bytes]]
) -> None:
    """Python's own parser is the oracle; no damage makes reading fail or rows vanish."""
    content = text.encode()
    for at, removed, put in edits:
        content = content[:at] + put + content[at + removed :]
    portfolio = read(tmp_path_factory.getbasetemp(), content)
    read_rows, kept = portfolio.counts["loans"]
    assert read_rows - kept == len(portfolio.aside["loans"])
    if not portfolio.errors:
        stream = io.StringIO(content.decode(), newline="")
        rows = [row for row in csv.reader(stream) if any(cell.strip() for cell in row)]
        client = [name.strip() for name in rows[0]].index("client")
        clients = portfolio.tables["loans"]["client"].to_pylist()
        assert clients == [row[client].strip() for row in rows[1:]]
