"""Summaries are kept by kind and time, and the newest is found."""

from datetime import UTC, datetime, timedelta

from data.store import open_store
from data.store.summaries import keep_summary, newest_summary

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_newest_of_a_kind_is_found_and_one_of_the_same_time_replaced(store_url: str) -> None:
    store = open_store(store_url)
    store.migrate()
    with store.read() as connection:
        assert newest_summary(connection, "portfolio") is None
    keep_summary(store, "portfolio", NOON + timedelta(days=1), b"second")
    keep_summary(store, "portfolio", NOON, b"first")
    keep_summary(store, "portfolio", NOON + timedelta(days=1), b"again")
    keep_summary(store, "management", NOON + timedelta(days=2), b"other")
    with store.read() as connection:
        found = newest_summary(connection, "portfolio")
    assert found is not None
    assert (found.made_at, found.result) == (NOON + timedelta(days=1), b"again")
    store.close()
