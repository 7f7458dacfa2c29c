-- Campaign rows with the names and channels that came in files of their own: those of the same source, else those of
-- whichever source alone knows the id. The last version of a name counts.
with versions as (
    select
        source, account, external_campaign_id, campaign_name, channel,
        row_number() over (
            partition by source, external_campaign_id
            order by
                try_cast(changed_at as timestamp) desc nulls last, changed_at desc nulls last,
                load_id desc, row_number desc
        ) as version
    from campaign_details
),
latest as (
    select source, external_campaign_id, campaign_name, channel from versions where version = 1
),
known_once as (
    select
        external_campaign_id,
        any_value(campaign_name) as campaign_name,
        any_value(channel) as channel
    from latest
    group by external_campaign_id
    having count(*) = 1
),
named as (
    select
        c.* replace (
            coalesce(c.campaign_name, own.campaign_name, other.campaign_name) as campaign_name,
            coalesce(c.channel, own.channel, other.channel) as channel
        )
    from campaigns c
    left join latest own on own.source = c.source and own.external_campaign_id = c.external_campaign_id
    left join known_once other on other.external_campaign_id = c.external_campaign_id
)
select * from named
