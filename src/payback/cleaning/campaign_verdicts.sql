-- What the rules say about campaign rows; nearly all rows break none, and have no line here.
create or replace temp table ${target}_verdicts as
-- A row that is turned away for what it says pushes out no other. Each step reads the few columns that it needs; kept
-- for all of them, the rows would be copied whole.
with valued as not materialized (
    select *, coalesce(unread, ${value_reason}) as value_reason from ${relation}
),
survivors as not materialized (
    select * from valued where value_reason is null
),
-- Only a source of several reports can report a day twice; where there is none, no days are looked at.
sources_of_reports as (
    select source, account
    from survivors
    group by all
    having count(distinct report) > 1
),
report_days as (
    select distinct source, account, report, date
    from survivors
    where exists (from sources_of_reports)
),
-- Days that two reports of one source both cover.
shared_days as (
    select source, account, date
    from report_days
    group by all
    having count(*) > 1
),
rows_of_shared_days as not materialized (
    select l.row_id, l.source, l.account, s.same_campaign, l.date, l.report, l.load_id
    from survivors l
    semi join shared_days using (source, account, date)
    join ${target}_names s on ${same_spelling}
),
reports_of_campaign_days as (
    select source, account, same_campaign, date, report, max(load_id) as load_id
    from rows_of_shared_days
    group by all
),
old_reports as (
    select *
    from reports_of_campaign_days
    qualify row_number() over (partition by source, account, same_campaign, date order by load_id desc, report desc) > 1
),
superseded as (
    select row_id
    from rows_of_shared_days
    join old_reports using (source, account, same_campaign, date, report)
),
-- A day that the platform reports on counts there, whether or not this campaign was in its report.
twin_days as (
    select distinct source as other_source, account as other_account, date
    from survivors
    where exists (from ${target}_twins)
        and (source, account) in (select (other_source, other_account) from ${target}_twins)
),
elsewhere as (
    select distinct l.row_id
    from survivors l
    join ${target}_twins s on ${same_spelling}
    join twin_days using (other_source, other_account, date)
    where exists (from ${target}_twins)
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
channels as (
    select distinct source, channel, channel_standard, is_unknown_channel from ${target}_names
),
usual as (
    select
        c.channel_standard,
        l.currency,
        ${cost_bounds} as cost_bounds,
        ${revenue_bounds} as revenue_bounds
    from survivors l
    join channels c on c.source is not distinct from l.source and c.channel is not distinct from l.channel
    where (not ${drops_superseded} or l.row_id not in (select row_id from superseded))
        and (not ${drops_duplicates} or l.row_id not in (select row_id from duplicates))
    group by all
),
currencies as (
    select distinct source, channel, currency from ${relation}
),
-- The same by channel as the rows spell it, so that one look-up is enough for them.
bounds as (
    select c.source, c.channel, m.currency, c.is_unknown_channel, u.cost_bounds, u.revenue_bounds
    from channels c
    join currencies m on m.source is not distinct from c.source and m.channel is not distinct from c.channel
    left join usual u on u.channel_standard = c.channel_standard and u.currency is not distinct from m.currency
),
looked_at as (
    select
        l.*,
        d.row_id is not null as is_duplicate,
        o.row_id is not null as is_superseded,
        e.row_id is not null as is_elsewhere,
        b.is_unknown_channel,
        coalesce(l.cost > 0 and ln(l.cost::double) not between b.cost_bounds[1] and b.cost_bounds[2], false)
            as is_outlier_cost,
        coalesce(l.revenue > 0 and ln(l.revenue::double) not between b.revenue_bounds[1] and b.revenue_bounds[2], false)
            as is_outlier_revenue
    from valued l
    left join duplicates d using (row_id)
    left join superseded o using (row_id)
    left join elsewhere e on e.row_id = l.row_id
    left join bounds b
        on b.source is not distinct from l.source
        and b.channel is not distinct from l.channel
        and b.currency is not distinct from l.currency
),
judged as (
    select
        row_id,
        coalesce(value_reason, ${relation_reason}) as reason,
        ${flags} as flags,
        ${notes} as notes
    from looked_at
)
select * from judged
where reason is not null or flags is not null or notes is not null
