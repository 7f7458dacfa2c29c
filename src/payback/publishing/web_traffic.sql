-- Rows of campaign_traffic that count. A day that two sources of web analytics report counts once, by the first of them.
-- Two accounts are known to be two properties only where both are numbers of properties, and differ.
with reported as (
    select distinct
        date,
        source,
        coalesce(account, '') as account,
        list_position(${sources}, source) as place
    from ${traffic}
    where list_contains(${sources}, source)
),

repeated as (
    select distinct later.date, later.source, later.account
    from reported as later
    inner join reported as earlier on earlier.date = later.date and earlier.place < later.place
    where earlier.account = later.account
    or not regexp_full_match(earlier.account, '[0-9]+')
    or not regexp_full_match(later.account, '[0-9]+')
)

select one.* replace (
    case when one.source = 'ga4_export' then coalesce(one.analytics_channel, one.channel) else one.channel end
        as channel
)
from ${traffic} as one
anti join repeated
on repeated.date = one.date and repeated.source = one.source and repeated.account = coalesce(one.account, '')
