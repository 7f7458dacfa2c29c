-- As web_traffic.sql of the room, in the words of MySQL: a day that two sources report counts once, by the first.
with reported as (
    select distinct
        date,
        source,
        coalesce(account, '') as account,
        field(source, ${sources}) as place
    from campaign_traffic
    where source in (${sources})
),

repeated as (
    select distinct later.date, later.source, later.account
    from reported as later
    inner join reported as earlier on earlier.date = later.date and earlier.place < later.place
    where earlier.account = later.account
    or not earlier.account regexp '^[0-9]+$'
    or not later.account regexp '^[0-9]+$'
)

select ${columns}
from campaign_traffic as one
left join repeated
on repeated.date = one.date and repeated.source = one.source and repeated.account = coalesce(one.account, '')
where repeated.date is null
