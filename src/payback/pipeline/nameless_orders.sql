-- Order lines that name no customer: their money is in no customer's sum, so they are turned away with a reason.
create or replace temp table nameless_orders as
select
    'orders' as table_name, 'cleaning' as gate, source, report, load_id, row_number, null::bigint as line_number,
    'missing_customer' as reason, 'external_customer_id' as column_name, null::varchar as value,
    'every row names its customer' as rule, currency, null::decimal(18, 6) as cost, revenue,
    to_json(struct_pack(order_id := order_id, date := date, revenue := revenue, country := country))::varchar as original,
    ?::varchar as run_id
from orders
where external_customer_id is null
