-- Campaign days as rows of campaigns: what GA4 saw come of them. It knows no cost here.
with added as (
    select
        left(campaign_name, 500) as campaign_name,
        left(external_campaign_id, 200) as external_campaign_id,
        coalesce(analytics_channel, channel) as channel,
        country,
        date,
        source,
        account,
        currency,
        null::decimal(18, 6) as cost,
        null::bigint as impressions,
        null::bigint as clicks,
        sum(conversions)::decimal(18, 6) as conversions,
        sum(revenue)::decimal(18, 6) as revenue,
        $1::varchar as report
    from campaign_days
    group by all
    having sum(conversions) <> 0 or sum(revenue) <> 0
)

select
    *,
    row_number() over (order by date, campaign_name, external_campaign_id, channel, country, currency) as row_number,
    ${row_hash} as row_hash
from added
