-- One look at the cube answers everything that a page shows, for both periods. The first grouping sets are few and leave
-- few rows; what the page needs is summed from those, with the expressions of metrics.py.
with
chosen as (
    select
        date, channel, campaign_id, source, country,
        date between $start and $end as is_now,
        date between $previous_start and $previous_end as is_before,
        ${measures}
    from ${cube}
    where
        currency = ${currency}
        and (date between $start and $end or date between $previous_start and $previous_end)
        ${filters}
),
parts as (
    select
        date, channel, campaign_id, source, country, is_now, is_before,
        case when grouping(date) = 0 then 'time' when grouping(campaign_id) = 0 then 'campaign' else 'country' end as kind,
        ${sums}
    from chosen
    group by grouping sets (
        (date, channel, is_now, is_before, ${known}),
        (campaign_id, source, is_now, is_before, ${known}),
        (country, is_now, is_before, ${known})
    )
),
periods as (
    select *, 'now' as period from parts where is_now
    union all
    select *, 'before' as period from parts where is_before
),
over_time as (
    select *, cast(date as varchar) as day, cast(cast(date_trunc('week', date) as date) as varchar) as week
    from periods
    where kind = 'time'
),
groups as (
    select
        case grouping(day, channel, week)
            when 7 then 'total' when 3 then 'day' when 5 then 'channel' when 4 then 'channel_week' else 'channel_day'
        end as breakdown,
        0 as number,
        list_filter([cast(channel as varchar), week, day], lambda part: part is not null) as key,
        period,
        [${metrics}] as amounts
    from over_time
    group by grouping sets ((period), (day, period), (channel, period), (channel, week, period), (channel, day, period))
    union all
    select
        case when grouping(source) = 0 then 'source' else 'campaign' end,
        coalesce(campaign_id, 0),
        [coalesce(cast(source as varchar), cast(campaign_id as varchar))],
        period,
        [${metrics}]
    from periods
    where kind = 'campaign'
    group by grouping sets ((campaign_id, period), (source, period))
    union all
    select 'country', 0, [cast(country as varchar)], period, [${metrics}]
    from periods
    where kind = 'country'
    group by country, period
),
paired as (
    select
        breakdown,
        number,
        key,
        any_value(amounts) filter (period = 'now') as now,
        any_value(amounts) filter (period = 'before') as before
    from groups
    group by breakdown, number, key
)
select
    breakdown,
    string_agg(cast(to_json({'key': key, 'now': now, 'before': before}) as varchar), ',' order by number, key) as groups
from paired
group by breakdown
