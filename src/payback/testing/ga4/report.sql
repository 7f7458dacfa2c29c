-- The rows of a report: facts of its date ranges, named, filtered, grouped. Values of filters are parameters.
-- ``kept`` holds the combinations that stand for themselves where the report has too many; the rest is "(other)".
create or replace temp table ${result} as
with wanted as (
    select seen.*, ranges.number as range_number, ranges.factor
    from seen
    join ranges on seen.day between ranges.first_day and ranges.last_day
    where
        seen.day between getvariable('first_day') and getvariable('last_day')
        and seen.sample < ranges.permille
        and (${advertising} or not seen.advertised)
),

named as (
    select wanted.* exclude (day)${dimensions}
    from wanted
    ${joins}
),

rolled_up as (
    ${rolled_up}
),

filtered as (
    select * from rolled_up where ${where}
),

grouped as (
    select ${keys}range_number${measures}, ${users} as users
    from filtered
    group by ${keys}range_number
)

select row_number() over () as row_id, *
from grouped
where ${having}
