-- How many rows each reason of both gates concerns, and their money, a line for each currency.
create or replace temp table all_quality as
with rejected as (
    select
        table_name, gate, 'reject' as severity, reason, coalesce(currency, 'XXX') as currency,
        any_value(rule) as rule, count(*) as rows,
        sum(cost)::decimal(38, 6) as cost, sum(revenue)::decimal(38, 6) as revenue
    from rejected_rows
    where gate = 'loading' or table_name = 'orders'
    group by all
),
together as (
    select * from rejected
    union all by name
    select * from cleaning_quality
)
select * from together
order by table_name, gate desc, severity desc, rows desc, reason, currency
