-- The report with what each group brought in the period before, and how much that differs.
with
report as (
    ${report}
),
entered as (
    ${entered}
),
parts as (
    select
        ${keys},
        ${sums}
    from entered
    where date between $previous_start and $previous_end
    group by
        ${keys},
        cost is null,
        revenue is null
),
previous as (
    select
        ${keys},
        ${metrics}
    from parts
    group by ${keys}
),
aligned as (
    select
        report.*,
        ${previous_first} as previous_start,
        ${previous_last} as previous_end
    from report
)
select
    aligned.*,
    ${comparable} as comparable,
    previous.cost as previous_cost,
    previous.revenue as previous_revenue,
    previous.roi as previous_roi,
    -- From nothing, or from less than nothing, no percentage leads anywhere.
    case
        when previous.cost > 0 then cast(aligned.cost - previous.cost as double) / cast(previous.cost as double)
    end as cost_change,
    case
        when previous.revenue > 0
        then cast(aligned.revenue - previous.revenue as double) / cast(previous.revenue as double)
    end as revenue_change,
    aligned.roi - previous.roi as roi_change
from aligned
left join previous on ${same_keys}
