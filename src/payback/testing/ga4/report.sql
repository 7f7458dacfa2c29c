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
    join calendar on calendar.day = wanted.day
    join names as session_sources on session_sources.number = wanted.session_source
    join names as first_sources on first_sources.number = wanted.first_source
    join countries on countries.number = wanted.country
    join devices on devices.number = wanted.device
    join ages on ages.number = wanted.age
    join genders on genders.number = wanted.gender
    join items on items.number = wanted.item
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
