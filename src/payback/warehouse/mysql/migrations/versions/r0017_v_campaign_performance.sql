-- A row for each day, campaign and currency: what a report of campaigns adds up. Ratios are divided after adding.
create or replace sql security invoker view `v_campaign_performance` as
select
    `date`, `campaign_id`, `campaign_name`, `channel`, `source`, `account`, `currency`,
    cast(sum(`cost`) as decimal(38, 6)) as `cost`,
    cast(sum(`impressions`) as signed) as `impressions`,
    cast(sum(`clicks`) as signed) as `clicks`,
    cast(sum(`conversions`) as decimal(38, 6)) as `conversions`,
    cast(sum(`revenue`) as decimal(38, 6)) as `revenue`,
    cast(sum(`revenue` - `cost`) as decimal(38, 6)) as `profit`
from `clean_campaigns`
group by `date`, `campaign_id`, `campaign_name`, `channel`, `source`, `account`, `currency`
