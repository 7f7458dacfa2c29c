-- What the items of each order come to: its amount where the event states none.
select
    ${part} as part,
    ${position} as position,
    visitor_of(user_pseudo_id) as user_pseudo_id,
    order_kind(event_name) as kind,
    min(list_sum(list_transform(${items}, lambda item: item.price * item.quantity)))::decimal(18, 6) as amount
from ${relation}
where is_order(event_name)
group by all
