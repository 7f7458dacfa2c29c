-- Rows of a table of users, whatever its columns are nested in.
select
    nullif(trim(${id}), '') as person,
    ${table_day}::varchar as table_day,
    nullif(replace(${updated}, '-', ''), '') as updated,
    ${active_us} as active_us,
    nullif(trim(${country}), '') as country,
    ${sessions} as sessions,
    ${duration_us} as duration_us,
    ${engagement_ms} as engagement_ms,
    ${purchases} as purchases,
    ${revenue_usd} as revenue_usd,
    ${revenue} as revenue,
    nullif(trim(${currency}), '') as currency
from ${relation}
