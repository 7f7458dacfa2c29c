"""Writes docs/reference/ from the code: `make docs`. A test compares the pages with what this gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payback.cleaning.rules import CAMPAIGN_RULES, CUSTOMER_RULES
from payback.cli.main import payback
from payback.config.files import dotted
from payback.config.schema import allowed, has_format, known, setting, settings_schema
from payback.metrics import METRICS, sql
from payback.publishing.powerbi.dax import dax
from payback.publishing.powerbi.facts import CAMPAIGN_PERFORMANCE
from payback.tables import LOADED_TABLES, TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDER = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/generate_reference.py; change the code and run `make docs`. -->"
ENTRY = "FileSettings"


def pages() -> dict[str, str]:
    """Return the pages by file name."""
    return {
        "configuration.md": configuration(),
        "tables.md": tables(),
        "metrics.md": metrics(),
        "cli.md": commands(),
    }


def configuration() -> str:
    """Return the page of every setting."""
    sections: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key in known():
        sections.setdefault(key[:-1], []).append(key)
    parts = ["# Configuration", MADE, _CONFIGURATION]
    for section, keys in sections.items():
        name = dotted(section) if section else "Without a section"
        parts += [f"## {name}", _sentence(section)] if section else [f"## {name}"]
        parts.append(_grid(("setting", "values", "default", "meaning"), [_setting(key) for key in keys]))
        parts += _rules() if section == ("cleaning",) else []
    entry = settings_schema()["$defs"][ENTRY]
    rows = [_row(name, ("files", "*", name)) for name in entry["properties"]]
    parts += [
        '## files."pattern"',
        entry["description"],
        _FILES,
        _grid(("setting", "values", "default", "meaning"), rows),
    ]
    return _page(parts)


def commands() -> str:
    """Return the page of every command and option, and of the JSON that each prints."""
    parts = ["# Commands", MADE, _COMMANDS, *_command(payback, "payback")]
    context = click.Context(payback)
    for name in payback.list_commands(context):
        command = payback.get_command(context, name)
        parts += _command(command, f"payback {name}")
        for inner in getattr(command, "commands", {}).values():
            parts += _command(inner, f"payback {name} {inner.name}")
        if name in _JSON:
            parts.append(_JSON[name])
    return _page(parts)


def _command(command: Any, name: str) -> list[str]:
    text = " ".join((command.help or "").split())
    rows = [
        (f"`{', '.join(option.opts)}`", option.help or "", _option_default(option))
        for option in command.params
        if isinstance(option, click.Option)
    ]
    arguments = "".join(f" {option.make_metavar(click.Context(command))}" for option in command.params
                        if isinstance(option, click.Argument))  # fmt: skip
    table = [_grid(("option", "meaning", "default"), rows)] if rows else []
    return [f"## {name}{arguments}", text, *table]


def _option_default(option: Any) -> str:
    if isinstance(option.show_default, str):
        return option.show_default
    shown = option.default if isinstance(option.default, str | int) and not isinstance(option.default, bool) else ""
    return f"`{shown}`" if shown != "" else ""


_COMMANDS = """\
Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 failed, 2 usage or configuration. An expected failure shows a
message, never a traceback. Every command that prints data takes `--json`; the keys below are stable: new ones may be added,
none is renamed or removed within a major version. A command that fails before it has anything to print gives `error` (the
message), `reason` (its class) and `exit_code`.

Shell completion: `eval "$(_PAYBACK_COMPLETE=bash_source payback)"` in bash, `zsh_source` and `fish_source` for the others."""

_JSON = {
    "load": """\
`--json` prints one object. `files` has one object for each file:

