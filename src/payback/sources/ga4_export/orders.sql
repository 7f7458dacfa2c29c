-- Purchases and refunds of the parts that were read, one line an event, as they came.
with paid as (
    select part, user_pseudo_id, session_id, unnest(paid, max_depth := 2)
    from visits
    where part >= $1 and paid is not null
),

valued as (
    select p.* exclude (amount), coalesce(p.amount, i.amount) as amount
    from paid as p
    left join item_amounts as i
        on p.amount is null
        and i.part = p.part
        and i.position = p.position
        and i.user_pseudo_id is not distinct from p.user_pseudo_id
        and i.kind = p.kind
)

select
    part,
    row_number() over (partition by part order by position, user_pseudo_id, kind, transaction_id, amount) as number,
    coalesce(try_strptime(event_date, '%Y%m%d'), try_cast(event_date as timestamp))::date as day,
    * exclude (part, position, event_date)
from valued
