-- Customer rows with their standard names and the verdicts on them. A view: none of the rows is copied.
create or replace temp view ${target} as
with judged as (
    select
        l.* replace (
            g.standard as gender,
            c.standard as country,
            coalesce(l.age_band, ${age_band}) as age_band
        ),
        v.reason,
        v.flags,
        v.notes
    from ${relation} l
    join ${target}_names g on g.kind = 'gender' and g.spelling is not distinct from l.gender
    join ${target}_names c on c.kind = 'country' and c.spelling is not distinct from l.country
    left join ${target}_verdicts v using (row_id)
)
select * from judged