| key | meaning |
| --- | --- |
| `path`, `table`, `source` | the file, the table its rows went to, the source they are of |
| `status` | `loaded`, `unchanged` (this content is loaded already; the numbers are those of its load), `dry run`, `failed` |
| `rows_read` | data rows of the file, always `rows_loaded + rows_rejected` |
| `rows_loaded`, `rows_rejected` | rows in the table, rows in `rejected_rows` |
| `sums` | `cost` and `revenue` of the loaded rows as exact decimal strings; null where the table has no such column |
| `mapping` | our column: header of the file |
| `unused` | headers that no column took |
| `rejected` | reason: rows |
| `warnings` | what a person should know, a sentence each |
| `slices_written`, `slices_unchanged` | slices that were replaced, and that were as before |
| `dialect` | how the file was read: format, encoding, delimiter, header line, sheet |
| `seconds` | duration |
| `error`, `reason`, `exit_code` | only where `status` is `failed` |""",
    "ga4": """\
`--json` prints for

| command | keys |
| --- | --- |
| `plan` | `properties`: `property_id`, `first_day`, `last_day`, `days`, `new_days`, `calls`, `reports`, `tokens`, `seconds`, `hours`, `quota_days`, `measured` (false: guesses, the property was never read) |
| `fetch` | `properties`: `property_id`, `status` (`done`, `unchanged`, `stopped` for want of quota, `failed`), `days_read`, `days_changed`, `days_left`, `rows`, `first_day`, `last_day`, `calls`, `reports`, `tokens`, `flags` (flag: days), `unexplained`, `warnings`, `error`, `seconds` |
| `check` | `compared`, `unexplained`, and `differences`: `account`, `day`, `measure`, `currency`, `warehouse_value`, `independent_value`, `difference`, `explained_by` |
| `revisions` | `revisions` (rows of that table, the newest first) and `maturity`: `age_days`, `days`, and the shares `sessions`, `conversions`, `revenue` |""",
    "run": """\
`--json` prints the run record:

| key | meaning |
| --- | --- |
| `run_id`, `version`, `started_at`, `finished_at`, `seconds` | the run; times are UTC |
| `status` | `done`, `unchanged`, `failed` |
| `steps` | for each of extract (where GA4 is set up), load, clean, roi, segments, publish: `step`, `status`, `seconds`, `rows_in`, `rows_out`, `rows_rejected`, `peak_memory_mb`, `slowest_query`, `note`, `error` |
| `files` | as `payback load` prints them |
| `rows` | for each table and currency where its rows and its money went |
| `outputs` | `name`, `format`, `path` of each file that was written |
| `warnings`, `error`, `error_rate`, `peak_memory_mb`, `fingerprint`, `dry_run` | what they say |""",
    "roi": """\
`--json` prints `by`, `rows`, `total` and `totals`. Rows carry the names of [metrics](metrics.md); money and counts are numbers
with all their digits, ratios are numbers, what is undefined is null. `total` is the row of everything; where the data holds
several currencies it is null, and `totals` has a row for each.""",
    "segments": """\
`--json` prints `n_clusters`, `segments` (a row each: `segment`, `segment_name`, `customers`, `share_of_customers`, `revenue`,
`share_of_revenue`, median and mean of each feature, `sentence`) and `choice` (the candidates of `--n-clusters auto`, else
null).""",
    "rejected": """\
`--json` prints `reasons` (the table `data_quality`) and `rows` (the first rows of `rejected_rows`).""",
    "runs": """\
`--json` prints `runs`, the newest first; with a run id the record of that run.""",
    "doctor": """\
`--json` prints `ok` and `checks`: `name`, `status` (ok, warn, fail), `found`, `hint`. Exit code 1 where a check fails.""",
}


def _rules() -> list[str]:
    pages = (("campaigns", CAMPAIGN_RULES), ("customers", CUSTOMER_RULES))
    rows = [(table, f"`{rule.name}`", rule.severity, rule.words) for table, rules in pages for rule in rules]
    return [_RULES, _grid(("table", "rule", "default", "what it asks"), rows)]


_RULES = """\
`reject` turns a row away into `rejected_rows`, `flag` keeps it and writes the rule's name beside it, `note` only counts
it, `off` does not look. The rules:"""

_CONFIGURATION = """\
Every setting has a default, so a project needs no configuration file. The strongest source wins:

1. option of the command line,
2. environment variable: `PAYBACK_`, then the parts of the name in capitals with `__` between them:
   `PAYBACK_PATHS__RAW_DATA`, `PAYBACK_CURRENCY`; lists as `csv,excel`, maps as JSON,
