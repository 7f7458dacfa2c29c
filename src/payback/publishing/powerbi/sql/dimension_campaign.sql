-- Every campaign that a fact names, under its latest name and with the verdict over all days.
with
named as (
    select campaign_id, campaign_name, source, account, date from ${clean_campaigns}
    union all
    select campaign_id, campaign_name, source, account, date from ${campaign_traffic}
    where campaign_id not in (select campaign_id from ${clean_campaigns} where campaign_id is not null)
),
latest as (
    select
        campaign_id,
        arg_max(struct_pack(campaign_name, source, account), (date, campaign_name)) as last
    from named
    where campaign_id is not null and campaign_name is not null
    group by campaign_id
),
spelled as (
    select
        members.campaign_id,
        coalesce(last.campaign_name, '(no name)') as campaign_name,
        concat_ws(' · ', last.campaign_name, last.source, nullif(last.account, '')) as with_source
    from ${members} as members
    left join latest using (campaign_id)
),
-- Power BI takes names for equal whatever their case, and would add two campaigns of one name.
told_apart as (
    select
        *,
        count(*) over (partition by lower(trim(campaign_name))) > 1 as is_shared,
        count(*) over (partition by lower(trim(with_source))) > 1 as is_shared_in_source
    from spelled
),
verdicts as (
    select
        campaign_id,
        case when count(*) = 1 then any_value(verdict) else 'see its channels and currencies' end as verdict,
        case when count(*) = 1 then any_value(roi_low) end as roi_low,
        case when count(*) = 1 then any_value(roi_high) end as roi_high,
        case when count(*) = 1 then any_value(interval_note) end as interval_note
    from ${roi_by_campaign}
    group by campaign_id
)
select
    campaign_id,
    case
        when campaign_id is null then '(no campaign)'
        when is_shared_in_source then with_source || ' #' || campaign_id
        when is_shared then with_source
        else campaign_name
    end as label,
    case when campaign_id is not null then campaign_name end as campaign_name,
    cast(campaign_id as varchar) as number,
    coalesce(verdict, 'not judged') as verdict,
    roi_low,
    roi_high,
    interval_note
from told_apart
left join verdicts using (campaign_id)
