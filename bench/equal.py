"""Check that both sides came to the same result; a quicker answer that differs is worth nothing.

Rows and money are counted from the CSV files with Python's csv module and decimals, and compared with what each side
stored. ROI is compared group by group, segments by the adjusted Rand index and by the inertia of their centres over
all customers.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from plain_pandas import FEATURES, GROUPS, STORES

from payback.engine.duckdb import Engine

CENT = Decimal("0.01")
CLOSE = 1e-9
RATIOS = ("roi", "roas", "cpa", "cpc", "ctr", "cvr")


class DifferentResultsError(Exception):
    """The sides disagree."""


def totals_of_file(path: Path) -> dict[str, str]:
    """Return rows and exact sums of a CSV file; kept beside it, because counting ten million lines takes a while."""
    kept = path.with_suffix(".totals.json")
    if kept.exists() and kept.stat().st_mtime_ns > path.stat().st_mtime_ns:
        return json.loads(kept.read_text(encoding="utf-8"))
    rows, sums = 0, defaultdict(Decimal)
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        places = {name: header.index(name) for name in ("cost", "revenue") if name in header}
        for line in lines:
            rows += 1
            for name, place in places.items():
                if line[place]:
                    sums[name] += Decimal(line[place])
    found = {"rows": str(rows), **{name: str(value) for name, value in sums.items()}}
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def totals_in_payback(work: Path, table: str, where: str = "true") -> dict[str, str]:
    columns = [name for name in ("cost", "revenue") if name == "revenue" or "campaigns" in table]
    sums = ", ".join(f"sum({name}) as {name}" for name in columns)
    with Engine(work / "payback" / "payback.duckdb", read_only=True) as engine:
        found = engine.records(f"select count(*) as rows, {sums} from {table} where {where}")[0]
    return {name: str(value) for name, value in found.items()}


def totals_in_pandas(work: Path, kind: str, table: str) -> dict[str, str]:
    """Return rows and sums of a table of floats: each float is the cents that it was read from."""
    columns = [name for name in ("cost", "revenue") if name == "revenue" or "campaigns" in table]
    folder = work / f"pandas-{kind}"
    if kind == "sqlite":
        cents = ", ".join(f"sum(cast(round({name} * 100) as integer))" for name in columns)
        with closing(sqlite3.connect(folder / "marketing.sqlite")) as connection:
            rows, *sums = connection.execute(f"select count(*), {cents} from {table}").fetchone()
    else:
        cents = ", ".join(f"sum(cast(round({name} * 100) as bigint))" for name in columns)
        with Engine() as engine:
            rows, *sums = engine.row(f"select count(*), {cents} from read_parquet('{folder / table}.parquet')")
    return {"rows": str(rows)} | {
        name: str(Decimal(int(value)) / 100) for name, value in zip(columns, sums, strict=True)
    }


def check_totals(work: Path, kinds: list[str]) -> list[str]:
    """Compare what was loaded with the files, and what came out of cleaning on both sides."""
    said = []
    for table, file in (("campaigns", "revised/campaigns.csv"), ("customers", "data/customers.csv")):
        wanted = totals_of_file(work / file)
        _same(f"{table} as loaded", wanted, totals_in_payback(work, table))
        for kind in kinds:
            _same(f"{table} in {kind}", wanted, totals_in_pandas(work, kind, table))
        clean = totals_in_payback(work, f"clean_{table}")
        for kind in kinds:
            _same(f"clean {table} in {kind}", clean, totals_in_pandas(work, kind, f"clean_{table}"))
        said.append(f"{table}: {wanted['rows']} rows loaded, {clean['rows']} clean, sums equal to the cent")
    return said


def _same(what: str, wanted: dict[str, str], found: dict[str, str]) -> None:
    for name, value in wanted.items():
        if abs(Decimal(value) - Decimal(found[name])) >= CENT:
            raise DifferentResultsError(f"{what}: {name} is {found[name]}, not {value}")


def check_roi(work: Path, kind: str) -> list[str]:
    """Compare sums and ratios of every group."""
    said = []
    for name, by in GROUPS.items():
        keys = ["date" if key == "day" else key for key in by]
        ours = pq.read_table(work / "payback" / f"roi_by_{name}.parquet").to_pandas().rename(columns={"day": "date"})
        theirs = STORES[kind](work / f"pandas-{kind}").read(f"roi_by_{name}")
        for frame in (ours, theirs):
            if "date" in frame:
                frame["date"] = pd.to_datetime(frame["date"])
        both = ours.merge(theirs, on=keys, how="outer", suffixes=("", "_plain"), indicator=True)
        if not (both["_merge"] == "both").all():
            raise DifferentResultsError(f"ROI by {name}: the groups differ")
        for money in ("cost", "revenue", "profit"):
            gap = (both[money].astype(float) - both[f"{money}_plain"]).abs().max()
            _require(gap < 0.005, f"{money} by {name} differs by {gap}")
        worst = max(_relative_gap(both, ratio) for ratio in RATIOS)
        _require(worst < CLOSE, f"ratios by {name} differ by {worst}")
        said.append(f"ROI by {name}: {len(both)} groups, largest relative difference {worst:.1e}")
    return said


def _relative_gap(both: pd.DataFrame, ratio: str) -> float:
    ours, theirs = both[ratio].astype(float), both[f"{ratio}_plain"].astype(float)
    if not (ours.isna() == theirs.isna()).all():
        return float("inf")
    return float(((ours - theirs).abs() / theirs.abs().clip(lower=1e-12)).max())


def check_segments(work: Path, kind: str) -> tuple[str, float, float]:
    """Return in words, as index and as ratio how near the segments and their inertia are."""
    with Engine(work / "payback" / "payback.duckdb", read_only=True) as engine:
        ours = engine.arrow(
            f"select customer_id, segment, {', '.join(FEATURES)} from customer_segments "
            "join clean_customers using (customer_id) order by customer_id"
        ).to_pandas()
    theirs = STORES[kind](work / f"pandas-{kind}").read("customer_segments").sort_values("customer_id")
    _require((ours["customer_id"].to_numpy() == theirs["customer_id"].to_numpy()).all(), "the customers differ")
    features = ours[FEATURES].to_numpy(dtype=float)
    values = np.sign(features) * np.log1p(np.abs(features))
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    ours, theirs = ours["segment"].to_numpy(dtype=int), theirs["segment"].to_numpy(dtype=int)
    index, ratio = rand_index(ours, theirs), inertia(values, ours) / inertia(values, theirs)
    _require(index > 0.98, f"the segments differ: adjusted Rand index {index:.4f}")
    _require(ratio < 1.001, f"the inertia is {ratio:.5f} of that of k-means over all rows")
    return f"segments: adjusted Rand index {index:.4f}, inertia {ratio:.6f} of the plain one", index, ratio


def rand_index(left: np.ndarray, right: np.ndarray) -> float:
    """Return the adjusted Rand index (Hubert and Arabie 1985): 1 for the same groups, 0 for chance."""
    table = np.zeros((left.max() + 1, right.max() + 1))
    np.add.at(table, (left, right), 1)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / pairs(np.array([len(left)], dtype=float))
    return (together - expected) / ((rows + columns) / 2 - expected)


def inertia(values: np.ndarray, labels: np.ndarray) -> float:
    """Return the sum of squared distances to the means of the groups."""
    parts = (values[labels == label] for label in np.unique(labels))
    return float(sum(((part - part.mean(axis=0)) ** 2).sum() for part in parts))


def main() -> None:
    """Compare what was done; jobs that were left out leave nothing to compare."""
    work, kinds = Path(sys.argv[1]), sys.argv[2:]
    with Engine(work / "payback" / "payback.duckdb", read_only=True) as engine:
        filled = {table for table in ("clean_campaigns", "clean_customers", "customer_segments")
                  if engine.row(f"select count(*) from {table}")[0]}  # fmt: skip
    if {"clean_campaigns", "clean_customers"} <= filled:
        print("\n".join(check_totals(work, kinds)))
    if (work / "payback" / "roi_by_day.parquet").exists():
        for kind in kinds:
            print("\n".join(check_roi(work, kind)))
    if "customer_segments" in filled:
        print(check_segments(work, kinds[-1])[0])


def _require(fine: bool, what: str) -> None:
    if not fine:
        raise DifferentResultsError(what)


if __name__ == "__main__":
    main()
