-- The rows of a relation with their values, and the first thing that is wrong with each.
create or replace temp table ${target} as
with given as (
    select row_number, line_number${keep}, ${row_hash} as row_hash${raw}
    from ${relation}
),
cast_where_plain as (
    select *${plain}
    from given
),
rest as (
    select *${rest}
    from cast_where_plain
),
taken_apart as (
    select *${parts}
    from rest
),
valued as (
    select *${values}
    from taken_apart
),
judged as (
    select *, ${fault} as fault
    from valued
)
select
    row_number, line_number${keep}, ${final}, row_hash,
    ${reasons} as reason, ${names} as reason_column, ${found} as reason_value
from judged
