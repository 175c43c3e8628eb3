"""Sealing and opening a good bundle, keys, and parts that do not fit together."""

import dataclasses
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.contract import Contract
from data.errors import BundleError
from scoring.bundle import Bundle, Golden
from scoring.sealing import open_bundle, write_bundle
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle
from tests.security.sealed import reseal


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKey.load_or_create(tmp_path / "keys")


@pytest.fixture
def trusted(tmp_path: Path) -> TrustedKeys:
    return TrustedKeys(tmp_path / "keys")


def test_what_is_written_is_what_is_read(
    key: SigningKey, trusted: TrustedKeys, tmp_path: Path
) -> None:
    sealed = write_bundle(small_bundle(), tmp_path / "models", key)
    bundle, version = open_bundle(sealed.path, trusted)
    assert version == sealed.version == sealed.path.name
    assert version.startswith("small-")
    assert bundle == small_bundle()
    assert bundle.contract.model_features == small_bundle().contract.model_features


def test_the_same_bundle_is_the_same_folder(key: SigningKey, tmp_path: Path) -> None:
    first, second = (write_bundle(small_bundle(), tmp_path / "models", key) for _ in range(2))
    elsewhere = write_bundle(small_bundle(), tmp_path / "elsewhere", key)
    assert first == second
    assert elsewhere.version == first.version
    for path in first.path.iterdir():
        assert path.read_bytes() == (elsewhere.path / path.name).read_bytes()
    assert [p.name for p in (tmp_path / "models").iterdir()] == [first.version]


def test_another_key_signs_the_same_version_anew(
    key: SigningKey, trusted: TrustedKeys, tmp_path: Path
) -> None:
    other = SigningKey.load_or_create(tmp_path / "other")
    first = write_bundle(small_bundle(), tmp_path / "models", other)
    with pytest.raises(BundleError, match="not trusted"):
        open_bundle(first.path, trusted)
    assert write_bundle(small_bundle(), tmp_path / "models", key) == first
    open_bundle(first.path, trusted)


def test_keys_are_made_once_and_kept_private(key: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load_or_create(tmp_path / "keys").id == key.id
    path.chmod(0o644)
    with pytest.raises(BundleError, match="others may read"):
        SigningKey.load_or_create(tmp_path / "keys")


@pytest.mark.parametrize("name", ["signing.pem", "trusted/odd.pem"])
def test_a_file_that_is_no_key_is_named(name: str, tmp_path: Path) -> None:
    key = SigningKey.load_or_create(tmp_path)
    sealed = write_bundle(small_bundle(), tmp_path / "models", key)
    (tmp_path / name).write_bytes(b"not a key")

    def use() -> None:
        open_bundle(sealed.path, TrustedKeys(tmp_path))
        SigningKey.load_or_create(tmp_path)

    with pytest.raises(BundleError, match=Path(name).name):
        use()


def test_no_bundle_there(trusted: TrustedKeys, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json: cannot be opened"):
        open_bundle(tmp_path / "nowhere", trusted)


def _golden(**change: Any) -> Bundle:
    golden = small_bundle().golden
    return dataclasses.replace(small_bundle(), golden=Golden(**{**dict(golden), **change}))


def _rules(**change: Any) -> Bundle:
    rules = small_bundle().rules
    return dataclasses.replace(small_bundle(), rules=rules.model_copy(update=change))


def _contract(change: Callable[[dict[str, Any]], None]) -> Bundle:
    """The small bundle with another contract."""
    changed = small_bundle().contract.model_dump()
    change(changed)
    return dataclasses.replace(small_bundle(), contract=Contract.model_validate(changed))


def _feature(name: str, **change: Any) -> Bundle:
    return _contract(lambda contract: contract["features"][name].update(change))


def _trades(*names: str) -> Bundle:
    """The small bundle with a contract that knows these trades only."""
    return _contract(
        lambda c: c["tables"]["loans"]["columns"]["trade"].update(categories=names or None)
    )


MISFITS = [
    (_golden(rows=(), log_odds=()), "golden.json: needs 1 to 1000 rows"),
    (_golden(log_odds=(0.0,)), "golden.json: needs 1 to 1000 rows"),
    (_golden(rows=((1.0,),), log_odds=(0.0,)), "golden.json: a row"),
    (_rules(band_limits=(0.5,)), "rules.json: needs one limit fewer"),
    (_rules(band_limits=(0.4, 0.3, 0.2, 0.1)), "rules.json: band_limits"),
    (_rules(approve_below=0.9, decline_from=0.1), "rules.json: approve_below"),
    (_feature("burden", in_model=False), "model.txt: feature_names"),
    (_feature("amount", monotone=None), "model.txt: monotone_constraints"),
    (_feature("trade", column="loans.late_days"), "model.txt: tree 0: splits a category"),
    (_trades(), "model.txt: tree 0: splits a category"),
    (_trades("farming"), "a category is not in contract.json"),
]


@pytest.mark.parametrize(("bundle", "rule"), MISFITS, ids=[rule for _, rule in MISFITS])
def test_parts_that_do_not_fit_are_not_written(
    bundle: Bundle, rule: str, key: SigningKey, tmp_path: Path
) -> None:
    with pytest.raises(BundleError, match=rule):
        write_bundle(bundle, tmp_path / "models", key)
    assert not (tmp_path / "models").exists()


def test_a_protected_attribute_is_never_a_feature(
    key: SigningKey, trusted: TrustedKeys, tmp_path: Path
) -> None:
    """Signed and consistent, yet the contract's own rules refuse it."""
    files = small_bundle().to_files()
    column = b'"column": "loans.trade"'
    assert column in files["contract.json"]
    files["contract.json"] = files["contract.json"].replace(column, b'"column": "loans.sex"')
    with pytest.raises(BundleError, match="not valid"):
        open_bundle(reseal(tmp_path / "unfair", files, key), trusted)
