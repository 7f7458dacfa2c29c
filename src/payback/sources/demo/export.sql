-- The events of one day in the schema of Google's BigQuery export of GA4, as they came.
-- Reads day_events (narrow, in order; see day_events.sql). Lists kept in variables are looked up by number, not joined: a
-- projection keeps the order of the rows on any number of threads.
with told as (
    select
        day_events.*,
        getvariable('sources')[source + 1] as campaign,
        getvariable('sources')[first_source + 1] as first_campaign,
        case
            when kind = 'machine' then getvariable('machine')
            else getvariable('devices')[1 + (person >> 12) % len(getvariable('devices'))]
        end as gadget,
        case
            when kind = 'machine' then getvariable('machine_room')
            else getvariable('places')[1 + (person >> 8) % len(getvariable('places'))]
        end as spot,
        case when event_name in ('purchase', 'refund') then order_cents(lines) / 100 end as amount,
        kind = 'human' and not late as is_tagged,
        first_touch_us is not null as consents
    from day_events
),

tagged as (
    select
        *,
        case when is_tagged then pick(campaign.campaign_texts, campaign_share) end as tag_campaign,
        case when is_tagged then pick(campaign.source_texts, tag_share) end as tag_source,
        case when is_tagged then pick(campaign.medium_texts, 1 - tag_share) end as tag_medium,
        case
            when is_tagged and campaign.auto_tagged then 'Cj0KCQ' || to_base(scrambled(session), 36, 7) || '_BwE'
        end as gclid,
        campaign.auto_tagged and campaign_share < 0.06 as is_lost,
        case
            when is_landing or event_name in ('session_start', 'first_visit') then '/'
            when event_name = 'purchase' then '/checkout/thank-you'
            else '/p/' || lower(getvariable('products')[1 + (session + 5 * position) % len(getvariable('products'))].id)
        end as path
    from told
),

located as (
    select
        *,
        case
            when not is_landing then ''
            when gclid is not null then '?gclid=' || gclid
            when campaign.in_address and tag_campaign is not null then
                '?utm_source=' || url_encode(tag_source) || '&utm_medium=' || url_encode(tag_medium)
                || '&utm_campaign=' || url_encode(tag_campaign) || coalesce('&utm_id=' || campaign.utm_id, '')
            else ''
        end as question
    from tagged
)

