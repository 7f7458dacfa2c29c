-- Campaign rows, standardised and judged. Names and channels are worked out on their distinct spellings and joined
-- back: there are thousands of those and millions of rows.
create or replace temp table ${target} as
with loaded as (
    select *, coalesce(unread, ${value_reason}) as value_reason from ${relation}
),
spellings as (
    select
        source, account, campaign_id, external_campaign_id, campaign_name, channel,
        count(*) as rows,
        max(date) filter (where value_reason is null) as last_day
    from loaded
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
),
standardised as (
    select
        l.* replace (s.channel_standard as channel, s.name_standard as campaign_name),
        s.is_unknown_channel,
        s.same_campaign
    from loaded l
    join standards s on ${same_spelling}
),
-- A row that is turned away for what it says pushes out no other.
survivors as (
    select * from standardised where value_reason is null
),
report_days as (
    select distinct source, account, report, date from survivors
),
-- Days that two reports of one source both cover.
shared_days as (
    select source, account, date
    from report_days
    group by all
    having count(*) > 1
),
reports_of_campaign_days as (
    select l.source, l.account, l.same_campaign, l.date, l.report, max(l.load_id) as load_id
    from survivors l
    join shared_days using (source, account, date)
    group by all
),
old_reports as (
    select *
    from reports_of_campaign_days
    qualify row_number() over (partition by source, account, same_campaign, date order by load_id desc, report desc) > 1
),
superseded as (
    select l.row_id
    from survivors l
    join old_reports o using (source, account, same_campaign, date, report)
),
repeated_hashes as (
    select row_hash from survivors group by row_hash having count(*) > 1
),
-- Copies of rows that an older report holds are no copies: they go with their report.
compared as (
    select row_id, source, account, row_hash
    from survivors
    join repeated_hashes using (row_hash)
    where not ${drops_superseded} or row_id not in (select row_id from superseded)
),
duplicates as (
    select row_id
    from compared
    qualify row_number() over (partition by source, account, row_hash order by row_id) > 1
),
usual as (
    select
        channel,
        currency,
        ${cost_bounds} as cost_bounds,
        ${revenue_bounds} as revenue_bounds
    from survivors
    where (not ${drops_superseded} or row_id not in (select row_id from superseded))
        and (not ${drops_duplicates} or row_id not in (select row_id from duplicates))
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
        * exclude (
            value_reason, same_campaign, is_duplicate, is_superseded, is_outlier_cost, is_outlier_revenue,
            is_unknown_channel
        ),
        coalesce(value_reason, ${relation_reason}) as reason,
        ${flags} as flags,
        ${notes} as notes
    from looked_at
)
select * from judged
