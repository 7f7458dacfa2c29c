-- Campaign days as rows of campaign_traffic.
with named as (
    select
        left(campaign_name, 500) as campaign_name,
        left(external_campaign_id, 200) as external_campaign_id,
        left(traffic_source, 500) as traffic_source,
        left(traffic_medium, 500) as traffic_medium,
        * exclude (campaign_name, external_campaign_id, traffic_source, traffic_medium),
        $1::varchar as report
    from campaign_days
)

select
    *,
    row_number() over (
        order by date, campaign_name, external_campaign_id, traffic_source, traffic_medium, analytics_channel, country, currency
    ) as row_number,
    ${row_hash} as row_hash
from named
