-- Sessions by day, campaign, source, medium, channel and country; orders and refunds on their own day.
with visited as (
    select
        day, source, medium, campaign, campaign_ref, analytics_channel, country,
        getvariable('currency')::varchar as currency,
        count(*) as sessions,
        count(*) filter (where is_engaged) as engaged_sessions,
        sum(engagement_ms) as engagement_ms,
        sum(duration_us) as duration_us,
        sum(page_views) as page_views,
        sum(key_events) as key_events,
        0 as transactions,
        null::decimal(38, 6) as revenue
    from ${sessions}
    group by all
),

sold as (
    select
        day, source, medium, campaign, campaign_ref, analytics_channel, country, currency,
        0 as sessions, 0 as engaged_sessions, 0 as engagement_ms, 0 as duration_us, 0 as page_views, 0 as key_events,
        sum(transactions) as transactions,
        sum(revenue) as revenue
    from ${sales}
    group by all
),

added as (
    select
        * exclude (sessions, engaged_sessions, engagement_ms, duration_us, page_views, key_events, transactions, revenue),
        sum(sessions) as sessions,
        sum(engaged_sessions) as engaged_sessions,
        sum(engagement_ms) as engagement_ms,
        sum(duration_us) as duration_us,
        sum(page_views) as page_views,
        sum(key_events) as key_events,
        sum(transactions) as transactions,
        sum(revenue) as revenue
    from (from visited union all by name from sold)
    group by all
),

-- Patterns are matched once for each combination, not for each day.
combinations as (
    select *, ${channel} as channel
    from (select distinct source, medium, campaign, ${version} as version_day from added)
)

select
    a.campaign as campaign_name,
    a.campaign_ref as external_campaign_id,
    a.source as traffic_source,
    a.medium as traffic_medium,
    c.channel,
    a.analytics_channel,
    c.channel = a.analytics_channel as channel_agrees,
    a.country,
    a.day as date,
    getvariable('source')::varchar as source,
    getvariable('account')::varchar as account,
    a.currency,
    a.sessions::bigint as sessions,
    a.engaged_sessions::bigint as engaged_sessions,
    (a.engagement_ms::decimal(21, 0) * 0.001)::decimal(18, 6) as engagement_seconds,
    (a.duration_us::decimal(24, 0) * 0.000001)::decimal(18, 6) as session_seconds,
    a.page_views::bigint as page_views,
    (a.key_events + a.transactions)::decimal(18, 6) as conversions,
    a.transactions::bigint as transactions,
    coalesce(a.revenue, 0)::decimal(18, 6) as revenue
from added as a
join combinations as c
    on a.source = c.source and a.medium = c.medium and a.campaign = c.campaign and ${version_of_a} = c.version_day
