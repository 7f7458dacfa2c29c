-- Where the rows of each table went. Rows that could not be read have no currency; they stand in the first line of
-- their table.
with loaded as (
    select 'campaigns' as table_name, currency, count(*) as rows, sum(cost) as cost, sum(revenue) as revenue
    from campaigns group by all
    union all
    select 'customers', currency, count(*), null, sum(revenue) from customers group by all
    union all
    select 'orders', currency, count(*), null, sum(revenue) from orders group by all
),
clean as (
    select 'campaigns' as table_name, currency, count(*) as rows, sum(cost) as cost, sum(revenue) as revenue
    from clean_campaigns group by all
    union all
    select 'customers', currency, count(*), null, sum(revenue) from clean_customers where report <> 'orders' group by all
),
named_orders as (
    select currency, count(*) as rows, sum(revenue) as revenue
    from orders where external_customer_id is not null group by all
),
unread as (
    select table_name, count(*) as rows from rejected_rows where gate = 'loading' group by all
),
lines as (
    select
        l.*,
        row_number() over (partition by l.table_name order by l.rows desc, l.currency) as line,
        coalesce(c.rows, 0) as clean_rows, c.cost as clean_cost,
        case when l.table_name = 'orders' then o.revenue else c.revenue end as clean_revenue,
        case when l.table_name = 'orders' then coalesce(o.rows, 0) else 0 end as merged_rows
    from loaded l
    left join clean c on c.table_name = l.table_name and c.currency is not distinct from l.currency
    left join named_orders o on l.table_name = 'orders' and o.currency is not distinct from l.currency
),
accounts as (
    select
        l.table_name as "table",
        l.currency,
        l.rows + coalesce(u.rows, 0) as rows_read,
        l.rows as rows_loaded,
        coalesce(u.rows, 0) as rejected_at_loading,
        l.clean_rows as rows_clean,
        l.rows - l.clean_rows - l.merged_rows as rejected_at_cleaning,
        l.merged_rows as rows_merged,
        l.cost as cost_in, l.clean_cost as cost_clean,
        l.cost - coalesce(l.clean_cost, 0) as cost_rejected,
        l.revenue as revenue_in, l.clean_revenue as revenue_clean,
        l.revenue - coalesce(l.clean_revenue, 0) as revenue_rejected
    from lines l
    left join unread u on u.table_name = l.table_name and l.line = 1
)
select * from accounts order by "table", rows_loaded desc, currency
