-- What a practised analyst would write by hand for one pass over the whole export, with no thought of tomorrow's day.
create or replace temp macro said(t) as case trim(t)
    when '' then null when '(not set)' then null when '(direct)' then null else trim(t) end;
create or replace temp view narrow as
with raw as (
    select
        event_date, event_timestamp as at_us, event_name, user_pseudo_id, user_id, geo.country as country,
        event_timestamp * 1024 + coalesce(batch_ordering_id, 0) * 32 + coalesce(batch_event_index, 0) as position,
        event_params as params, list_transform(event_params, lambda p: p.key) as keys,
        ecommerce, collected_traffic_source as c, session_traffic_source_last_click as l
    from read_parquet('${events}')
),

read as (
    select
        *,
        params[list_position(keys, 'ga_session_id')].value.int_value::varchar as session_id,
        said(c.manual_source) as manual_source,
        said(params[list_position(keys, 'source')].value.string_value) as param_source,
        coalesce(manual_source, param_source) as told_source,
        case when manual_source is not null then said(c.manual_medium)
            else said(params[list_position(keys, 'medium')].value.string_value) end as told_medium,
        case when manual_source is not null then coalesce(said(c.manual_campaign_name), said(c.manual_campaign_id))
            else said(params[list_position(keys, 'campaign')].value.string_value) end as told_campaign,
        c.gclid is not null and (told_source is null or told_medium in ('organic', 'referral')) as repaired
    from raw
)

select
    *,
    case when repaired then 'google' else told_source end as own_source,
    case when repaired then 'cpc' else coalesce(told_medium, '(not set)') end as own_medium,
    case when repaired and told_medium is not null then '(not set)' else coalesce(told_campaign, '(not set)') end
        as own_campaign,
    coalesce(case when not repaired then said(c.manual_campaign_id) end, '') as own_id,
    coalesce(l.cross_channel_campaign.source, case when l.google_ads_campaign is not null then 'google' end,
        l.manual_campaign.source) as google_source,
    coalesce(l.cross_channel_campaign.medium, l.manual_campaign.medium, '(not set)') as google_medium,
    coalesce(l.cross_channel_campaign.campaign_name, l.google_ads_campaign.campaign_name, l.manual_campaign.campaign_name,
        '(not set)') as google_campaign,
    coalesce(l.cross_channel_campaign.campaign_id, l.google_ads_campaign.campaign_id, l.manual_campaign.campaign_id, '')
        as google_id,
    coalesce(l.cross_channel_campaign.default_channel_group, '') as google_channel
from read;

create or replace temp table summed as
select
    user_pseudo_id, session_id,
    strptime(min(event_date), '%Y%m%d')::date as day,
    min(at_us) as start_us,
    max(at_us) - min(at_us) as duration_us,
    count(*) filter (where event_name in ('page_view', 'screen_view')) as page_views,
    coalesce(sum(params[list_position(keys, 'engagement_time_msec')].value.int_value), 0)::bigint as engagement_ms,
    max(params[list_position(keys, 'session_engaged')].value.string_value) as engaged,
    arg_min(country, position) as country,
    arg_min(own_source, position) as own_source,
    arg_min(own_medium, position) filter (where own_source is not null) as own_medium,
    arg_min(own_campaign, position) filter (where own_source is not null) as own_campaign,
    arg_min(own_id, position) filter (where own_source is not null) as own_id,
    arg_min(google_source, position) as google_source,
    arg_min(google_medium, position) filter (where google_source is not null) as google_medium,
    arg_min(google_campaign, position) filter (where google_source is not null) as google_campaign,
    arg_min(google_id, position) filter (where google_source is not null) as google_id,
    arg_min(google_channel, position) filter (where google_source is not null) as google_channel
from narrow
where user_pseudo_id is not null and session_id is not null
group by all;

create or replace temp table sessions as
with asked as (
    select user_pseudo_id, session_id, start_us from summed where google_source is null and own_source is null
),

earlier as (
    select a.user_pseudo_id, a.session_id, t.own_source, t.own_medium, t.own_campaign, t.own_id
    from asked as a
    asof join (select * from summed where own_source is not null) as t
        on a.user_pseudo_id = t.user_pseudo_id and a.start_us >= t.start_us
    where a.start_us - t.start_us <= 90 * 86400000000
)

