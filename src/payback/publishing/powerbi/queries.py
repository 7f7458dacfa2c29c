"""Where Power BI reads the rows of a table: expressions in M, its query language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payback.publishing.powerbi.model import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payback.publishing.powerbi.model import ModelColumn
    from payback.publishing.powerbi.options import ProjectOptions

DATA_FOLDER, SERVER, DATABASE = "DataFolder", "Server", "Database"
RANGE_START, RANGE_END = "RangeStart", "RangeEnd"
VIEW_PREFIX = "powerbi_"

_TYPES = {
    "int64": "Int64.Type",
    "decimal": "Currency.Type",
    "double": "number",
    "string": "text",
    "dateTime": "date",
    "boolean": "logical",
}


def text(value: str) -> str:
    """Return a text as M writes it.

    Control characters and ``#(`` would be read as something else, so they are spelled.

    Examples
    --------
    >>> print(text('a "b" c'))
    "a ""b"" c"
    """
    spelled = value.replace("#(", "#(#)(").replace('"', '""')
    return '"' + "".join(letter if letter.isprintable() else f"#({ord(letter):08x})" for letter in spelled) + '"'


def parameters(options: ProjectOptions, data_folder: str) -> tuple[Parameter, ...]:
    """Return the parameters that the queries of a project use."""
    found = _places(options, data_folder)
    if options.incremental:
        for name, year, words in ((RANGE_START, 2000, "First"), (RANGE_END, 2100, "End of the")):
            moment = f"#datetime({year}, 1, 1, 0, 0, 0)"
            found.append(
                Parameter(name, _parameter(moment, "DateTime"), f"{words} moment of the rows to load; set by Power BI.")
            )
    return tuple(found)


def file_query(file: str) -> str:
    """Return the query of a table that lies in one Parquet file."""
    return _lines(
        [f"Source = Parquet.Document(File.Contents({DATA_FOLDER} & {_backslash(file + '.parquet')}))"], "Source"
    )


def months_query(folder: str, columns: Sequence[ModelColumn]) -> str:
    """Return the query of a table whose months lie in files of their own, told apart by their names.

    Power BI sets the range; files outside of it are never opened.
    """
    month = "#datetime(Number.FromText(Text.Start([Name], 4)), Number.FromText(Text.Middle([Name], 5, 2)), 1, 0, 0, 0)"
    names = ", ".join(f"{identifier(column.name)} = {_TYPES[column.type]}" for column in columns)
    return _lines(
        [
            f"Files = Folder.Files({DATA_FOLDER} & {_backslash(folder)})",
            'Months = Table.SelectRows(Files, each [Extension] = ".parquet")',
            f'Dated = Table.AddColumn(Months, "Month", each {month})',
            f"Chosen = Table.SelectRows(Dated, each [Month] >= {RANGE_START} and [Month] < {RANGE_END})",
            # Without a file there must still be the columns.
            f"Empty = #table(type table [{names}], {{}})",
            "Read = List.Transform(Chosen[Content], each Parquet.Document(Binary.Buffer(_)))",
            "Rows = Table.Combine({Empty} & Read)",
        ],
        "Rows",
    )


def view_query(view: str, columns: Sequence[ModelColumn], *, by_range: bool) -> str:
    """Return the query of a table or view of MySQL, of the chosen range of days where it is read by ranges."""
    steps = [
        f"Source = MySQL.Database({SERVER}, {DATABASE}, [ReturnSingleDatabase = true])",
        f"Rows = Source{{[Schema = {DATABASE}, Item = {text(view)}]}}[Data]",
    ]
    if by_range:
        day = identifier(columns[0].name, field=True)
        # Right after the navigation, so that the server does it.
        test = f"{day} >= Date.From({RANGE_START}) and {day} < Date.From({RANGE_END})"
        steps.append(f"Chosen = Table.SelectRows(Rows, each {test})")
    truths = ", ".join(f"{{{text(column.name)}, type logical}}" for column in columns if column.type == "boolean")
    if truths:
        # MySQL has numbers for true and false.
        before = "Chosen" if by_range else "Rows"
        steps.append(f"Typed = Table.TransformColumnTypes({before}, {{{truths}}})")
    return _lines(steps, steps[-1].partition(" ")[0])


def identifier(name: str, *, field: bool = False) -> str:
    """Return a name of a column as M writes it.

    Examples
    --------
    >>> identifier("Cost Value"), identifier("Date", field=True)
    ('#"Cost Value"', '[Date]')
    """
    if field:
        return f"[{name}]"
    return name if name.isidentifier() and name.isascii() else '#"' + name.replace('"', '""') + '"'


def _places(options: ProjectOptions, data_folder: str) -> list[Parameter]:
    if options.source == "parquet":
        words = "Full path of the folder data of this project. Change it where the project was moved or copied."
        return [Parameter(DATA_FOLDER, _parameter(text(data_folder), "Text"), words)]
    return [
        Parameter(
            SERVER, _parameter(text(options.server), "Text"), "Name of the MySQL server, with :port where needed."
        ),
        Parameter(DATABASE, _parameter(text(options.database), "Text"), "Name of the MySQL database."),
    ]


def _parameter(value: str, kind: str) -> str:
    return f'{value} meta [IsParameterQuery = true, Type = "{kind}", IsParameterQueryRequired = true]'


def _backslash(name: str) -> str:
    # Power BI Desktop runs on Windows only.
    return text("\\" + name)


def _lines(steps: Sequence[str], result: str) -> str:
    body = ",\n".join(f"    {step}" for step in steps)
    return f"let\n{body}\nin\n    {result}"
