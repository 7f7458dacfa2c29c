-- The campaigns with the most cost for whose cells there is room, beside the cells of the others summed up.
create or replace temp table kept_campaigns as
with
-- Amounts of different currencies are never added; shares of their totals can be.
shares as (
    select
        campaign_id, channel, source, account, currency, count(*) as cells,
        cast(sum(cost) as double) / nullif(cast(sum(sum(cost)) over (partition by currency) as double), 0) as cost,
        cast(sum(revenue) as double) / nullif(cast(sum(sum(revenue)) over (partition by currency) as double), 0)
            as revenue
    from ${cube}
    group by campaign_id, channel, source, account, currency
),
campaigns as (
    select
        campaign_id, channel, source, account, cast(sum(cells) as bigint) as cells,
        round(coalesce(sum(cost), 0), 12) as cost, round(coalesce(sum(revenue), 0), 12) as revenue
    from shares
    group by campaign_id, channel, source, account
),
-- What the others take at most: one cell a day, channel, source, currency and pattern of unknown measures.
folded as (
    select count(*) as cells
    from (
        select distinct
            date, channel, source, currency,
            cost is null, impressions is null, clicks is null, conversions is null, revenue is null
        from ${cube}
    )
),
ranked as (
    select *, sum(cells) over (order by cost desc, revenue desc, campaign_id, channel, source, account) as so_far
    from campaigns
)
select
    campaign_id, channel, source, account,
    so_far <= $cells - (select cells from folded) as kept,
    -dense_rank() over (order by channel, source) as other_id
from ranked
