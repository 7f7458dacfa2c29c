-- As customer_rows.sql, in the words of MySQL.
select
    customers.customer_id,
    customers.source,
    customers.account,
    customers.country,
    customers.currency,
    segments.segment,
    cast(1 as signed) as customers,
    customers.sessions,
    cast(customers.sessions * customers.avg_session_duration as decimal(18, 6)) as session_seconds,
    cast(customers.sessions * customers.pages_per_session as decimal(18, 6)) as page_views,
    customers.transactions,
    customers.revenue
from clean_customers as customers
left join customer_segments as segments on segments.customer_id = customers.customer_id
