-- What the property shows of the facts today. A day of age 0 is today, of which only the minutes so far are there.
-- Where nothing comes late, every past day is as old as it gets.
create or replace temp view seen as
with aged as (
    select
        facts.*,
        date_diff('day', day, getvariable('today')) as days_ago,
        case when getvariable('comes_late') then days_ago else 100000 end as age
    from facts
    where day <= getvariable('today') and day >= getvariable('kept_from')
),

visible as (
    select *
    from aged
    where
        age >= coalesce(arrives_after, 0)
        and (leaves_after is null or age < leaves_after)
        and (days_ago > 0 or minute <= getvariable('minute'))
        and (ad_clicks is null or sessions is not null or day >= getvariable('ads_kept_from'))
)

select
    day,
    coalesce(sessions, 0) as sessions,
    user_number,
    coalesce(is_new, false) as is_new,
    -- Until its source is known, a session belongs to none.
    case when age < attributed_after then -1 else session_source end as session_source,
    first_source,
    coalesce(country, 0) as country,
    coalesce(device, -1) as device,
    coalesce(age_of_person, 0) as age,
    coalesce(gender, 0) as gender,
    coalesce(views, 0) as views,
    coalesce(engaged, 0) as engaged,
    coalesce(engagement_seconds, 0) as engagement_seconds,
    coalesce(duration_seconds, 0) as duration_seconds,
    coalesce(events, 0) as events,
    case when age < credited_after then 0 else coalesce(purchases, 0) end as purchases,
    case when age < credited_after then 0 else coalesce(key_events, 0) end as key_events,
    case when age < credited_after then 0 else coalesce(cents, 0) end as cents,
    coalesce(refund_cents, 0) as refund_cents,
    -- Clicks that turn out to be invalid are paid back within three days.
    coalesce(case when age < 3 then ad_cents + ad_cents // 50 else ad_cents end, 0) as ad_cents,
    ad_clicks is not null and sessions is null and refund_cents is null as advertised,
    coalesce(ad_clicks, 0) as ad_clicks,
    coalesce(ad_impressions, 0) as ad_impressions,
    coalesce(item, 0) as item,
    coalesce(sample, 0) as sample
from visible
