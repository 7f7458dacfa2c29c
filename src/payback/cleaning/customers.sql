-- Customer rows, standardised and judged.
create or replace temp table ${target} as
with loaded as (
    select * from ${relation}
),
standardised as (
    select
        l.* replace (
            coalesce(g.gender, case when l.gender is not null then 'other' end, 'unknown') as gender,
            coalesce(c.country, tidy_name(l.country)) as country,
            coalesce(l.age_band, ${age_band}) as age_band
        )
    from loaded l
    left join ${genders} g on g.spelling = name_key(l.gender)
    left join ${countries} c on c.spelling = name_key(l.country)
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
repeated_customers as (
    select source, account, external_customer_id
    from loaded
    where external_customer_id is not null
    group by all
    having count(*) > 1
),
-- The last row of the last load counts.
superseded as (
    select row_id
    from loaded
    join repeated_customers using (source, account, external_customer_id)
    anti join duplicates using (row_id)
    qualify row_number() over (
        partition by source, account, external_customer_id order by load_id desc, row_id desc
    ) > 1
),
usual as (
    select ${revenue_bounds} as revenue_bounds from standardised
),
looked_at as (
    select
        s.*,
        d.row_id is not null as is_duplicate,
        o.row_id is not null as is_superseded,
        coalesce(s.revenue > 0 and ln(s.revenue::double) not between u.revenue_bounds[1] and u.revenue_bounds[2], false)
            as is_outlier_revenue
    from standardised s
    left join duplicates d using (row_id)
    left join superseded o using (row_id)
    cross join usual u
),
judged as (
    select
        * exclude (is_duplicate, is_superseded, is_outlier_revenue),
        coalesce(unread, ${reason}) as reason,
        nullif(concat_ws(',', ${flags}), '') as flags,
        nullif(concat_ws(',', ${notes}), '') as notes
    from looked_at
)
select * from judged
