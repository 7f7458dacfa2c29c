-- The one spelling of each channel and campaign, by the spellings that occur: there are thousands of those and millions
-- of rows.
create or replace temp table ${target}_names as
with spellings as (
    select
        source, account, campaign_id, external_campaign_id, campaign_name, channel,
        count(*) as rows,
        max(date) filter (where coalesce(unread, ${value_reason}) is null) as last_day
    from ${relation}
    group by all
),
keyed as (
    select
        *,
        name_key(coalesce(channel, '')) as channel_key,
        tidy_name(coalesce(campaign_name, external_campaign_id, '(not set)')) as tidy,
        name_key(tidy) as spelling,
        coalesce('id ' || campaign_id::varchar, 'ext ' || external_campaign_id, 'name ' || spelling) as campaign
    from spellings
),
-- A campaign that was renamed has its last name; a name in several spellings has the most frequent one.
spelling_days as (
    select
        *,
        max(last_day) over (partition by source, account, campaign, spelling) as spelling_last_day,
        sum(rows) over (partition by source, account, campaign, tidy) as tidy_rows
    from keyed
),
-- A report without ids names campaigns that another report numbers: by its name, where only one campaign has that.
numbered_names as (
    select source, account, spelling, min(campaign_id) as campaign_id
    from keyed
    where external_campaign_id is not null
    group by all
    having count(distinct campaign_id) = 1
),
standards as (
    select
        s.source, s.account, s.campaign_id, s.external_campaign_id, s.campaign_name, s.channel,
        -- A channel that says "none" is none; the source then tells which it is, if it is an ad platform.
        coalesce(
            own.channel, every.channel, of_source.channel,
            case when not is_missing(s.channel) then tidy_name(s.channel) end, 'Unassigned'
        ) as channel_standard,
        own.channel is null and every.channel is null and not is_missing(s.channel) as is_unknown_channel,
        coalesce(n.campaign_id, s.campaign_id) as same_campaign,
        first(s.tidy) over (
            partition by s.source, s.account, s.campaign
            order by
                s.campaign_name is null, s.spelling_last_day desc nulls last, s.spelling, s.tidy_rows desc, s.tidy
        ) as name_standard
    from spelling_days s
    left join ${channels} own on own.source = s.source and own.spelling = s.channel_key
    left join ${channels} every on every.source = '*' and every.spelling = s.channel_key
    left join ${channels} of_source
        on is_missing(s.channel) and of_source.source = s.source and of_source.spelling = ''
    left join numbered_names n
        on s.external_campaign_id is null
        and n.source = s.source and n.account = s.account and n.spelling = s.spelling
)
select * from standards
