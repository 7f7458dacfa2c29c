-- A row for each campaign and currency with its ratios over all days; a division by zero is empty. A ratio takes only the
-- rows in which both of its parts are known, as everywhere in Payback.
create or replace sql security invoker view `v_campaign_roi` as
select
    `campaign_id`, max(`campaign_name`) as `campaign_name`, `channel`, `currency`,
    min(`date`) as `first_day`, max(`date`) as `last_day`, count(distinct `date`) as `days`,
    cast(sum(`cost`) as decimal(38, 6)) as `cost`,
    cast(sum(`revenue`) as decimal(38, 6)) as `revenue`,
    cast(sum(`revenue` - `cost`) as decimal(38, 6)) as `profit`,
    cast(sum(`revenue` - `cost`) as double)
        / nullif(cast(sum(case when `revenue` is not null then `cost` end) as double), 0) as `roi`,
    cast(sum(case when `cost` is not null then `revenue` end) as double)
        / nullif(cast(sum(case when `revenue` is not null then `cost` end) as double), 0) as `roas`
from `clean_campaigns`
group by `campaign_id`, `channel`, `currency`