select
    getvariable('event_date')::varchar as event_date,
    at_us as event_timestamp,
    event_name,
    list_filter([
        number_param('ga_session_id', session_id),
        number_param('ga_session_number', case when session_id is not null then session_number end),
        text_param('page_location', case when kind <> 'refund' then getvariable('shop_url') || path || question end),
        text_param('page_referrer', case when is_landing and is_tagged then campaign.referrer end),
        number_param('entrances', case when is_landing then 1 end),
        text_param('session_engaged', case when kind <> 'refund' then engages::integer::varchar end),
        number_param('engagement_time_msec', case
            when engages and not is_landing and event_name in ('page_view', 'user_engagement') then step_ms end),
        text_param('campaign', case when is_landing then tag_campaign end),
        text_param('source', case when is_landing then tag_source end),
        text_param('medium', case when is_landing then tag_medium end),
        text_param('transaction_id', case when amount is not null then 'T' || session end),
        text_param('currency', case when lines is not null then getvariable('currency')::varchar end),
        amount_param('value', amount)
    ], lambda param: has_value(param)) as event_params,
    null::bigint as event_previous_timestamp,
    in_dollars(amount) as event_value_in_usd,
    scrambled(session + position)::bigint as event_bundle_sequence_id,
    null::bigint as event_server_timestamp_offset,
    case
        when consents and kind <> 'machine' and (person >> 4) % 4 = 0
            then (100001 + person % getvariable('customers'))::varchar
    end as user_id,
    case when consents then (1000000000 + person)::varchar || '.' || first_touch_us // 1000000 end as user_pseudo_id,
    {
        'analytics_storage': case when consents then 'Yes' else 'No' end,
        'ads_storage': case when consents then 'Yes' else 'No' end,
        'uses_transient_token': 'No'
    } as privacy_info,
    []::struct("key" varchar, "value" struct(
        string_value varchar, int_value bigint, float_value double, double_value double, set_timestamp_micros bigint
    ))[] as user_properties,
    first_touch_us as user_first_touch_timestamp,
    {'revenue': null::double, 'currency': null::varchar} as user_ltv,
    {
        'category': gadget.category,
        'mobile_brand_name': gadget.brand,
        'mobile_model_name': gadget.model,
        'mobile_marketing_name': null::varchar,
        'mobile_os_hardware_model': null::varchar,
        'operating_system': gadget.system,
        'operating_system_version': gadget.version,
        'vendor_id': null::varchar,
        'advertising_id': null::varchar,
        'language': spot.language,
        'is_limited_ad_tracking': 'No',
        'time_zone_offset_seconds': null::bigint,
        'browser': null::varchar,
        'browser_version': null::varchar,
        'web_info': {
            'browser': gadget.browser,
            'browser_version': null::varchar,
            'hostname': getvariable('host')::varchar
        }
    } as device,
    {
        'city': spot.city,
        'country': spot.country,
        'continent': case when kind = 'machine' then 'Americas' else 'Europe' end,
        'region': spot.region,
        'sub_continent': spot.part,
        'metro': '(not set)'
    } as geo,
    null::struct(
        id varchar, version varchar, install_store varchar, firebase_app_id varchar, install_source varchar
    ) as app_info,
    {
        'name': case when consents then first_campaign.shown_campaign end,
        'medium': case when consents then first_campaign.shown_medium end,
        'source': case when consents then first_campaign.shown_source end
    } as traffic_source,
    '4711470001' as stream_id,
    'WEB' as platform,
    {'hostname': getvariable('host')::varchar} as event_dimensions,
    case when amount is not null then {
        'total_item_quantity': list_sum(list_transform(lines, lambda line: line.pieces))::bigint,
        'purchase_revenue_in_usd': case when kind <> 'refund' then in_dollars(amount) end,
        'purchase_revenue': case when kind <> 'refund' then amount end,
        'refund_value_in_usd': case when kind = 'refund' then in_dollars(amount) end,
        'refund_value': case when kind = 'refund' then amount end,
        'shipping_value_in_usd': null::double,
        'shipping_value': null::double,
        'tax_value_in_usd': null::double,
        'tax_value': null::double,
        'unique_items': len(lines)::bigint,
        'transaction_id': 'T' || session
    } end as ecommerce,
    coalesce(list_transform(lines, lambda line: order_item(line, kind)), []) as items,
    case when is_tagged and tag_source is not null or gclid is not null then {
        'manual_campaign_id': campaign.utm_id,
        'manual_campaign_name': tag_campaign,
        'manual_source': tag_source,
        'manual_medium': tag_medium,
        'manual_term': null::varchar,
        'manual_content': null::varchar,
        'manual_source_platform': null::varchar,
        'manual_creative_format': null::varchar,
        'manual_marketing_tactic': null::varchar,
        'gclid': gclid,
        'dclid': null::varchar,
        'srsltid': null::varchar
    } end as collected_traffic_source,
    engages and consents as is_active_user,
    position::bigint as batch_event_index,
    case when kind <> 'refund' then at_us // 1000 end as batch_page_id,
    position::bigint as batch_ordering_id,
    case when consents and kind <> 'refund' then last_click(
        campaign, is_lost, coalesce(tag_campaign, campaign.shown_campaign), coalesce(tag_source, campaign.shown_source),
        coalesce(tag_medium, campaign.shown_medium)
    ) end as session_traffic_source_last_click,
    null::struct(
        ad_revenue_in_usd double, ad_format varchar, ad_source_name varchar, ad_unit_id varchar
    ) as publisher
from located
