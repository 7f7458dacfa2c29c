-- Share of the revenue that each share of the customers brings, customers with the most revenue first.
with
paying as (
    select ${revenue} as revenue, row_number() over (order by ${revenue} desc) as place, count(*) over () as customers
    from clean_customers
    where ${revenue} is not null
),
running as (
    select place, customers, sum(revenue) over (order by place) as so_far, sum(revenue) over () as total
    from paying
),
parts as (
    select *, ceil(place * $points / customers) as point from running where total > 0
)
select max(place) / any_value(customers) as share, round(cast(arg_max(so_far, place) as double) / cast(any_value(total) as double), 6)
from parts
group by point
order by point
