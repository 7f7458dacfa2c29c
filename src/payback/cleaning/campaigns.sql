-- Campaign rows with their standard names and the verdicts on them. A view: none of the rows is copied.
create or replace temp view ${target} as
with judged as (
    select
        l.* replace (s.channel_standard as channel, s.name_standard as campaign_name),
        v.reason,
        v.flags,
        v.notes
    from ${relation} l
    join ${target}_names s on ${same_spelling}
    left join ${target}_verdicts v using (row_id)
)
select * from judged
