"""Every error Payback raises on purpose.

::

    PaybackError                     exit code 1
    ├── ConfigurationError           exit code 2: a setting, an option or a secret is wrong
    │   └── UsageError               a call or a command line that cannot be carried out
    ├── InputError                   a file or a frame that cannot be used
    │   ├── UnreadableFileError      missing, a folder, no permission, binary, damaged, wrong encoding
    │   ├── EmptyFileError           no header, or a header and no rows
    │   ├── MissingColumnError       a column that the table needs is not there
    │   ├── DuplicateColumnError     two columns claim the same meaning
    │   ├── AmbiguousDateError       day and month cannot be told apart
    │   ├── UnknownCurrencyError     not an ISO 4217 code
    │   ├── TooManyRejectedRowsError the table is bad, not a few of its rows
    │   └── ValidationError          rows break the rules of the table
    ├── SourceError                  a service that data come from
    │   ├── SourceAccessError        exit code 2: no access, wrong property, expired credentials, service not enabled
    │   ├── SourceFieldError         exit code 2: fields that the service does not know, or not together
    │   ├── QuotaExhaustedError      no more is answered today; what was read is kept
    │   └── SourceUnavailableError   it does not answer, or fails (retryable)
    ├── ConservationError            rows or money in are not rows or money out: a defect, never published
    ├── WarehouseError               the database
    │   ├── WarehouseBusyError       another program holds it (retryable)
    │   ├── WarehouseInterruptedError  the connection broke or a deadlock was resolved (retryable)
    │   ├── SchemaVersionError       written by another version of Payback
    │   └── DiskFullError            no room to finish; nothing was changed
    ├── AnalysisError                the data cannot answer the question
    ├── PublishingError              an output cannot be written
    └── DeliveryError                a mail or an alert did not reach the service that carries it

A message has up to five lines: what is wrong, where, what was found, what is allowed, and a hint with the way out.
Messages never carry a password or a personal value.
"""

from __future__ import annotations

from typing import ClassVar


class PaybackError(Exception):
    """Base of all errors that Payback raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong, one sentence.
    where : str, optional
        File, line and column, or the setting's name.
    got, allowed : str, optional
        What was found and what would have been accepted.
    hint : str, optional
        The way out: a command, an option or a setting.
    """

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        got: str | None = None,
        allowed: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.got = got
        self.allowed = allowed
        self.hint = hint

    def __str__(self) -> str:
        parts = [self.message]
        labels = (("where", self.where), ("got", self.got), ("allowed", self.allowed), ("hint", self.hint))
        parts += [f"  {label}: {text}" for label, text in labels if text]
        return "\n".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.__dict__))


def _rebuild(kind: type[PaybackError], message: str, state: dict[str, object]) -> PaybackError:
    """Make a pickled error again: keyword-only parameters do not survive the default."""
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class ConfigurationError(PaybackError):
    """A setting, an option or a secret is wrong."""

    exit_code = 2


class UsageError(ConfigurationError):
    """A call or a command line that cannot be carried out."""


class InputError(PaybackError):
    """A file or a frame that cannot be used."""


class UnreadableFileError(InputError):
    """A file is missing, a folder, protected, binary, damaged or in an unknown encoding."""


class EmptyFileError(InputError):
    """A file has no header, or a header and no rows."""


class MissingColumnError(InputError):
    """A column that the table needs is not there."""


class DuplicateColumnError(InputError):
    """Two columns claim the same meaning."""


class AmbiguousDateError(InputError):
    """Day and month cannot be told apart from the whole column."""


class UnknownCurrencyError(InputError):
    """A currency that is not an ISO 4217 code."""


class TooManyRejectedRowsError(InputError):
    """So many rows are unusable that the table, not the rows, is wrong."""


class ValidationError(InputError, ValueError):
    """Rows break the rules of their table; the message lists every broken rule.

    Attributes
    ----------
    broken : dict of str to int
        Rule -> number of rows that break it.
    """

    broken: dict[str, int]


class SourceError(PaybackError):
    """A service that data come from refuses or fails."""


class SourceAccessError(SourceError, ConfigurationError):
    """The service does not let us in: no access, wrong property, expired credentials, a service not enabled."""


class SourceFieldError(SourceError, ConfigurationError):
    """The service does not know a field, or does not give some fields together."""


class QuotaExhaustedError(SourceError):
    """The service answers no more today; what was read is kept, and the next run goes on from there."""


class SourceUnavailableError(SourceError):
    """The service does not answer, or fails; trying later may help."""

    retryable = True


class ConservationError(PaybackError):
    """Rows or money that went in did not come out: a defect in Payback, so nothing is published."""


class WarehouseError(PaybackError):
    """The database refused or failed."""


class WarehouseBusyError(WarehouseError):
    """Another program holds the database."""

    retryable = True


class WarehouseInterruptedError(WarehouseError):
    """The connection broke, or the server ended the transaction to resolve a deadlock; nothing was changed."""

    retryable = True


class SchemaVersionError(WarehouseError):
    """The database was written by another version of Payback."""


class DiskFullError(WarehouseError):
    """There is no room to finish; nothing was changed."""


class AnalysisError(PaybackError):
    """The data cannot answer the question that was asked."""


class PublishingError(PaybackError):
    """An output cannot be written."""


class DeliveryError(PaybackError):
    """A mail or an alert did not reach the service that carries it."""
