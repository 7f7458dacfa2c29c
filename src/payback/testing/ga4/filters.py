"""Filters of a request as SQL: names from our own catalogue, values as parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payback.testing.refusal import invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_OPERATIONS = {
    "EQUAL": "=",
    "LESS_THAN": "<",
    "LESS_THAN_OR_EQUAL": "<=",
    "GREATER_THAN": ">",
    "GREATER_THAN_OR_EQUAL": ">=",
}
EMPTY = ("(not set)", "")


def field_names(expression: Any) -> list[str]:
    """Return the fields that a filter reads, each once.

    Parameters
    ----------
    expression : google.analytics.data_v1beta.types.FilterExpression
        Filter of dimensions or of metrics.
    """
    return list(dict.fromkeys(_field_names(expression)))


def _field_names(expression: Any) -> Iterator[str]:
    kind = _kind(expression)
    if kind == "filter":
        yield expression.filter.field_name
    elif kind == "not_expression":
        yield from _field_names(expression.not_expression)
    elif kind:
        for part in getattr(expression, kind).expressions:
            yield from _field_names(part)


def condition(expression: Any, columns: Mapping[str, str], parameters: list[object]) -> str:
    """Return a filter as an SQL condition; "true" where there is none.

    Parameters
    ----------
    expression : google.analytics.data_v1beta.types.FilterExpression
        Filter.
    columns : mapping of str to str
        SQL for each field.
    parameters : list
        Gets the values in the order of their question marks.

    Raises
    ------
    Refusal
        The filter says nothing, or not enough.
    """
    kind = _kind(expression)
    if not kind:
        return "true"
    if kind == "filter":
        return _one(expression.filter, columns[expression.filter.field_name], parameters)
    if kind == "not_expression":
        return f"not ({condition(expression.not_expression, columns, parameters)})"
    parts = [condition(part, columns, parameters) for part in getattr(expression, kind).expressions]
    word = " and " if kind == "and_group" else " or "
    return "(" + word.join(parts or ["true"]) + ")"


def _kind(expression: Any) -> str | None:
    return type(expression).pb(expression).WhichOneof("expr") if expression else None


def _one(test: Any, column: str, parameters: list[object]) -> str:
    kind = type(test).pb(test).WhichOneof("one_filter")
    if kind == "string_filter":
        return _text(test.string_filter, column, parameters)
    if kind == "in_list_filter":
        return _listed(test.in_list_filter, column, parameters)
    if kind == "numeric_filter":
        operation = _OPERATIONS.get(test.numeric_filter.operation.name)
        if operation is None:
            raise invalid("NumericFilter operation must be specified.")
        parameters.append(_number(test.numeric_filter.value))
        return f"coalesce(try_cast({column} as double) {operation} ?, false)"
    if kind == "between_filter":
        parameters += [_number(test.between_filter.from_value), _number(test.between_filter.to_value)]
        return f"coalesce(try_cast({column} as double) between ? and ?, false)"
    if kind == "empty_filter":
        return f"{column} in {EMPTY}"
    raise invalid("Missing filter specification.")


def _number(value: Any) -> float:
    return float(value.int64_value or value.double_value)


def _listed(test: Any, column: str, parameters: list[object]) -> str:
    if not test.values:
        raise invalid("InListFilter values must be non-empty.")
    values: Sequence[str] = list(test.values)
    parameters.append(values if test.case_sensitive else [value.lower() for value in values])
    return f"list_contains(?, {_cased(column, test)})"


def _text(test: Any, column: str, parameters: list[object]) -> str:
    match = test.match_type.name
    if match in ("FULL_REGEXP", "PARTIAL_REGEXP"):
        parameters += [test.value, "c" if test.case_sensitive else "i"]
        function = "regexp_full_match" if match == "FULL_REGEXP" else "regexp_matches"
        return f"{function}({column}, ?, '{parameters.pop()}')"
    parameters.append(test.value if test.case_sensitive else test.value.lower())
    function = {"BEGINS_WITH": "starts_with", "ENDS_WITH": "ends_with", "CONTAINS": "contains"}.get(match, "")
    value = _cased(column, test)
    return f"{function}({value}, ?)" if function else f"{value} = ?"


def _cased(column: str, test: Any) -> str:
    return column if test.case_sensitive else f"lower({column})"
