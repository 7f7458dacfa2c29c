-- What the property knows about each day, straight from its facts.
select
    day,
    sum(sessions) as sessions,
    sum(engaged) as engaged_sessions,
    sum(views) as views,
    count(distinct user_number) as users,
    sum(key_events) as key_events,
    sum(purchases) as purchases,
    sum(cents) as cents,
    sum(refund_cents) as refund_cents,
    sum(ad_cents) as ad_cents,
    sum(ad_clicks) as ad_clicks,
    sum(ad_impressions) as ad_impressions
from seen
where day between ? and ?
group by day
order by day
