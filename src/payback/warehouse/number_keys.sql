-- A key that is a whole number keeps it where it is free; the others are counted up from the largest that was counted
-- before, so that they stay short beside the 15 digits of the ad platforms, over every number that is taken.
insert into ${table} (source, account, external_key, ${column})
with fresh as (
    select distinct source, account, external_key from ${relation}
    anti join ${table} using (source, account, external_key)
),
wished as (
    select *, case when regexp_full_match(external_key, '[1-9][0-9]{0,17}') then external_key::bigint end as wish
    from fresh
),
granted as (
    select *, wish is not null and wish not in (select ${column} from ${table}) and ${is_first} as is_granted
    from wished
),
taken as (
    select ${column} as number from ${table} union all select wish from granted where is_granted
),
counted_before as (
    select coalesce(max(${column}), 0) as largest from ${table} where ${column}::varchar <> external_key
),
to_count as (
    select *, row_number() over (order by source, account, external_key) as position
    from granted
    where not is_granted
),
-- Of so many numbers one for each is free, even if every number that is taken lies among them.
candidates as (
    select (select largest from counted_before) + step as number
    from (
        select unnest(range(1, 1 + (select count(*) from to_count)
            + (select count(*) from taken where number > (select largest from counted_before)))) as step
        where exists (from to_count)
    )
),
free as (
    select number, row_number() over (order by number) as position
    from candidates
    anti join taken using (number)
)
select source, account, external_key, wish from granted where is_granted
union all
select source, account, external_key, number from to_count join free using (position)
