-- Each campaign once: its latest name and channel, its days.
with
named as (
    select
        coalesce(campaign_id, 0) as campaign_id,
        coalesce(source, '') as source,
        coalesce(account, '') as account,
        coalesce(channel, '') as channel,
        campaign_name,
        date
    from ${relation}
    where date is not null
)
select
    campaign_id,
    source,
    account,
    coalesce(max(campaign_name) filter (date = last_day), max(campaign_name), '') as name,
    max(channel) filter (date = last_day) as channel,
    min(date) as first_day,
    max(date) as last_day
from (select *, max(date) over (partition by campaign_id, source, account) as last_day from named)
group by campaign_id, source, account
order by campaign_id, source, account
