-- What each group earned beyond or below its own ROAS on each day, as a share of its whole cost. The variance of ROAS
-- is n / (n - 1) times the sum of their squares; of a difference of two ROAS, the same of the differences of the
-- residuals, day by day, so that a holiday or a price change that hits both groups cancels.
with
entered as (
    ${entered}
),
by_day as (
    select
        ${keys},
        date,
        cast(sum(revenue) as double) as revenue,
        cast(sum(cost) as double) as cost
    from entered
    where date between $from_day and $to_day
        and revenue is not null
        and cost is not null
    group by ${keys}, date
),
totals as (
    select
        ${keys},
        sum(revenue) as revenue,
        sum(cost) as cost
    from by_day
    group by ${keys}
    having sum(cost) > 0
),
residuals as (
    select
        by_day.*,
        (by_day.revenue - totals.revenue / totals.cost * by_day.cost) / totals.cost as residual
    from by_day
    inner join totals on ${same_keys}
)
select
    groups_of_report.position,
    date_diff('day', $from_day, residuals.date) as day_number,
    residuals.residual
from residuals
inner join ${groups} as groups_of_report on ${same_groups}
