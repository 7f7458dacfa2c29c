-- A row for each customer: totals instead of means, so that they can be added up and divided again.
select
    customers.customer_id,
    customers.source,
    customers.account,
    customers.country,
    customers.currency,
    segments.segment,
    cast(1 as bigint) as customers,
    customers.sessions,
    try_cast(customers.sessions * cast(customers.avg_session_duration as double) as decimal(18, 6)) as session_seconds,
    try_cast(customers.sessions * cast(customers.pages_per_session as double) as decimal(18, 6)) as page_views,
    customers.transactions,
    customers.revenue
from ${clean_customers} as customers
left join ${customer_segments} as segments using (customer_id)
