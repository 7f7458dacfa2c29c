"""The specification written as most people write it today: pandas, scikit-learn, and a store for the tables.

The store is a SQL database (SQLite, through ``to_sql`` and ``read_sql``), as the specification asks for, or a folder of
Parquet files, which is the quickest that pandas can do and no database. Rules and metrics are those of Payback, so
that results can be compared; what Payback does besides (exact decimals, row numbers, rejected rows with their text,
slices that are replaced whole, confidence intervals) is left out.

    python bench/plain_pandas.py JOB WORK_FOLDER {sqlite,parquet}
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

FEATURES = ["sessions", "pages_per_session", "transactions", "revenue"]
ADDITIVE = ["cost", "impressions", "clicks", "conversions", "revenue"]
GROUPS = {"campaign": ["campaign_id", "campaign_name"], "channel": ["channel"], "day": ["date"]}
SPELLINGS = Path(__file__).parents[1] / "src" / "payback" / "cleaning"


class ParquetStore:
    """Tables as files."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, name, df):
        """Write a table."""
        df.to_parquet(self.folder / f"{name}.parquet", index=False)

    def read(self, name, columns=None):
        """Return a table, or some columns of it."""
        return pd.read_parquet(self.folder / f"{name}.parquet", columns=columns)


class SqliteStore:
    """Tables in a database file."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "marketing.sqlite"

    def save(self, name, df):
        """Write a table."""
        with closing(sqlite3.connect(self.path)) as connection:
            df.to_sql(name, connection, if_exists="replace", index=False, chunksize=100_000)

    def read(self, name, columns=None):
        """Return a table, or some columns of it."""
        wanted = ", ".join(columns) if columns else "*"
        dates = ["date"] if "campaigns" in name and (columns is None or "date" in columns) else None
        with closing(sqlite3.connect(self.path)) as connection:
            return pd.read_sql(f"select {wanted} from {name}", connection, parse_dates=dates)


STORES = {"sqlite": SqliteStore, "parquet": ParquetStore}


def spellings(name, column):
    with (SPELLINGS / f"{name}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("source", "*") == "*"]
    return {row["spelling"].lower().replace("-", " ").replace("_", " "): row[column] for row in rows}


def standard(values, known):
    key = values.str.lower().str.replace(r"[\s_-]+", " ", regex=True).str.strip()
    return key.map(known)


def tidy(values):
    return values.str.replace(r"\s+", " ", regex=True).str.strip()


def unusual(df, column, group=None):
    """Tukey's fences on logarithms, for each group of at least twenty."""
    logs = np.log(df[column].where(df[column] > 0))
    groups = logs.groupby(df[group] if group else np.zeros(len(df)))
    low, high = groups.quantile(0.25), groups.quantile(0.75)
    spread = 3.0 * (high - low).clip(lower=0.5)
    enough = groups.count() >= 20
    low, high = (low - spread).where(enough, -np.inf), (high + spread).where(enough, np.inf)
    if not group:
        return (logs < low.iloc[0]) | (logs > high.iloc[0])
    return (logs < df[group].map(low)) | (logs > df[group].map(high))


def split(df, reasons, flags):
    reason = np.select(list(reasons.values()), list(reasons), default="")
    clean = df.assign(**flags)[reason == ""]
    rejected = df.assign(reason=reason)[reason != ""]
    return clean, rejected


def clean_campaigns(df):
    duplicate = df.duplicated()
    df = df.assign(
        channel=standard(df["channel"], spellings("channels", "channel"))
        .fillna(tidy(df["channel"]))
        .fillna("Unassigned"),
        campaign_name=tidy(df["campaign_name"]),
    )
    reasons = {
        "missing_date": df["date"].isna(),
        "future_date": df["date"] > pd.Timestamp.today() + pd.Timedelta(days=1),
        "date_too_old": df["date"] < pd.Timestamp("1990-01-01"),
        "negative_impressions": df["impressions"] < 0,
        "negative_clicks": df["clicks"] < 0,
        "duplicate_row": duplicate,
    }
    flags = {
        "missing_cost": df["cost"].isna(),
        "missing_revenue": df["revenue"].isna(),
        "negative_cost": df["cost"] < 0,
        "negative_revenue": df["revenue"] < 0,
        "negative_conversions": df["conversions"] < 0,
        "clicks_above_impressions": df["clicks"] > df["impressions"],
        "conversions_above_clicks": df["conversions"] > df["clicks"],
        "outlier_cost": unusual(df, "cost", "channel"),
        "outlier_revenue": unusual(df, "revenue", "channel"),
    }
    return split(df, reasons, flags)