select
    s.user_pseudo_id, s.session_id, s.day, s.start_us, s.duration_us, s.page_views, s.engagement_ms, s.country,
    coalesce(s.engaged = '1', s.duration_us > 10000000 or s.page_views >= 2) as is_engaged,
    coalesce(s.google_source, s.own_source, e.own_source, '(direct)') as source,
    case when s.google_source is not null then s.google_medium
        else coalesce(s.own_medium, e.own_medium, '(none)') end as medium,
    case when s.google_source is not null then s.google_campaign
        else coalesce(s.own_campaign, e.own_campaign, '(direct)') end as campaign,
    nullif(case when s.google_source is not null then s.google_id else coalesce(s.own_id, e.own_id) end, '') as ref,
    nullif(s.google_channel, '') as analytics_channel
from summed as s
left join earlier as e using (user_pseudo_id, session_id);

create or replace temp table sales as
with paid as (
    select
        *, ecommerce.transaction_id as id, strptime(event_date, '%Y%m%d')::date as day,
        params[list_position(keys, 'currency')].value.string_value as currency
    from narrow
    where event_name = 'purchase' or event_name = 'refund'
),

bought as (
    select
        p.id, p.day, p.currency, p.ecommerce.purchase_revenue::decimal(18, 6) as revenue, p.user_pseudo_id,
        coalesce(s.country, p.country) as country,
        case when s.day is not null then s.source else coalesce(p.google_source, p.own_source, '(not set)') end as source,
        case when s.day is not null then s.medium when p.google_source is not null then p.google_medium
            when p.own_source is not null then p.own_medium else '(not set)' end as medium,
        case when s.day is not null then s.campaign when p.google_source is not null then p.google_campaign
            when p.own_source is not null then p.own_campaign else '(not set)' end as campaign,
        case when s.day is not null then s.ref else nullif(p.own_id, '') end as ref,
        s.analytics_channel
    from (
        select * from paid where event_name = 'purchase'
        qualify row_number() over (partition by id order by at_us) = 1
    ) as p
    left join sessions as s using (user_pseudo_id, session_id)
)

select 1 as transactions, * exclude (id) from bought
union all by name
select 0 as transactions, r.day, b.currency, -r.ecommerce.refund_value::decimal(18, 6) as revenue, b.user_pseudo_id,
    b.country, b.source, b.medium, b.campaign, b.ref, b.analytics_channel
from paid as r
join bought as b on b.id = r.id
where r.event_name = 'refund';

copy (
    with both_kinds as (
        select day, source, medium, campaign, ref, analytics_channel, country, 'EUR' as currency, count(*) as sessions,
            count(*) filter (where is_engaged) as engaged_sessions, sum(engagement_ms) as engagement_ms,
            sum(duration_us) as duration_us, sum(page_views) as page_views, 0 as transactions, 0::decimal(38, 6) as revenue
        from sessions group by all
        union all by name
        select day, source, medium, campaign, ref, analytics_channel, country, currency, 0 as sessions,
            0 as engaged_sessions, 0 as engagement_ms, 0 as duration_us, 0 as page_views, sum(transactions) as transactions,
            sum(revenue) as revenue
        from sales group by all
    ),

    added as (
        select day, source, medium, campaign, ref, analytics_channel, country, currency, sum(sessions)::bigint as sessions,
            sum(engaged_sessions)::bigint as engaged_sessions, sum(engagement_ms)::bigint as engagement_ms,
            sum(duration_us)::bigint as duration_us, sum(page_views)::bigint as page_views,
            sum(transactions)::bigint as transactions, sum(revenue)::decimal(18, 6) as revenue
        from both_kinds group by all
    ),

    ruled as (
        select *, ${channel} as channel from (select distinct source, medium, campaign from added)
    )

    select added.*, ruled.channel from added join ruled using (source, medium, campaign)
) to '${days}' (format parquet);

copy (
    with visited as (
        select user_pseudo_id, count(*) as sessions, sum(duration_us)::bigint as duration_us,
            sum(page_views)::bigint as page_views, arg_max(country, start_us) as country
        from sessions group by all
    ),

    spent as (
        select user_pseudo_id, sum(transactions)::bigint as transactions, sum(revenue)::decimal(18, 6) as revenue
        from sales group by all
    )

    select v.*, coalesce(s.transactions, 0) as transactions, coalesce(s.revenue, 0)::decimal(18, 6) as revenue
    from visited as v left join spent as s using (user_pseudo_id)
) to '${customers}' (format parquet);
