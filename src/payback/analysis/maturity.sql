-- How much of its final value a day has reached after so many days. $1 is the source, $2 the account (null for all),
-- $3 the table, $4 the largest age to tell of, $5 the first day that is not final yet.
with finals as (
    select source, account, report, date as day, sum(sessions) as sessions, sum(conversions) as conversions,
        sum(revenue) as revenue
    from ${rows}
    where source = $1 and account = coalesce($2, account) and date < $5
    group by all
),

own as (
    select r.*
    from revisions r
    where r.table_name = $3 and r.source = $1 and r.account = coalesce($2, r.account) and r.day < $5
),

-- What was read otherwise by us says nothing about the source: the story of such a day begins after it.
begun as (
    select source, account, report, day, max(revised_at) as at
    from own
    where cause = 'settings'
    group by all
),

told as (
    select own.*
    from own
    left join begun using (source, account, report, day)
    where begun.at is null or own.revised_at > begun.at
),

states as (
    select source, account, report, day, age_days_before as age, sessions_before as sessions,
        conversions_before as conversions, revenue_before as revenue
    from told
    union all
    select source, account, report, day, age_days, sessions_after, conversions_after, revenue_after
    from told
    union all
    -- A day that was never revised had its final value when it was first read.
    select f.source, f.account, f.report, f.day, date_diff('day', f.day, l.loaded_at::date), f.sessions, f.conversions,
        f.revenue
    from finals f
    join loads l
        on l.table_name = $3 and l.source = f.source and l.account = f.account and l.report = f.report and l.day = f.day
    anti join told on told.source = f.source and told.account = f.account and told.report = f.report and told.day = f.day
),

ages as (
    select unnest(range(1, $4::bigint + 1)) as age_days
),

known as (
    select
        ages.age_days, s.source, s.account, s.report, s.day,
        max_by(s.sessions, s.age) as sessions,
        max_by(s.conversions, s.age) as conversions,
        max_by(s.revenue, s.age) as revenue
    from ages
    join states s on s.age <= ages.age_days
    group by all
)

select
    known.age_days,
    count(*) as days,
    sum(known.sessions)::double / nullif(sum(f.sessions), 0) as sessions,
    sum(known.conversions)::double / nullif(sum(f.conversions), 0) as conversions,
    sum(known.revenue)::double / nullif(sum(f.revenue), 0) as revenue
from known
join finals f using (source, account, report, day)
group by known.age_days
order by known.age_days
