-- One row a user as the latest table has him. Nothing is added up: the figures are those of his whole life already.
with latest as (
    select *
    from ${rows}
    where person is not null
    -- The last terms only settle which of two rows of one day it is, the same in every run.
    qualify row_number() over (
        partition by person
        order by
            coalesce(table_day, updated) desc nulls last,
            updated desc nulls last,
            active_us desc nulls last,
            sessions desc nulls last,
            purchases desc nulls last,
            coalesce(revenue_usd, revenue) desc nulls last,
            country nulls last,
            duration_us,
            engagement_ms
    ) = 1
)

select
    person as external_customer_id,
    country,
    sessions,
    case
        when sessions > 0
            then round(coalesce(duration_us, engagement_ms * 1000)::decimal(24, 0) * 0.000001 / sessions, 6)
    end::decimal(18, 6) as avg_session_duration,
    null::decimal(18, 6) as pages_per_session,
    purchases as transactions,
    coalesce(revenue_usd, revenue, case when purchases = 0 then 0 end)::decimal(18, 6) as revenue,
    case
        when revenue_usd is null and revenue is not null then coalesce(currency, getvariable('currency')::varchar)
        else 'USD'
    end as currency
from latest
