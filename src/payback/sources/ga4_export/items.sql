-- What the items of each order come to: its amount where the event states none.
select
    ${part} as part,
    ${position} as position,
    nullif(trim(user_pseudo_id::varchar), '') as user_pseudo_id,
    case when event_name = 'refund' then 'refund' else 'purchase' end as kind,
    min(list_sum(list_transform(${items}, lambda item: item.price * item.quantity)))::decimal(18, 6) as amount
from ${relation}
where event_name in ('purchase', 'refund', 'in_app_purchase', 'ecommerce_purchase')
group by all
