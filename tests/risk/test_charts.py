"""Charts: places stay inside, lines break where nothing is known, and the numbers are beneath."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.charts import HEIGHT, MOST_NAMES, NOTHING, Mark, Series, line_chart
from api.web.charts_bars import Bar, bar_chart, stacked_chart
from api.web.rendering import environment

NUMBERS = st.floats(-1e9, 1e9).map(lambda v: round(v, 3))


def write(value: float) -> str:
    return f"{value:.2f}"


@given(st.lists(st.tuples(NUMBERS, st.floats(0, 1e6)), min_size=1, max_size=40))
def test_a_line_stays_inside_its_plot(values: list[tuple[float, float]]) -> None:
    marks = [Mark(i, v, v - w, v + w) for i, (v, w) in enumerate(values)]
    chart = line_chart([str(i) for i in range(len(values))], [Series("A", marks)], write)
    assert chart is not None
    for dot in chart.series[0].dots:
        assert 0 <= dot.x <= 100
        assert 0 <= dot.y <= HEIGHT
        assert dot.low is not None
        assert dot.high is not None
        assert 0 <= dot.high <= dot.y + 0.1
        assert dot.y - 0.1 <= dot.low <= HEIGHT
    assert len(chart.across) <= MOST_NAMES
    assert [text for _, (text,) in chart.rows] == [
        f"{write(v)} ({write(v - w)} \N{EN DASH} {write(v + w)})" for v, w in values
    ]


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    marks = [Mark(0, 1.0), Mark(1, 2.0), Mark(3, 1.0), Mark(4, 1.5)]
    chart = line_chart(["a", "b", "c", "d", "e"], [Series("A", marks)], write)
    assert chart is not None
    assert len(chart.series[0].lines) == 2
    assert chart.rows[2] == ("c", (NOTHING,))
    assert [name for _, name, _ in chart.across] == ["a", "b", "c", "d", "e"]


def test_a_chart_without_a_mark_is_none() -> None:
    assert line_chart(["a"], [Series("A", [])], write) is None
    assert bar_chart([Bar("A", None)], write) is None
    assert stacked_chart([("A", (0, 0))], ("x", "y"), write) is None


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_bars_grow_from_zero(values: list[float]) -> None:
    chart = bar_chart([Bar(str(v), v) for v in values], write)
    assert chart is not None
    for bar, value in zip(chart.bars, values, strict=True):
        end = bar.start + bar.width if value > 0 else bar.start
        assert 0 <= bar.start <= end + 0.1 <= 100.2
        assert (bar.start >= chart.zero - 0.1) or value < 0
        assert bar.text == write(value)


def test_pieces_follow_one_another() -> None:
    chart = stacked_chart([("A", (1, 2)), ("B", (3, 3))], ("x", "y"), write)
    assert chart is not None
    ends = [stack.pieces[-1][0] + stack.pieces[-1][1] for stack in chart.stacks]
    assert ends == pytest.approx([50, 100])
    for stack in chart.stacks:
        assert stack.pieces[1][0] == pytest.approx(sum(stack.pieces[0]))


def test_what_is_drawn_is_written_too_and_escaped() -> None:
    drawn: dict[str, Any] = {
        "line": line_chart(["<b>"], [Series("A", [Mark(0, 0.25, 0.2, 0.3)])], write),
        "bars": bar_chart([Bar("<i>", 0.5, 0.4, 0.6, 0.45, "<9>")], write),
        "stack": stacked_chart([("<u>", (1, 2))], ("x", "y"), write),
    }
    source = (
        '{% from "charts.html" import line_chart, bar_chart, stacked_chart with context %}'
        '{{ line_chart(line, "T", "M") }}{{ bar_chart(bars, "T", ("a", "b", "c", "d")) }}'
        '{{ stacked_chart(stack, "T", "M") }}'
    )
    html = environment("en").from_string(source).render(drawn)
    for text in ("0.25 (0.20 \N{EN DASH} 0.30)", "0.50 (0.40 \N{EN DASH} 0.60)", "0.45", "1.00"):
        assert text in html
    assert "<i>" not in html
    assert "style=" not in html
