-- Traffic as GA4 gives it, in text, to the columns of campaign_traffic. $1 is the property, $2 its currency, $3 the report.
with typed as (
    select
        strptime(date, '%Y%m%d')::date as date,
        -- GA4 puts names of its own into brackets where a campaign has no id.
        case when external_campaign_id not like '(%)' then nullif(external_campaign_id, '') end as external_campaign_id,
        nullif(campaign_name, '') as campaign_name,
        nullif(traffic_source, '') as traffic_source,
        nullif(traffic_medium, '') as traffic_medium,
        nullif(analytics_channel, '') as analytics_channel,
        nullif(nullif(country, ''), '(not set)') as country,
        sessions::bigint as sessions,
        engaged_sessions::bigint as engaged_sessions,
        engagement_seconds::decimal(18, 6) as engagement_seconds,
        -- A mean cannot be added up; what it is the mean of can.
        (average_seconds::double * sessions::bigint)::decimal(18, 6) as session_seconds,
        page_views::bigint as page_views,
        ${conversions} as conversions,
        ${transactions} as transactions,
        ${revenue} as revenue
    from ${answers}
),

-- The same row in two parts of a report that was asked for in halves, and brackets that became empty, are one row.
added as (
    select
        date, external_campaign_id, campaign_name, traffic_source, traffic_medium, analytics_channel, country,
        sum(sessions)::bigint as sessions,
        sum(engaged_sessions)::bigint as engaged_sessions,
        sum(engagement_seconds)::decimal(18, 6) as engagement_seconds,
        sum(session_seconds)::decimal(18, 6) as session_seconds,
        sum(page_views)::bigint as page_views,
        sum(conversions)::decimal(18, 6) as conversions,
        sum(transactions)::bigint as transactions,
        sum(revenue)::decimal(18, 6) as revenue
    from typed
    group by all
),

sources as (
    select distinct traffic_source, traffic_medium, campaign_name, date from added
),

ruled as (
    select *, ${channel} as channel from sources
),

named as (
    select
        added.*,
        ruled.channel,
        ruled.channel = added.analytics_channel as channel_agrees,
        'ga4' as source,
        $1::varchar as account,
        $2::varchar as currency,
        $3::varchar as report
    from added
    left join ruled
        on ruled.traffic_source is not distinct from added.traffic_source
        and ruled.traffic_medium is not distinct from added.traffic_medium
        and ruled.campaign_name is not distinct from added.campaign_name
        and ruled.date = added.date
)

select
    *,
    row_number() over (
        order by date, external_campaign_id, campaign_name, traffic_source, traffic_medium, analytics_channel, country
    ) as row_number,
    ${row_hash} as row_hash
from named
