-- Customers by the million for measurements: the columns of the specification, from the drawn ones (customers.sql).
select
    100000 + number as customer_id,
    case when mishap >= 0.03 then age end as age,
    case when gender_share < 0.46 then 'female' when gender_share < 0.87 then 'male' else 'unknown' end as gender,
    ['Germany', 'DE', 'Austria', 'Switzerland', 'France', 'Netherlands'][1 + below(6, country_share)] as country,
    sessions,
    (duration_hundredths / 100)::decimal(18, 2) as avg_session_duration,
    (pages_hundredths / 100)::decimal(18, 2) as pages_per_session,
    transactions,
    (case when mishap > 0.999 then -revenue_cents else revenue_cents end / 100)::decimal(18, 2) as revenue
from customers
