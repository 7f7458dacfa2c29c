-- The sessions in which the orders of these lines were placed. A session is not over before its orders, of which the first
-- was placed at $1.
select * exclude (landing_page)
from sessions
semi join ${orders} using (user_pseudo_id, session_id)
where start_us >= $1
union all
select * exclude (landing_page)
from ongoing_at($1)
semi join ${orders} using (user_pseudo_id, session_id)
