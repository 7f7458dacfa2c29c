"""The same jobs with Payback.

python bench/with_payback.py JOB WORK_FOLDER
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

GROUPS = ("campaign", "channel", "day")


def loader(work):
    from payback import DataLoader

    return DataLoader(work / "payback")


def job_load(work):
    shutil.rmtree(work / "payback", ignore_errors=True)
    (work / "payback").mkdir()
    with loader(work) as payback:
        payback.import_file(work / "data" / "campaigns.csv")


def job_reload(work):
    with loader(work) as payback:
        report = payback.import_file(work / "data" / "campaigns.csv")
        assert report.status == "unchanged"  # noqa: S101


def job_changed_day(work):
    with loader(work) as payback:
        report = payback.import_file(work / "revised" / "campaigns.csv")
        assert report.slices_written == 1  # noqa: S101


def job_load_customers(work):
    with loader(work) as payback:
        payback.import_file(work / "data" / "customers.csv")


def job_clean_frame(work):
    import pandas as pd

    from payback.cleaning.data_cleaner import split_campaign_data

    result = split_campaign_data(pd.read_csv(work / "data" / "campaigns.csv", parse_dates=["date"]))
    print(len(result.clean), len(result.rejected))


def job_clean(work):
    """Into the warehouse and into Parquet files, as a run does."""
    from payback.pipeline.cleaning_step import clean_tables, write_processed

    with loader(work) as payback:
        clean_tables(payback)
        write_processed(payback)


def job_roi(work):
    """With intervals, verdicts, ranks and shares, which the plain version does not have."""
    import pyarrow.parquet as pq

    from payback.analysis.campaign_roi import campaign_roi

    with loader(work) as payback:
        for name in GROUPS:
            table = campaign_roi(payback.warehouse.engine, "clean_campaigns", name)
            pq.write_table(table, work / "payback" / f"roi_by_{name}.parquet")


def job_segments(work):
    import pyarrow.parquet as pq

    from payback.pipeline.segment_step import keep_segments, segment

    with loader(work) as payback:
        segments, profiles, model = segment(payback)
        keep_segments(payback, segments, model)
        pq.write_table(profiles, work / "payback" / "segment_profiles.parquet")


if __name__ == "__main__":
    job, folder = sys.argv[1:]
    globals()[f"job_{job}"](Path(folder))
