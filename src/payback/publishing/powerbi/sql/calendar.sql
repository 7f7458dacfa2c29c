-- Every day of the years in which there is data.
with days as (
    select cast(unnest(generate_series(
        make_date(year(${first}), 1, 1), make_date(year(${last}), 12, 31), interval 1 day
    )) as date) as day
)
select
    day as "Date",
    cast(year(day) as bigint) as "Year",
    'Q' || quarter(day) as "Quarter",
    cast(quarter(day) as bigint) as "Quarter Number",
    year(day) || ' Q' || quarter(day) as "Year Quarter",
    cast(year(day) * 10 + quarter(day) as bigint) as "Year Quarter Number",
    strftime(day, '%b') as "Month",
    cast(month(day) as bigint) as "Month Number",
    strftime(day, '%b %Y') as "Year Month",
    cast(year(day) * 100 + month(day) as bigint) as "Year Month Number",
    cast(date_trunc('week', day) as date) as "Week Start",
    strftime(day, '%a') as "Weekday",
    cast(isodow(day) as bigint) as "Weekday Number",
    day between ${first} and ${last} as "Has Data"
from days
order by day
