-- Days on which a campaign's cost or revenue lies far from its other days. Median and MAD, so that the unusual day does
-- not hide itself; Iglewicz & Hoaglin (1993) call 3.5 such deviations an outlier, and campaign days are heavy-tailed, so
-- 6 are asked for, and twice the median. Days without the campaign are not looked at.
with
days as (
    select
        campaign_id, source, account, currency, date,
        cast(sum(cost) as double) as cost,
        cast(sum(revenue) as double) as revenue
    from ${cube}
    group by all
),
measured as (
    select campaign_id, source, account, currency, date, 'cost' as measure, cost as value from days where cost <> 0
    union all
    select campaign_id, source, account, currency, date, 'revenue', revenue from days where revenue <> 0
),
usual as (
    select
        campaign_id, source, account, currency, measure,
        median(value) as centre,
        1.4826 * mad(value) as spread
    from measured
    group by all
    having count(*) >= 14
),
far as (
    select distinct campaign_id, source, account, date
    from measured
    inner join usual using (campaign_id, source, account, currency, measure)
    where spread > 0 and abs(value - centre) > 6 * spread and abs(value) > 2 * abs(centre)
)
select campaign_id, source, account, list(cast(date as varchar) order by date desc)[: $most] as days
from far
group by all
