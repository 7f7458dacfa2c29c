-- What each visitor did in a session on the days of one part: sums, the first of what comes first, and the orders.
-- Events that lack the visitor or the session fall into one line each part, which is counted and never joined.
with events as (
    ${events}
),

summed as (
    select
        part,
        user_pseudo_id,
        session_id,
        min(event_date) as event_date,
        min(at_us) as start_us,
        max(at_us) as end_us,
        count(*) as events,
        count(*) filter (where event_name in ('page_view', 'screen_view')) as page_views,
        count(*) filter (where event_name = 'session_start') as starts,
        count(*) filter (where list_contains(getvariable('key_events'), event_name)) as key_events,
        coalesce(sum(coalesce(
            whole_of(params[list_position(keys, 'engagement_time_msec')]),
            try_cast(text_of(params[list_position(keys, 'engagement_time_msec')]) as bigint)
        )), 0)::bigint as engagement_ms,
        max(any_of(params[list_position(keys, 'session_engaged')])) as engaged,
        arg_min(country, position) as country,
        arg_min(page, position) as landing_page,
        arg_max(user_id, position) as user_id,
        min(case when touch_source is not null then position end) as touch_at,
        arg_min(touch_source, position) as touch_source,
        arg_min(touch_medium, position) filter (where touch_source is not null) as touch_medium,
        arg_min(touch_campaign, position) filter (where touch_source is not null) as touch_campaign,
        arg_min(touch_id, position) filter (where touch_source is not null) as touch_id,
        min(case when google_source is not null then position end) as google_at,
        arg_min(google_source, position) as google_source,
        arg_min(google_medium, position) filter (where google_source is not null) as google_medium,
        arg_min(google_campaign, position) filter (where google_source is not null) as google_campaign,
        arg_min(google_id, position) filter (where google_source is not null) as google_id,
        arg_min(google_channel, position) filter (where google_source is not null) as google_channel,
        -- Orders ride along, so that the events are read once; few events are one. A case around the whole would copy all
        -- of it for each event that is none.
        list({
            'position': position,
            'at_us': at_us,
            'event_date': event_date,
            'kind': case when event_name = 'refund' then 'refund' else 'purchase' end,
            'user_id': user_id,
            'country': country,
            'transaction_id': case when is_paid then coalesce(
                said(transaction_id), said(any_of(params[list_position(keys, 'transaction_id')]))
            ) end,
            'amount': case when is_paid then coalesce(
                case when event_name = 'refund' then refund_value else purchase_revenue end,
                amount_of(params[list_position(keys, 'value')]),
                list_sum(list_transform(items, lambda item: item.price * item.quantity))
            )::decimal(18, 6) end,
            'currency': case when is_paid then upper(said(text_of(params[list_position(keys, 'currency')]))) end,
            'pieces': case when is_paid then
                coalesce(list_sum(list_transform(items, lambda item: item.quantity)), 0)::bigint
            end,
            'touch_source': touch_source,
            'touch_medium': touch_medium,
            'touch_campaign': touch_campaign,
            'touch_id': touch_id,
            'google_source': google_source,
            'google_medium': google_medium,
            'google_campaign': google_campaign,
            'google_id': google_id,
            'google_channel': google_channel
        }) filter (where is_paid) as paid
    from events
    group by part, user_pseudo_id, session_id
),

dated as (
    select
        *,
        coalesce(try_strptime(event_date, '%Y%m%d'), try_cast(event_date as timestamp))::date as day
    from summed
),

-- A page that led here is a search engine, an assistant or any other site.
hosts as (
    select touch_source as host, ${category} as category
    from (select distinct touch_source from summed where touch_medium = '(referrer)')
),

referred as (
    select
        dated.*,
        case
            when category = 'search' then 'organic'
            when category = 'ai' and day >= date '${ai_day}' then 'ai-assistant'
            else 'referral'
        end as found_medium
    from dated
    left join hosts on host = touch_source
)

select
    * exclude (event_date, landing_page, engaged, found_medium, touch_source, touch_medium, touch_campaign),
    case
        when touch_medium = '(referrer)' and found_medium = 'organic'
            then regexp_extract(touch_source, '([^.]+)\.(?:com?\.)?[a-z]+$', 1)
        else touch_source
    end as touch_source,
    case when touch_medium = '(referrer)' then found_medium else touch_medium end as touch_medium,
    case when touch_medium = '(referrer)' then '(' || found_medium || ')' else touch_campaign end as touch_campaign,
    case lower(engaged)
        when '1' then true when 'true' then true when '0' then false when 'false' then false
    end as engaged,
    split_part(split_part(landing_page, '?', 1), '#', 1) as landing_page
from referred
