-- Customers who behave in four ways, one row each. Most never buy: the table is zero-inflated, as real ones are.
-- Reads the variable customers, their number. Money and lengths are whole hundredths.
with numbered as (
    select range + 1 as number, luck('customer', range) as luck, luck('habit', range) as other_luck
    from range(getvariable('customers'))
),

drawn as (
    select number, low_half(luck) as a, high_half(luck) as b, low_half(other_luck) as c, high_half(other_luck) as d
    from numbered
),

behaving as (
    select
        *,
        case
            when chance(a, 0) < 0.58 then 'visitor'
            when chance(a, 0) < 0.85 then 'browser'
            when chance(a, 0) < 0.96 then 'occasional'
            else 'loyal'
        end as behaviour
    from drawn
),

-- Typical sessions, pages and seconds a session, and orders beyond the first.
typical as (
    select
        behaving.*,
        case behaviour when 'visitor' then 1.5 when 'browser' then 7 when 'occasional' then 6 else 24 end as visits,
        case behaviour when 'visitor' then 1.6 when 'browser' then 5.5 when 'occasional' then 5 else 8 end as pages,
        case behaviour when 'visitor' then 35 when 'browser' then 190 when 'occasional' then 220 else 320 end as seconds,
        case behaviour when 'occasional' then 0.6 when 'loyal' then 7 end as more_orders
    from behaving
)

select
    number,
    behaviour,
    18 + least(floor(11 * (wait(chance(a, 1)) + wait(chance(a, 2)))), 70)::integer as age,
    chance(a, 3) as gender_share,
    chance(b, 0) as country_share,
    1 + floor(visits * exp(0.5 * bell(chance(b, 1), chance(b, 2))) - 0.5)::integer as sessions,
    round(100 * seconds * exp(0.45 * bell(chance(b, 3), chance(c, 0))))::bigint as duration_hundredths,
    greatest(round(100 * pages * exp(0.3 * bell(chance(c, 1), chance(c, 2)))), 100)::bigint as pages_hundredths,
    coalesce(1 + floor(more_orders * (wait(chance(c, 3)) + wait(chance(d, 0))) / 2), 0)::integer as transactions,
    case
        when transactions > 0
            then round(8900 * transactions * exp(0.5 * bell(chance(d, 1), chance(d, 2))))::bigint
        else 0
    end as revenue_cents,
    chance(d, 3) as mishap
from typical
order by number
