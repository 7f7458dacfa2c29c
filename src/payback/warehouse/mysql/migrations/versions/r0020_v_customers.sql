-- A row for each clean customer with the segment.
create or replace sql security invoker view `v_customers` as
select
    c.`customer_id`, c.`age`, c.`age_band`, c.`gender`, c.`country`, c.`source`, c.`account`, c.`currency`,
    c.`sessions`, c.`avg_session_duration`, c.`pages_per_session`, c.`transactions`, c.`revenue`,
    s.`segment`, s.`segment_name`
from `clean_customers` c
left join `customer_segments` s on s.`customer_id` = c.`customer_id`
