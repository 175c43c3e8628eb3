"""``microscore contract``: show, check and the JSON Schema for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import BAD_DATA, JsonOption, emit, fail, out, table
from api.cli.targets import file_target

app = typer.Typer(help="Show and check the contract of a portfolio.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A shipped contract's name, or the path of a YAML file.")]


@app.command("list")
def list_contracts(as_json: JsonOption = False) -> None:
    """List the contracts that come with microscore."""
    from data.contract_loading import load_contract, shipped_contracts

    loaded = [load_contract(name) for name in shipped_contracts()]
    payload = {
        "contracts": [
            {"name": c.contract, "version": c.version, "title": c.title.en} for c in loaded
        ]
    }
    rows = [[c.contract, c.version, c.title.en] for c in loaded]
    emit(
        as_json, payload, lambda: out.print(table("Contracts", ["name", "version", "title"], rows))
    )


@app.command()
def show(contract: Name, as_json: JsonOption = False) -> None:
    """Print a contract: sources, features, reasons, protected attributes, label, policy."""
    from data.contract_loading import canonical_json, contract_hash, load_contract
    from data.contract_summary import describe_contract

    loaded = load_contract(contract)
    payload = {"sha256": contract_hash(loaded), "contract": json.loads(canonical_json(loaded))}

    def tables() -> None:
        for section in describe_contract(loaded):
            out.print(table(section.title, list(section.columns), [list(r) for r in section.rows]))

    emit(as_json, payload, tables)


@app.command()
def check(contract: Name, as_json: JsonOption = False) -> None:
    """Check a contract; every mistake is named with its line and field."""
    from data.contract_loading import contract_hash, load_contract
    from data.errors import ContractError

    try:
        loaded = load_contract(contract)
    except ContractError as error:
        problems = [
            {"line": p.line, "field": p.field, "message": p.message} for p in error.problems
        ]
        if as_json:
            emit(True, {"ok": False, "problems": problems})
            raise typer.Exit(BAD_DATA) from None
        raise fail(str(error), BAD_DATA) from None
    payload = {"ok": True, "contract": loaded.contract, "sha256": contract_hash(loaded)}
    text = f"{loaded.contract} {loaded.version}: {len(loaded.features)} features, no mistakes"
    emit(as_json, payload, lambda: out.print(text, highlight=False))


@app.command()
def schema(
    save: Annotated[
        Path | None, typer.Option(callback=file_target, help="Write it to this file instead.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the JSON Schema of contracts, for completion and checks in an editor."""
    from data.contract_loading import contract_json_schema

    text = json.dumps(contract_json_schema(), indent=1)
    if save is None:
        typer.echo(text)
        return
    save.write_text(text + "\n", "utf-8")
    emit(as_json, {"schema": str(save)}, lambda: out.print(f"written to {save}", markup=False))
