-- Customer rows, and customers made from order lines. Where one source has both, the row is filled up from the orders.
-- An order whose money is negative in sum is a refund or a cancellation: it nets the revenue and is no transaction.
-- A customer of two currencies has a row in each, which cleaning sorts out: their money cannot be added.
with order_totals as (
    select
        source, account, external_customer_id, currency,
        coalesce(order_id, 'day ' || date::varchar) as order_key,
        sum(revenue) as revenue,
        max(struct_pack(date := date, country := country)) filter (where country is not null) as latest,
        max(load_id) as load_id
    from orders
    where external_customer_id is not null
    group by all
),
buyers as (
    select
        source, account, external_customer_id, currency,
        count(*) filter (where revenue is null or revenue >= 0) as transactions,
        sum(revenue)::decimal(18, 6) as revenue,
        (max(latest)).country as country,
        max(load_id) as load_id
    from order_totals
    group by all
),
from_orders as (
    select b.*, k.customer_id
    from buyers b
    join customer_keys k
        on k.source = b.source and k.account = b.account and k.external_key = b.external_customer_id
),
-- A row that states no currency takes that of its orders, if they are in one.
single_currency as (
    select source, account, external_customer_id, min(currency) as currency
    from from_orders
    group by all
    having count(*) = 1
),
files as (
    select
        c.* replace (
            case when c.currency = 'XXX' then coalesce(s.currency, c.currency) else c.currency end as currency
        )
    from customers c
    left join single_currency s using (source, account, external_customer_id)
),
from_files as (
    select
        c.* replace (
            coalesce(c.transactions, o.transactions) as transactions,
            coalesce(c.revenue, o.revenue) as revenue,
            coalesce(c.country, o.country) as country
        )
    from files c
    left join from_orders o using (source, account, external_customer_id, currency)
),
-- Orders in a currency that the customer's own row does not state are not lost in it.
only_orders as (
    select o.*
    from from_orders o
    anti join files c using (source, account, external_customer_id, currency)
),
everyone as (
    select * from from_files
    union all by name
    select
        customer_id, source, account, currency, external_customer_id, country, transactions, revenue,
        'orders' as report, load_id,
        row_number() over (order by customer_id, currency) as row_number,
        (md5_number_lower(concat_ws(chr(31), source, account, external_customer_id, currency)) >> 1)::bigint as row_hash
    from only_orders
)
select * from everyone
