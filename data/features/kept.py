"""Which features can be kept for an applicant from day to day, without an application."""

from data.contract import Contract


def kept_sources(contract: Contract) -> tuple[str, ...]:
    """Sources all of whose inputs are made from events of the applicant, in contract order."""
    return tuple(
        source for source, names in contract.inputs_by_source.items() if names
        and all(_of_applicant(contract, name) for name in names)
    )  # fmt: skip


def _of_applicant(contract: Contract, name: str) -> bool:
    aggregate = contract.features[name].aggregate
    return aggregate is not None and "applicant" in contract.tables[aggregate.table].keys
