-- What one day's events add up to, by source, kind and name: the truth, from the narrow events.
select
    source,
    kind,
    event_name,
    count(*) as events,
    count(*) filter (where session_id is not null) as with_session,
    count(*) filter (where is_repeat) as repeats,
    count(*) filter (where late and not is_repeat) as late,
    (sum(order_cents(lines)) filter (where event_name in ('purchase', 'refund') and not is_repeat))::bigint as cents
from events
group by all
order by all
