-- One row a person: sums over the sessions, orders once, refunds subtracted, the country of the last visit.
with devices as (
    select user_pseudo_id, arg_max(user_id, start_us) as known_as
    from ${sessions}
    group by user_pseudo_id
),

visited as (
    select
        ${session_person} as person,
        count(*) as sessions,
        sum(duration_us)::decimal(24, 0) as duration_us,
        sum(page_views) as page_views,
        arg_max(country, start_us) as country
    from ${sessions} as s
    left join devices as d using (user_pseudo_id)
    group by person
),

-- Amounts of several currencies have no sum.
bought as (
    select
        ${sale_person} as person,
        sum(transactions) as transactions,
        case when count(distinct currency) = 1 then sum(revenue) end as revenue,
        case when count(distinct currency) = 1 then any_value(currency) end as currency,
        count(distinct currency) > 1 as is_mixed,
        any_value(country) as country
    from ${sales} as s
    left join devices as d using (user_pseudo_id)
    where person is not null
    group by person
)

select
    person as external_customer_id,
    coalesce(v.country, b.country) as country,
    coalesce(v.sessions, 0)::bigint as sessions,
    case when v.sessions > 0 then round(v.duration_us * 0.000001 / v.sessions, 6)::decimal(18, 6) end
        as avg_session_duration,
    case when v.sessions > 0 then round(v.page_views / v.sessions, 6)::decimal(18, 6) end as pages_per_session,
    coalesce(b.transactions, 0)::bigint as transactions,
    case when b.is_mixed then null else coalesce(b.revenue, 0) end::decimal(18, 6) as revenue,
    coalesce(b.currency, getvariable('currency')::varchar) as currency
from visited as v
full join bought as b using (person)
