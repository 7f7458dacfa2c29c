-- Purchases and refunds, one line an event, as they came.
with paid as (
    select
        *,
        case when event_name = 'refund' then 'refund' else 'purchase' end as kind,
        coalesce(said(transaction_id), said(any_of(params[list_position(keys, 'transaction_id')]))) as order_id,
        amount_of(params[list_position(keys, 'value')]) as param_value,
        list_sum(list_transform(items, lambda item: item.price * item.quantity)) as items_value
    from events
    where event_name in ('purchase', 'ecommerce_purchase', 'in_app_purchase', 'refund')
)

select
    part,
    row_number() over (partition by part order by position, user_pseudo_id, order_id, purchase_revenue, refund_value)
        as number,
    coalesce(try_strptime(event_date, '%Y%m%d'), try_cast(event_date as timestamp))::date as day,
    at_us,
    kind,
    user_pseudo_id,
    session_id,
    user_id,
    country,
    order_id as transaction_id,
    case
        when kind = 'refund' then coalesce(refund_value, param_value, items_value)
        else coalesce(purchase_revenue, param_value, items_value)
    end::decimal(18, 6) as amount,
    upper(said(text_of(params[list_position(keys, 'currency')]))) as currency,
    coalesce(list_sum(list_transform(items, lambda item: item.quantity)), 0)::bigint as pieces,
    touch_source,
    touch_medium,
    touch_campaign,
    touch_id,
    google_source,
    google_medium,
    google_campaign,
    google_id,
    google_channel
from paid
