-- One row for each report of each source: what was loaded, which days are missing, which flags its days carry.
with
-- A day that is still to come was loaded as it stood and rejected by cleaning: it would stretch every calendar.
last_days as (
    select coalesce(source, '') as source, greatest(max(date), $today) as last_day from clean_campaigns group by 1
),
slices as (
    select
        loads.source, loads.account, loads.report, loads.rows, loads.loaded_at,
        string_split(coalesce(loads.flags, ''), ',') as flags,
        loads.day > coalesce(last_days.last_day, $today) as is_future,
        case when loads.day <= coalesce(last_days.last_day, $today) then loads.day end as day
    from loads
    left join last_days using (source)
),
summed as (
    select
        source,
        account,
        report,
        min(day) as first_day,
        max(day) as last_day,
        count(distinct day) as days,
        coalesce(max(day) - min(day) + 1 - count(distinct day), 0) as missing_days,
        sum(rows)::bigint as rows,
        max(loaded_at) as loaded_at,
        count(*) filter (is_future) as future_days
    from slices
    group by all
),
days_of_reports as (
    select source, account, report, day, sum(rows)::bigint as rows
    from slices
    where day is not null
    group by all
),
latest as (
    select * from days_of_reports
    qualify row_number() over (partition by source, account, report order by day desc) <= $days
),
calendars as (
    select source, account, report, map_from_entries(list((day, rows) order by day)) as calendar
    from latest
    group by all
),
flagged as (
    -- A flag may carry a figure in brackets: sampled(0.350).
    select source, account, report, regexp_replace(trim(flag), '[(].*', '') as flag, count(distinct day) as days
    from (select source, account, report, day, unnest(flags) as flag from slices)
    where trim(flag) <> ''
    group by all
),
flag_days as (
    select source, account, report, map_from_entries(list((flag, days) order by flag)) as flags
    from flagged
    group by all
)
select summed.*, flag_days.flags, calendars.calendar
from summed
left join flag_days using (source, account, report)
left join calendars using (source, account, report)
order by source, account, report
