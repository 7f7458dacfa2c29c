-- Rows of clean campaigns summed into cells in which each measure is known throughout or nowhere, so the expressions of
-- metrics.py give the same figures on cells as on rows. Names may change with time, so they are no part of a cell.
with
named as (
    select
        date,
        coalesce(campaign_id, 0) as campaign_id,
        coalesce(channel, '') as channel,
        coalesce(source, '') as source,
        coalesce(account, '') as account,
        coalesce(country, '') as country,
        coalesce(currency, '${unknown}') as currency,
        ${measures}
    from ${relation}
),
cells as (
    select
        date, currency, campaign_id, channel, source, account, country,
        ${sums}
    from named
    where date is not null
    group by date, currency, campaign_id, channel, source, account, country, ${known}
)
select * from cells
