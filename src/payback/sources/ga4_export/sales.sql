-- Each order once, each refund against its order, and where they came from.
with numbered as (
    select
        *,
        row_number() over (
            partition by kind, transaction_id order by at_us, part, number
        ) as place
    from ${orders}
),

-- Without an id nobody can tell whether two purchases are one: both count.
purchases as (
    select * from numbered where kind = 'purchase' and (place = 1 or transaction_id is null)
),

at_home as (
    select o.part, o.number, s.* exclude (user_pseudo_id, session_id)
    from numbered as o
    join order_sessions as s using (user_pseudo_id, session_id)
),

-- Orders that a server sends often name the visitor and no session: the last one before them is theirs.
nearby as (
    select o.part, o.number, s.* exclude (user_pseudo_id, session_id)
    from (select * from numbered anti join at_home using (part, number) where user_pseudo_id is not null) as o
    asof join order_sessions as s
        on o.user_pseudo_id = s.user_pseudo_id and o.at_us >= s.start_us
    where o.at_us - s.start_us <= getvariable('lookback_us')
),

bought_by as (
    select
        o.*,
        h.start_us is not null as is_known,
        h.source as session_source,
        h.medium as session_medium,
        h.campaign as session_campaign,
        h.campaign_ref as session_ref,
        h.analytics_channel as session_channel,
        h.country as session_country,
        coalesce(o.user_id, h.user_id) as person
    from (from purchases union all select * from numbered where kind = 'refund') as o
    left join (from at_home union all by name from nearby) as h using (part, number)
),

placed as (
    select
        *,
        coalesce(session_source, google_source, touch_source, '(not set)') as source,
        case
            when is_known then session_medium
            when google_source is not null then google_medium
            else coalesce(touch_medium, '(not set)')
        end as medium,
        case
            when is_known then session_campaign
            when google_source is not null then google_campaign
            else coalesce(touch_campaign, '(not set)')
        end as campaign,
        nullif(case
            when is_known then session_ref
            when google_source is not null then google_id
            else touch_id
        end, '') as campaign_ref,
        nullif(case when is_known then session_channel else google_channel end, '') as analytics_channel,
        coalesce(session_country, country) as place_country
    from bought_by
),

-- A refund without an amount pays the whole order back; together they never pay back more than was paid.
refunded as (
    select
        r.*,
        o.transaction_id is not null as has_order,
        o.amount as order_amount,
        coalesce(r.amount, o.amount) as wished,
        coalesce(sum(wished) over (
            partition by r.transaction_id order by r.at_us, r.part, r.number
            rows between unbounded preceding and 1 preceding
        ), 0) as before,
        o.source as order_source,
        o.medium as order_medium,
        o.campaign as order_campaign,
        o.campaign_ref as order_ref,
        o.analytics_channel as order_channel,
        o.place_country as order_country,
        o.user_pseudo_id as order_user,
        o.person as order_person,
        o.currency as order_currency
    from placed as r
    left join placed as o on o.kind = 'purchase' and o.transaction_id = r.transaction_id
    where r.kind = 'refund'
)

select
    part,
    number,
    kind,
    day,
    user_pseudo_id,
    person as user_id,
    transaction_id,
    place_country as country,
    1::bigint as transactions,
    amount as revenue,
    coalesce(currency, getvariable('currency')) as currency,
    source,
    medium,
    campaign,
    campaign_ref,
    analytics_channel
from placed
where kind = 'purchase'
union all
select
    part,
    number,
    kind,
    day,
    case when has_order then order_user else user_pseudo_id end,
    case when has_order then order_person else person end,
    transaction_id,
    case when has_order then order_country else place_country end,
    0::bigint,
    -(case
        when has_order and order_amount is not null
            then greatest(least(wished, order_amount - before), 0)
        else wished
    end)::decimal(18, 6),
    coalesce(currency, order_currency, getvariable('currency')),
    case when has_order then order_source else source end,
    case when has_order then order_medium else medium end,
    case when has_order then order_campaign else campaign end,
    case when has_order then order_ref else campaign_ref end,
    case when has_order then order_channel else analytics_channel end
from refunded
