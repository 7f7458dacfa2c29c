-- Customers and their revenue by a column, the largest groups first, the many small ones as one.
with
grouped as (
    select coalesce(cast(${column} as varchar), '') as name, count(*) as customers, sum(${revenue}) as revenue
    from clean_customers
    group by all
),
ranked as (
    select *, row_number() over (order by customers desc, name) as place from grouped
)
select
    case when place <= $most then name else 'Other' end as name,
    sum(customers)::bigint as customers,
    sum(revenue) as revenue
from ranked
group by 1, place > $most
order by place > $most, customers desc, name
