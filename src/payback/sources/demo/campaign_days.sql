-- Campaign days by the million for measurements: the columns of the specification, one row each, by day and campaign.
-- Reads the variables rows, campaigns (how many run on a day) and start (first day).
with numbered as (
    -- One row in ten thousand says again what the row before it said.
    select range - (range > 0 and chance(low_half(luck('copy', range)), 0) < 0.0001)::integer as number
    from range(getvariable('rows'))
),

drawn as (
    select number, low_half(luck) as a, high_half(luck) as b, low_half(other_luck) as c
    from (select number, luck('row', number) as luck, luck('more', number) as other_luck from numbered)
),

-- A campaign keeps its channel, its price and its return; its days differ.
placed as (
    select
        *,
        1 + number % getvariable('campaigns') as campaign,
        low_half(luck('campaign', campaign)) as e,
        high_half(luck('campaign', campaign)) as f,
        [
            'Paid Search', 'paid search', 'Paid Social', 'Paid_Social', 'Display', 'Email', 'E-mail', 'Affiliates',
            'Paid Shopping', 'Paid Video'
        ][1 + below(10, chance(e, 0))] as channel,
        0.2 + 2.5 * chance(e, 1) as click_cost,
        0.2 + 4 * chance(e, 2) * chance(e, 3) as roas,
        exp(2 + 1.4 * bell(chance(f, 0), chance(f, 1))) as usual_clicks
    from drawn
),

counted as (
    select
        *,
        1 + floor(usual_clicks * exp(0.4 * bell(chance(a, 0), chance(a, 1))))::bigint as clicks,
        1 + floor(clicks * (8 + 60 * chance(f, 2)))::bigint as wanted_impressions,
        round(100 * clicks * click_cost * exp(0.15 * bell(chance(a, 2), chance(a, 3))))::bigint as cost_cents,
        floor(clicks * click_cost * roas / 120 * 2 * wait(chance(b, 0)) / 2 + chance(b, 1))::bigint as conversions
    from placed
)

select
    campaign as campaign_id,
    'Campaign ' || lpad(campaign::varchar, 6, '0') as campaign_name,
    channel,
    (cost_cents / 100)::decimal(18, 2) as cost,
    case when chance(b, 2) < 0.0002 then clicks - 1 else wanted_impressions end as impressions,
    clicks,
    conversions,
    case
        when chance(b, 3) < 0.001 then null
        when chance(b, 3) < 0.0015 then -(cost_cents / 200)::decimal(18, 2)
        else round(conversions * 120 * exp(0.3 * bell(chance(c, 0), chance(c, 1))), 2)::decimal(18, 2)
    end as revenue,
    getvariable('start')::date + (number // getvariable('campaigns'))::integer as date
from counted
