-- Everything that is seen, a row a session, refund or advertised day, for those who want to add it up themselves.
select
    seen.day as date,
    names.campaign_name as campaign,
    names.source,
    names.medium,
    names.channel,
    countries.name as country,
    devices.name as device,
    seen.sessions,
    seen.user_number as person,
    seen.is_new,
    seen.engaged as engaged_sessions,
    seen.views,
    seen.key_events,
    seen.purchases,
    cast(seen.cents as decimal(18, 2)) / 100 as gross_revenue,
    cast(seen.refund_cents as decimal(18, 2)) / 100 as refunds,
    cast(seen.ad_cents as decimal(18, 2)) / 100 as ad_cost,
    seen.ad_clicks,
    seen.ad_impressions
from seen
join names on names.number = seen.session_source
join countries on countries.number = seen.country
join devices on devices.number = seen.device
