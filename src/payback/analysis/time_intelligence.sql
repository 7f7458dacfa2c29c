-- Metrics of each period and each of its windows, one row a period and group.
with
entered as (
    ${entered}
),
parts as (
    -- Within a part each measure is known throughout or nowhere, so the expressions of metrics.py hold on parts.
    select
        ${keys},
        ${latest_name}
        date,
        ${sums}
    from entered
    group by
        ${keys},
        date,
        cost is null,
        impressions is null,
        clicks is null,
        conversions is null,
        revenue is null
),
measured as (
    select
        windows.first_day,
        windows.window_name,
        ${keys},
        ${any_name}
        ${metrics}
    from parts
    inner join payback_windows as windows on windows.day = parts.date
    group by windows.first_day, windows.window_name, ${keys}
),
beside_each_other as (
    select
        first_day,
        ${keys},
        ${any_name}
        ${windows}
    from measured
    group by first_day, ${keys}
)
select
    ${period}
    ${columns},
    ${figures}
from beside_each_other
inner join payback_periods using (first_day)
order by first_day, ${keys}
