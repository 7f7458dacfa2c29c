-- Campaigns that web analytics reports and an ad platform too, under the same id or name: the days of the platform's
-- reports count once, there. Of the two ways out of web analytics the Data API goes before the export.
create or replace temp table ${target}_twins as
with keyed as (
    select
        source, account, campaign_id, external_campaign_id, campaign_name, channel,
        name_key(tidy_name(campaign_name)) as spelling,
        list_position([${analytics}], source) as place
    from ${target}_names
),
of_analytics as (
    select * from keyed where place is not null
),
pairs as (
    select a.*, o.source as other_source, o.account as other_account, o.place as other_place
    from of_analytics a
    join keyed o using (spelling)
    union all
    select a.*, o.source as other_source, o.account as other_account, o.place as other_place
    from of_analytics a
    join keyed o using (external_campaign_id)
),
twins as (
    select distinct * exclude (spelling, place, other_place)
    from pairs
    where other_place is null or other_place < place
)
select * from twins
