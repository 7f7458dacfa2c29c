"""The page to compare `payback serve` with: the same charts in Streamlit and Plotly, written the usual way.

One query a chart on one DuckDB connection that is kept, as Streamlit's own guide has it. The file of the cube comes in
the environment variable CUBE.
"""

import os
from datetime import timedelta

import duckdb
import plotly.express as px
import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def database():
    connection = duckdb.connect(os.environ["DATABASE"], read_only=True)
    connection.execute("set memory_limit = '2GB'")
    return connection


def frame(sql, *values):
    return database().cursor().execute(sql, values).df()


names = frame("select distinct channel from cube order by 1")["channel"].tolist()
last = frame("select max(date) as day from cube")["day"][0].date()
channels = st.pills("Channels", names, selection_mode="multi")
start = last - timedelta(days=89)
before = start - timedelta(days=90)
where = "date between ? and ?" + (" and list_contains(?, channel)" if channels else "")


def over(sql, first, end):
    return frame(sql.format(where=where), first, end, *([channels] if channels else []))


totals = "select sum(cost) as cost, sum(revenue) as revenue, sum(conversions) as conversions from cube where {where}"
now, then = over(totals, start, last).iloc[0], over(totals, before, start - timedelta(days=1)).iloc[0]
for column, name in zip(st.columns(5), ("revenue", "cost", "profit", "roas", "conversions"), strict=True):
    value, old = (
        row["revenue"] - row["cost"]
        if name == "profit"
        else row["revenue"] / row["cost"]
        if name == "roas"
        else row[name]
        for row in (now, then)
    )
    column.metric(name.capitalize(), f"{value:,.2f}", f"{value / old - 1:+.1%}" if old else None)

sums = "sum(cost)::double as cost, sum(revenue)::double as revenue"
by_day = f"select date, {sums} from cube where {{where}} group by 1 order by 1"
left, right = st.columns([2, 1])
left.plotly_chart(px.line(over(by_day, start, last), x="date", y=["cost", "revenue"], title="Revenue and cost"))
by_channel = (
    f"select channel, {sums}, sum(revenue)::double - sum(cost)::double as profit, sum(clicks)::double as clicks, "
    "sum(impressions)::double as impressions from cube where {where} group by 1 order by 4"
)
groups, groups_then = over(by_channel, start, last), over(by_channel, before, start - timedelta(days=1))
merged = groups.merge(groups_then, on="channel", suffixes=("", "_before"))
merged["change"] = merged["profit"] - merged["profit_before"]
right.plotly_chart(px.bar(merged, x="change", y="channel", title="What changed profit"))
st.dataframe(merged)
campaigns = over(
    "select campaign_id, any_value(channel) as channel, sum(cost)::double as cost, sum(revenue)::double / "
    "sum(cost)::double as roas, sum(conversions)::double as conversions from cube where {where} group by 1",
    start,
    last,
)
st.plotly_chart(px.scatter(campaigns, x="cost", y="roas", color="channel", size="conversions", log_x=True, log_y=True))
weeks = over(
    "select channel, date_trunc('week', date) as week, sum(revenue)::double / sum(cost)::double as roas "
    "from cube where {where} group by 1, 2",
    start,
    last,
)
st.plotly_chart(px.imshow(weeks.pivot_table(index="channel", columns="week", values="roas")))
