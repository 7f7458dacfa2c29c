-- The events of some parts of an export, narrow, every value in one shape; with what each says about where it came from.
with raw as (
    select
        ${part} as part,
        event_date::varchar as event_date,
        event_timestamp::bigint as at_us,
        ${position} as position,
        event_name::varchar as event_name,
        is_order(event_name) as is_paid,
        visitor_of(user_pseudo_id) as user_pseudo_id,
        ${user_id} as user_id,
        ${country} as country,
        ${params} as params,
        list_transform(params, lambda param: param.key) as keys,
        ${transaction_id} as transaction_id,
        ${purchase_revenue} as purchase_revenue,
        ${refund_value} as refund_value,
        said(${manual_source}) as manual_source,
        said(${manual_medium}) as manual_medium,
        said(${manual_campaign}) as manual_campaign,
        said(${manual_id}) as manual_id,
        coalesce(${gclid}, ${dclid}) as ad_click,
        ${srsltid} as shopping_click,
        ${cross_source} as cross_source,
        ${cross_medium} as cross_medium,
        ${cross_campaign} as cross_campaign,
        ${cross_id} as cross_id,
        ${cross_channel} as cross_channel,
        ${ads_id} as ads_id,
        ${ads_campaign} as ads_campaign,
        ${click_source} as click_source,
        ${click_medium} as click_medium,
        ${click_campaign} as click_campaign,
        ${click_id} as click_id
    from ${relation}
),

read as (
    select
        *,
        any_of(params[list_position(keys, 'ga_session_id')]) as session_id,
        text_of(params[list_position(keys, 'page_location')]) as page,
        case when manual_source is null then list_position(keys, 'source') end as source_place
    from raw
),

-- A value that is compared several times is worked out here, once: a case would work it out anew for each comparison.
linked as (
    select
        *,
        case when manual_source is null then in_page(page, 'utm_source') end as page_source,
        case when source_place is not null then trim(text_of(params[source_place])) end as param_source
    from read
),

-- What the link said: as Google collected it, else as the page's address says, else as the event's parameters do. The
-- branches of a case cost only the rows that reach them: looking a parameter up is what takes the time.
told as (
    select
        *,
        coalesce(page_source, means(param_source)) as other_source,
        coalesce(manual_source, other_source) as told_source,
        page_source is not null as is_in_page,
        case
            when manual_source is not null then manual_medium
            when is_in_page then in_page(page, 'utm_medium')
            when other_source is not null then said(text_of(params[list_position(keys, 'medium')]))
        end as told_medium,
        case
            when manual_source is not null then coalesce(manual_campaign, manual_id)
            when is_in_page then in_page(page, 'utm_campaign')
            when other_source is not null then said(text_of(params[list_position(keys, 'campaign')]))
        end as told_campaign,
        case when manual_source is not null then manual_id when is_in_page then in_page(page, 'utm_id') end as told_id,
        case
            when told_source is null then false
            when is_automatic(told_medium) then coalesce(contains(page, 'utm_medium='), false)
            else true
        end as is_tagged,
        case
            when is_tagged then null
            when ad_click is not null or list_position(keys, 'gclid') is not null then 'google'
            when shopping_click is not null then 'shopping'
            when contains(page, '?') then case
                when regexp_matches(page, '[?&](gclid|gbraid|wbraid|gclsrc|dclid)=[^&#]') then 'google'
                when regexp_matches(page, '[?&]msclkid=[^&#]') then 'bing'
                when regexp_matches(page, '[?&]srsltid=[^&#]') then 'shopping'
            end
        end as click_of
    from linked
),

-- A click id corrects what is not tagged: Google's own tag often calls such a visit organic. What has neither came from
-- the page before, on the page where it landed.
repaired as (
    select
        *,
        click_of is not null as is_repaired,
        case
            when is_repaired then case when click_of = 'bing' then 'bing' else 'google' end
            else told_source
        end as own_source,
        case
            when own_source is null and (
                event_name = 'session_start' or event_name = 'first_visit' or list_position(keys, 'entrances') is not null
            ) then text_of(params[list_position(keys, 'page_referrer')])
        end as referrer,
        case
            when referrer is not null then
                coalesce(any_of(params[list_position(keys, 'ignore_referrer')]), '') <> 'true'
                and host_of(referrer) <> host_of(page)
                and not ends_with(host_of(referrer), '.' || host_of(page))
                and not ends_with(host_of(page), '.' || host_of(referrer))
            else false
        end as is_referred
    from told
)

-- Every column that goes on is named: lists that went along would be copied for nothing.
select
    part,
    event_date,
    at_us,
    position,
    event_name,
    is_paid,
    user_pseudo_id,
    session_id,
    user_id,
    country,
    page,
    coalesce(
        whole_of(params[list_position(keys, 'engagement_time_msec')]),
        try_cast(text_of(params[list_position(keys, 'engagement_time_msec')]) as bigint)
    ) as engagement_ms,
    any_of(params[list_position(keys, 'session_engaged')]) as engaged,
    case when is_paid then
        coalesce(said(transaction_id), said(any_of(params[list_position(keys, 'transaction_id')])))
    end as order_id,
    case when is_paid then coalesce(
        case when event_name = 'refund' then refund_value else purchase_revenue end,
        amount_of(params[list_position(keys, 'value')])
    )::decimal(18, 6) end as amount,
    case when is_paid then upper(said(text_of(params[list_position(keys, 'currency')]))) end as currency,
    case when is_referred then nullif(host_of(referrer), '') else own_source end as touch_source,
    case
        when is_referred then '(referrer)'
        when is_repaired then case when click_of = 'shopping' then 'organic' else 'cpc' end
        else coalesce(told_medium, '(not set)')
    end as touch_medium,
    case
        when is_repaired and click_of = 'shopping' then 'Shopping Free Listings'
        when is_repaired and is_automatic(told_medium) then '(not set)'
        when is_referred then '(referral)'
        else coalesce(told_campaign, '(not set)')
    end as touch_campaign,
    coalesce(case when not is_repaired then told_id end, '') as touch_id,
    coalesce(cross_source, case when ads_campaign is not null or ads_id is not null then 'google' end, click_source)
        as google_source,
    coalesce(cross_medium, case when ads_campaign is not null or ads_id is not null then 'cpc' end, click_medium, '(not set)')
        as google_medium,
    coalesce(cross_campaign, ads_campaign, click_campaign, '(not set)') as google_campaign,
    coalesce(cross_id, ads_id, click_id, '') as google_id,
    coalesce(cross_channel, '') as google_channel
from repaired