3. `config/local/*.yaml`: values for this machine alone, kept out of git,
4. `config/config.yaml` and `config/database_config.yaml`, of equal rank,
5. default.

`payback config show` prints each value and where it came from. An unknown name, a value of a wrong type and a
misspelt `PAYBACK_` variable are refused with the file, the line and the nearest known name.

In a file, `${NAME}` takes an environment variable, `${NAME:-text}` one with a default, `$${` writes the signs
themselves. A password belongs into such a variable; one in the file works and gives a warning. Paths are relative
to the project folder. Plain words stay what they are: `off`, `NO` and `0123` need no quotes."""

_FILES = """\
A pattern fits the name of a file or the end of its path. Of patterns that fit the same file, later ones replace values
of earlier ones. Example:

```yaml
files:
  "meta/*.csv":
    source: meta
    currency: EUR
    columns:
      campaign_name: Ad set
      cost: Spend micros / 1000000
```"""


def _sentence(key: tuple[str, ...]) -> str:
    return str((setting(key) or {})["description"])


def _setting(key: tuple[str, ...]) -> tuple[str, ...]:
    return _row(key[-1], key)


def _row(name: str, key: tuple[str, ...]) -> tuple[str, ...]:
    node = setting(key) or {}
    default = "" if has_format(key, "password") else _default(node.get("default"))
    return f"`{name}`", allowed(node).replace(" or null", ", or empty"), default, _sentence(key)


def _default(value: Any) -> str:
    if value in (None, {}, []):
        return ""
    return f"`{', '.join(value)}`" if isinstance(value, list) else f"`{value}`"


def tables() -> str:
    """Return the page of every table."""
    parts = ["# Tables", MADE, _TABLES]
    for table in TABLES.values():
        parts += [f"## {table.name}", f"{table.description} One row is {table.grain}."]
        if table.primary_key:
            parts.append(f"Key: {', '.join(f'`{name}`' for name in table.primary_key)}.")
        parts.append(_grid(("column", "type", "meaning"), [_column(table, name) for name in table.names]))
        if table in LOADED_TABLES:
            parts += ["Headers that are recognised:", _headers(table)]
    return _page(parts)


_TABLES = """\
Types: `integer` has 64 bit, `decimal` 18 digits of which 6 stand behind the point, `number` is a double, `timestamp`
is UTC. Money is in the currency of its row. The same tables stand in every warehouse and in the published files."""


def _column(table: Table, name: str) -> tuple[str, ...]:
    column = table[name]
    kind = f"{column.type}, {column.unit}" if column.unit else column.type
    return f"`{name}`", kind, column.description + (" Required." if column.required else "")


def _headers(table: Table) -> str:
    known_names = [(column.name, sorted(set(column.synonyms))) for column in table.readable if column.synonyms]
    return "\n".join(f"- `{name}`: {', '.join(synonyms)}" for name, synonyms in known_names)


def metrics() -> str:
    """Return the page of every metric."""
    rows = [(f"`{one.name}`", one.label, one.formula, one.unit, one.better, one.definition) for one in METRICS.values()]
    parts = ["# Metrics", MADE, _METRICS, _grid(("name", "label", "formula", "unit", "good news", "meaning"), rows)]
    parts += ["## In SQL", "Over the rows of `clean_campaigns`:"]
    parts.append("```sql\n" + "\n".join(f"{sql(metric)} as {metric.name}" for metric in METRICS.values()) + "\n```")
    measures = [f"{one.label} = {dax(CAMPAIGN_PERFORMANCE, one)}" for one in METRICS.values()]
    parts += ["## In DAX", "In the Power BI project:", "```dax\n" + "\n".join(measures) + "\n```"]
    return _page(parts)


_METRICS = """\
A metric is defined once, in `metrics.py`; SQL, the workbook, the report and Power BI take it from there. A ratio is
a sum divided by a sum, over the rows in which all its parts are known; division by zero gives no value. A distinct
count is never summed."""


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
