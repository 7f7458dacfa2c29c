-- From campaign rows to one row a group: metrics, day-to-day interval, shares, rank and verdict.
with
entered as (
    ${entered}
),
parts as (
    -- Within a part each measure is known throughout or nowhere, so the expressions of metrics.py hold on parts as
    -- they hold on rows; and parts are few. The campaign's names are told apart until the last one is known.
    select
        ${group_columns},
        count(*) as row_count,
        min(date) as first_day,
        max(date) as last_day,
        ${sums}
    from entered
    where date between $from_day and $to_day
    group by
        ${group_columns},
        cost is null,
        impressions is null,
        clicks is null,
        conversions is null,
        revenue is null
),
measured as (
    select
        ${keys},
        ${latest_name}
        min(first_day) as first_day,
        max(last_day) as last_day,
        cast(sum(row_count) as bigint) as row_count,
        ${metrics}
    from parts
    group by ${keys}
),
by_day as (
    -- The day is the unit of chance: what campaigns of a group earn on one day is one observation.
    select
        ${keys},
        date,
        cast(sum(case when cost is not null then revenue end) as double) as revenue,
        cast(sum(case when revenue is not null then cost end) as double) as cost
    from entered
    where date between $from_day and $to_day
    group by ${keys}, date
),
six_sums as (
    select
        ${keys},
        count(*) as days_with_rows,
        count(revenue) as days,
        sum(revenue) as revenue,
        sum(cost) as cost,
        sum(revenue * revenue) as revenue_squared,
        sum(cost * cost) as cost_squared,
        sum(revenue * cost) as revenue_by_cost
    from by_day
    group by ${keys}
),
quantiled as (
    select six_sums.*, quantiles.t
    from six_sums
    left join ${quantiles} as quantiles on quantiles.days = six_sums.days
),
intervals as (
    ${interval}
),
joined as (
    select
        measured.*,
        intervals.days_with_rows as days,
        intervals.days as known_days,
        intervals.cost as known_cost,
        intervals.roas_error,
        -- Sums of doubles depend in their last digits on the order of threads; nine digits do not.
        round(intervals.roas_low, 9) as roas_low,
        round(intervals.roas_high, 9) as roas_high
    from measured
    inner join intervals on ${same_keys}
),
judged as (
    select
        joined.*,
        case
            when cost is null or cost <= 0 then 'no cost'
            when known_cost is null or known_cost <= 0 then 'revenue unknown'
        end as without_interval,
        case when known_days < $minimum_days then known_days || ' of ' || $minimum_days || ' days' end as few_days,
        case
            when conversions < $minimum_conversions
            then cast(floor(conversions) as bigint) || ' of ' || $minimum_conversions || ' conversions'
        end as few_conversions
    from joined
),
bounded as (
    select
        judged.*,
        case when sufficient then roas_low - 1 end as roi_low,
        case when sufficient then roas_high - 1 end as roi_high
    from (
        select
            judged.*,
            without_interval is null
            and few_days is null
            and few_conversions is null as sufficient
        from judged
    ) as judged
)
select
    ${columns},
    first_day,
    last_day,
    days,
    row_count as "rows",
    ${complete}
    ${metric_names},
    cast(cost as double) / nullif(cast(sum(cost) over same_currency as double), 0) as share_of_cost,
    cast(revenue as double) / nullif(cast(sum(revenue) over same_currency as double), 0) as share_of_revenue,
    row_number() over (partition by ${scope} order by ${best_first}) as rank,
    ${rank_in_channel}
    roi_low,
    roi_high,
    case when sufficient then roas_low end as roas_low,
    case when sufficient then roas_high end as roas_high,
    case
        when without_interval is not null then without_interval
        when not sufficient
        then 'not enough data: ' || concat_ws(', ', few_days, few_conversions)
        when roas_error = 0 then 'no difference between days'
    end as interval_note,
    case
        when without_interval is not null then without_interval
        when roi_low > $target_roi then 'pays back'
        when roi_high < $target_roi then 'loses'
        else 'can''t tell yet'
    end as verdict
    ${hidden_keys}
from bounded
window same_currency as (partition by currency)
