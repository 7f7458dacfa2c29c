-- Purchases and refunds of the parts that were read, one line an event, as they came.
with paid as (
    select part, user_pseudo_id, session_id, unnest(paid, max_depth := 2)
    from visits
    where part >= $1 and paid is not null
)

select
    part,
    row_number() over (partition by part order by position, user_pseudo_id, kind, transaction_id, amount) as number,
    coalesce(try_strptime(event_date, '%Y%m%d'), try_cast(event_date as timestamp))::date as day,
    * exclude (part, position, event_date)
from paid
