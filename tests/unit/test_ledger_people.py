"""All decisions about a person are found, in whichever block of the index they stand."""

from pathlib import Path

from data.store import open_store
from data.store.tables import BLOCK_BITS
from tests.decisions import decision, ledger_of

BLOCK = 1 << BLOCK_BITS
MINE = (0, 1, BLOCK - 2, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 30)
"""Among them the first and the last decision of blocks; positions begin at 1."""


def test_a_person_is_found_in_every_block(store_url: str, tmp_path: Path) -> None:
    store = open_store(store_url)
    store.migrate()
    ledger = ledger_of(store, tmp_path)
    assert ledger.of_applicant("C-mine") == []
    made = [
        decision(n)._replace(applicant_id="C-mine" if n in MINE else f"C-{n % 7}")
        for n in range(2 * BLOCK + 40)
    ]
    with store.write() as connection:
        ledger.append(connection, made)
    assert ledger.of_applicant("C-mine") == [made[n] for n in MINE]
    with store.write() as connection:
        assert ledger.erase(connection, "C-mine", "officer") == len(MINE)
    assert all(found.erased for found in ledger.of_applicant("C-mine"))
    others = [d for d in made if d.applicant_id == "C-3"]
    assert ledger.of_applicant("C-3") == others
    store.close()
