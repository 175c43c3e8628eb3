"""The errors that microscore raises on purpose.

    MicroscoreError
    ├── ContractError         the YAML contract is wrong (file, line, field, rule)
    │   └── ProfileError      so is a jurisdiction profile
    ├── DataFileError         a file cannot be read as the contract says
    ├── NotEnoughDataError    the data cannot carry what was asked of it
    ├── BundleError           a model bundle is damaged, unsigned or does not fit
    ├── AccessError           a key or secret cannot be made or used so
    ├── RegistryError         a version or alias does not exist, or may not be used so
    ├── SuspendedError        the model is suspended and gives no score
    ├── StoreError            the database cannot answer now
    ├── VaultError            what is stored cannot be sealed or opened with these keys
    └── ProtectedError        protected attributes may not be stored or read so

Each carries one sentence that a user can act on. Anything else that escapes is a bug.
"""


class MicroscoreError(Exception):
    """Base class of every error that microscore raises on purpose."""


class DataFileError(MicroscoreError):
    """A file cannot be read as the contract says."""


class NotEnoughDataError(MicroscoreError):
    """The data cannot carry what was asked of it (for example no bad loan in a split)."""


class BundleError(MicroscoreError):
    """A model bundle is damaged, unsigned or does not fit."""


class RegistryError(MicroscoreError):
    """A version or alias does not exist, or may not be used so."""


class AccessError(MicroscoreError):
    """A key or secret cannot be made or used so."""


class SuspendedError(MicroscoreError):
    """The model is suspended and gives no score."""


class StoreError(MicroscoreError):
    """The database cannot answer now."""


class VaultError(MicroscoreError):
    """What is stored cannot be sealed or opened with these keys."""


class ProtectedError(MicroscoreError):
    """Protected attributes may not be stored or read so."""


class ContractError(MicroscoreError):
    """A contract is wrong; ``problems`` lists every place with line and field."""

    def __init__(self, path: str, problems: list["ContractProblem"]) -> None:
        self.path = path
        self.problems = problems
        super().__init__("\n".join(p.describe(path) for p in problems))


class ProfileError(ContractError):
    """A jurisdiction profile is wrong; ``problems`` lists every place with line and field."""


class ContractProblem:
    """One wrong place in a contract or profile: its line (1-based), its field and what is wrong."""

    def __init__(self, line: int, field: str, message: str) -> None:
        self.line = line
        self.field = field
        self.message = message

    def describe(self, path: str) -> str:
        """``path:line: field: message``, the form that editors make a link of."""
        return f"{path}:{self.line}: {self.field}: {self.message}"