def clean_customers(df):
    duplicate = df.duplicated()
    df = df.assign(
        gender=standard(df["gender"], spellings("genders", "gender")).fillna("unknown"),
        country=standard(df["country"], spellings("countries", "country")).fillna(tidy(df["country"])),
        age_band=pd.cut(
            df["age"],
            [-1, 17, 24, 34, 44, 54, 64, 120],
            labels=["under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65+"],
        ).astype("str"),
    )
    reasons = {
        "missing_customer": df["customer_id"].isna(),
        "negative_sessions": df["sessions"] < 0,
        "negative_transactions": df["transactions"] < 0,
        "duplicate_row": duplicate,
        "duplicate_customer": df.duplicated("customer_id", keep="last"),
    }
    flags = {
        "negative_revenue": df["revenue"] < 0,
        "negative_pages_per_session": df["pages_per_session"] < 0,
        "negative_duration": df["avg_session_duration"] < 0,
        "unlikely_age": (df["age"] < 0) | (df["age"] > 120),
        "missing_revenue": df["revenue"].isna(),
        "outlier_revenue": unusual(df, "revenue"),
    }
    return split(df, reasons, flags)


def calculate_roi(df, by):
    groups = df.groupby(by)
    roi = groups[ADDITIVE].sum()
    # Where the revenue is missing, the cost does not count either.
    known = df[df["revenue"].notna() & df["cost"].notna()].groupby(by)[["cost", "revenue"]].sum()
    roi["profit"] = known["revenue"] - known["cost"]
    roi["roi"] = roi["profit"] / known["cost"].replace(0, np.nan)
    roi["roas"] = known["revenue"] / known["cost"].replace(0, np.nan)
    roi["cpa"] = roi["cost"] / roi["conversions"].replace(0, np.nan)
    roi["cpc"] = roi["cost"] / roi["clicks"].replace(0, np.nan)
    roi["ctr"] = roi["clicks"] / roi["impressions"].replace(0, np.nan)
    roi["cvr"] = roi["conversions"] / roi["clicks"].replace(0, np.nan)
    return roi.reset_index().sort_values("roi", ascending=False)


def segment(df):
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    features = df[FEATURES].to_numpy(dtype=float)
    scaled = StandardScaler().fit_transform(np.sign(features) * np.log1p(np.abs(features)))
    model = KMeans(n_clusters=3, n_init=10, random_state=42)
    labels = model.fit_predict(scaled)
    best_first = df["revenue"].groupby(labels).mean().sort_values(ascending=False).index
    number = {label: place for place, label in enumerate(best_first, 1)}
    segments = df[["customer_id"]].assign(segment=pd.Series(labels, index=df.index).map(number))
    profiles = df.assign(segment=segments["segment"]).groupby("segment")[FEATURES].agg(["median", "mean", "sum"])
    profiles.columns = ["_".join(column) for column in profiles.columns]
    return segments, profiles.reset_index()


def job_load(work, store, folder="data"):
    store.save("campaigns", pd.read_csv(work / folder / "campaigns.csv", parse_dates=["date"]))


def job_reload(work, store):
    job_load(work, store)


def job_changed_day(work, store):
    job_load(work, store, "revised")


def job_load_customers(work, store):
    store.save("customers", pd.read_csv(work / "data" / "customers.csv"))


def job_clean_frame(work, store):  # noqa: ARG001 - a frame comes in and frames go out; nothing is stored
    clean, rejected = clean_campaigns(pd.read_csv(work / "data" / "campaigns.csv", parse_dates=["date"]))
    print(len(clean), len(rejected))


def job_clean(work, store):  # noqa: ARG001
    for name, clean in (("campaigns", clean_campaigns), ("customers", clean_customers)):
        kept, rejected = clean(store.read(name))
        store.save(f"clean_{name}", kept)
        store.save(f"rejected_{name}", rejected)


def job_roi(work, store):  # noqa: ARG001
    used = ["campaign_id", "campaign_name", "channel", "date", *ADDITIVE]
    df = store.read("clean_campaigns", used)
    for name, by in GROUPS.items():
        store.save(f"roi_by_{name}", calculate_roi(df, by))


def job_segments(work, store):  # noqa: ARG001
    segments, profiles = segment(store.read("clean_customers"))
    store.save("customer_segments", segments)
    store.save("segment_profiles", profiles)


def job_run(work, store):
    job_load(work, store)
    job_load_customers(work, store)
    job_clean(work, store)
    job_roi(work, store)
    job_segments(work, store)


if __name__ == "__main__":
    job, folder, kind = sys.argv[1:]
    place = f"pandas-{kind}-run" if job == "run" else f"pandas-{kind}"
    globals()[f"job_{job}"](Path(folder), STORES[kind](Path(folder) / place))
