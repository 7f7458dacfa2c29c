-- The visits of touched visitors that can matter: those of sessions that start after the first touched one, and, where one of
-- these is direct, of the earlier ones that it can take its source from. A session that began before is left out whole.
select * exclude (paid, starts)
from ${visits}
semi join touched_users using (user_pseudo_id)
where start_us >= getvariable('touched_since')
and user_pseudo_id not in (from asking_users)
and hash(user_pseudo_id, session_id) not in (
    select hash(user_pseudo_id, session_id) from ongoing_at(getvariable('touched_since'))
)
union all
select * exclude (paid, starts)
from ${visits}
semi join asking_users using (user_pseudo_id)
where start_us >= getvariable('touched_since') - getvariable('lookback_us')
and hash(user_pseudo_id, session_id) not in (
    select hash(user_pseudo_id, session_id)
    from ongoing_at(getvariable('touched_since') - getvariable('lookback_us'))
)
