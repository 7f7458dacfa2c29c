-- The sessions of a day and of the late evening before, one row each, every trait drawn from its number.
-- Reads plan (day, source, first_session, sessions, purchases) and days (day, start_us, length_us,
-- first_session, sessions); a day has 23 to 25 hours.
with placed as (
    select
        plan.day,
        plan.source,
        plan.first_session + place.range as session,
        place.range < plan.purchases as buys,
        luck('visit', session) as luck,
        luck('choice', session) as other_luck
    from plan, range(plan.sessions) as place
    where plan.day between getvariable('day') - 1 and getvariable('day')
),

-- a to d hold four draws each. Where two traits share a draw, only one of them can matter.
drawn as (
    select
        placed.*,
        low_half(luck) as a,
        high_half(luck) as b,
        low_half(other_luck) as c,
        high_half(other_luck) as d
    from placed
),

begun as (
    select
        drawn.*,
        days.start_us + (days.length_us * time_of_day(fine_chance(a)))::bigint as began_us,
        buys and chance(a, 2) < 0.12 as comes_late,
        session % 5 >= 3 as comes_again,
        day - 1 - least(floor(6 * wait(chance(a, 3))), 28)::integer as earlier_day
    from drawn
    join days using (day)
),

-- Who comes again was here before on any campaign; who buys late saw this very campaign some days ago.
looked_back as (
    select
        begun.*,
        other.start_us as earlier_start_us,
        other.length_us as earlier_length_us,
        case when comes_late then same.first_session when comes_again then other.first_session end as low,
        case when comes_late then same.sessions when comes_again then other.sessions end as width
    from begun
    left join plan as same on same.day = begun.earlier_day and same.source = begun.source
    left join days as other on other.day = begun.earlier_day
    -- Two hours before the day begins: no visit is longer.
    where began_us >= getvariable('day_start_us') - 7200000000
),

-- Only numbers with a remainder below 3 are first visits, so nobody is descended from somebody who came again.
guessed as (
    select *, low + below(width, fine_chance(b)) as guess, guess - guess % 5 + below(3, chance(b, 2)) as candidate
    from looked_back
),

met as (
    select *, case when candidate between low and low + width - 1 then candidate end as first_visit
    from guessed
),

introduced as (
    select
        met.*,
        plan.source as first_source,
        earlier_start_us
        + (earlier_length_us * time_of_day(fine_chance(low_half(luck('visit', first_visit)))))::bigint as first_visit_us
    from met
    asof left join plan on met.first_visit >= plan.first_session
)

select
    session,
    day,
    source,
    coalesce(first_source, source) as first_source,
    scrambled(coalesce(first_visit, session)) as person,
    began_us,
    coalesce(first_visit_us, case when comes_again then began_us - 3456000000000 else began_us end) as first_touch_us,
    case
        when first_visit is not null then 1 + day - earlier_day
        when comes_again then 2 + below(6, chance(b, 2))
        else 1
    end as session_number,
    chance(b, 3) >= 0.09 as consents,
    buys,
    comes_late and first_visit is not null as late,
    first_visit is null and not comes_again as is_new,
    not buys and chance(c, 0) < 0.5 as bounces,
    case
        when bounces then 1
        when buys then 4 + least(floor(2 * wait(chance(c, 1))), 9)
        else 2 + least(floor(2 * wait(chance(c, 1))), 12)
    end::integer as views,
    buys or (not bounces and chance(c, 2) < 0.15) as fills_cart,
    not bounces or chance(c, 2) < 0.2 as engages,
    5000000 + least((25000000 * wait(chance(c, 3)))::bigint, 295000000) as step_us,
    buys and chance(d, 0) < 0.01 as buys_twice,
    case when buys and chance(d, 0) > 0.94 then 1 + below(10, chance(d, 1)) end::integer as refund_after_days,
    chance(d, 2) as campaign_share,
    chance(d, 3) as tag_share,
    case
        when fills_cart
            then order_lines(low_half(luck('order', session)), high_half(luck('order', session)))
    end as lines
from introduced
