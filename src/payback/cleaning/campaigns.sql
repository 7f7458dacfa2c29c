-- Campaign rows, standardised and judged. Names and channels are worked out on their distinct spellings and joined
-- back: there are thousands of those and millions of rows.
create or replace temp table ${target} as
with loaded as (
    select * from ${relation}
),
channel_spellings as (
    select distinct source, channel, name_key(coalesce(channel, '')) as spelling from loaded
),
channel_names as (
    select
        s.source,
        s.channel,
        coalesce(own.channel, any_source.channel, tidy_name(s.channel), 'Unassigned') as standard,
        own.channel is null and any_source.channel is null as is_unknown
    from channel_spellings s
    left join ${channels} own on own.source = s.source and own.spelling = s.spelling
    left join ${channels} any_source on any_source.source = '*' and any_source.spelling = s.spelling
),
campaign_spellings as (
    select
        source, account, campaign_id, external_campaign_id, campaign_name,
        tidy_name(coalesce(campaign_name, external_campaign_id, '(not set)')) as tidy,
        count(*) as rows,
        max(date) as last_day
    from loaded
    group by all
),
campaign_keys as (
    select
        *,
        coalesce('id ' || campaign_id::varchar, 'ext ' || external_campaign_id, 'name ' || name_key(tidy)) as campaign,
        name_key(tidy) as spelling
    from campaign_spellings
),
-- A campaign that was renamed has its last name; a name in several spellings has the most frequent one.
spelling_days as (
    select
        *,
        max(last_day) over (partition by source, account, campaign, spelling) as spelling_last_day,
        sum(rows) over (partition by source, account, campaign, tidy) as tidy_rows
    from campaign_keys
),
campaign_names as (
    select
        source, account, campaign_id, external_campaign_id, campaign_name,
        first(tidy) over (
            partition by source, account, campaign
            order by spelling_last_day desc nulls last, spelling, tidy_rows desc, tidy
        ) as standard
    from spelling_days
),
standardised as (
    select
        l.* replace (
            coalesce(c.standard, 'Unassigned') as channel,
            n.standard as campaign_name
        ),
        coalesce(c.is_unknown, false) and l.channel is not null as is_unknown_channel
    from loaded l
    left join channel_names c on c.source is not distinct from l.source and c.channel is not distinct from l.channel
    left join campaign_names n
        on n.source is not distinct from l.source
        and n.account is not distinct from l.account
        and n.campaign_id is not distinct from l.campaign_id
        and n.external_campaign_id is not distinct from l.external_campaign_id
        and n.campaign_name is not distinct from l.campaign_name
),
repeated_hashes as (
    select row_hash from loaded group by row_hash having count(*) > 1
),
duplicates as (
    select row_id
    from loaded
    join repeated_hashes using (row_hash)
    qualify row_number() over (partition by row_hash order by row_id) > 1
),
report_days as (
    select distinct source, account, report, load_id, date from loaded
),
-- Days that two reports of one source both cover.
shared_days as (
    select source, account, date
    from report_days
    group by all
    having count(distinct report) > 1
),
reports_of_campaign_days as (
    select l.source, l.account, l.campaign_id, l.date, l.report, max(l.load_id) as load_id
    from loaded l
    join shared_days using (source, account, date)
    group by all
),
old_reports as (
    select *
    from reports_of_campaign_days
    qualify row_number() over (partition by source, account, campaign_id, date order by load_id desc, report desc) > 1
),
superseded as (
    select l.row_id
    from loaded l
    join old_reports o using (source, account, campaign_id, date, report)
),
usual as (
    select
        channel,
        currency,
        ${cost_bounds} as cost_bounds,
        ${revenue_bounds} as revenue_bounds
    from standardised
    group by all
),
looked_at as (
    select
        s.*,
        d.row_id is not null as is_duplicate,
        o.row_id is not null as is_superseded,
        coalesce(s.cost > 0 and ln(s.cost::double) not between u.cost_bounds[1] and u.cost_bounds[2], false)
            as is_outlier_cost,
        coalesce(s.revenue > 0 and ln(s.revenue::double) not between u.revenue_bounds[1] and u.revenue_bounds[2], false)
            as is_outlier_revenue
    from standardised s
    left join duplicates d using (row_id)
    left join superseded o using (row_id)
    left join usual u on u.channel = s.channel and u.currency is not distinct from s.currency
),
judged as (
    select
        * exclude (is_duplicate, is_superseded, is_outlier_cost, is_outlier_revenue, is_unknown_channel),
        coalesce(unread, ${reason}) as reason,
        nullif(concat_ws(',', ${flags}), '') as flags,
        nullif(concat_ws(',', ${notes}), '') as notes
    from looked_at
)
select * from judged
