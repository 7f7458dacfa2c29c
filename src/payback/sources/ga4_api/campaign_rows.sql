-- Outcomes of campaigns, and the cost that GA4 knows of them, to the columns of campaigns.
-- $1 is the property, $2 its currency, $3 the report.
with outcomes as (
    select
        date, external_campaign_id, campaign_name, analytics_channel as channel,
        sum(sessions) as sessions, sum(conversions) as conversions, sum(revenue) as revenue
    from ${traffic}
    group by all
),

costs as (
    select
        strptime(date, '%Y%m%d')::date as date,
        case when external_campaign_id not like '(%)' then nullif(external_campaign_id, '') end as external_campaign_id,
        nullif(campaign_name, '') as campaign_name,
        nullif(analytics_channel, '') as channel,
        cost::decimal(18, 6) as cost,
        clicks::bigint as clicks,
        impressions::bigint as impressions
    from ${answers}
),

-- Cost that comes without a channel goes to that of most sessions of the campaign's day: it counts once.
largest as (
    select date, external_campaign_id, campaign_name, max_by(channel, (sessions, channel)) as channel
    from outcomes
    group by all
),

placed as (
    select costs.* replace (coalesce(costs.channel, largest.channel) as channel)
    from costs
    left join largest
        on largest.date = costs.date
        and largest.external_campaign_id is not distinct from costs.external_campaign_id
        and largest.campaign_name is not distinct from costs.campaign_name
),

both_sides as (
    select date, external_campaign_id, campaign_name, channel, conversions, revenue,
        null::decimal(18, 6) as cost, null::bigint as clicks, null::bigint as impressions
    from outcomes
    union all
    -- A campaign that cost money and brought no visit brought nothing: GA4 leaves out rows of zeros.
    select date, external_campaign_id, campaign_name, channel, ${no_conversions}, ${no_revenue},
        cost, clicks, impressions
    from placed
),

added as (
    select
        date, external_campaign_id, campaign_name, channel,
        sum(conversions)::decimal(18, 6) as conversions,
        sum(revenue)::decimal(18, 6) as revenue,
        sum(cost)::decimal(18, 6) as cost,
        sum(clicks)::bigint as clicks,
        sum(impressions)::bigint as impressions
    from both_sides
    group by all
),

named as (
    select
        *,
        'ga4' as source,
        $1::varchar as account,
        $2::varchar as currency,
        null::varchar as country,
        $3::varchar as report
    from added
)

select
    *,
    row_number() over (order by date, external_campaign_id, campaign_name, channel) as row_number,
    ${row_hash} as row_hash
from named
