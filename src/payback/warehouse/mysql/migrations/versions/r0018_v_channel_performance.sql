-- A row for each month, channel and currency.
create or replace sql security invoker view `v_channel_performance` as
select
    cast(date_format(`date`, '%Y-%m-01') as date) as `month`,
    `channel`, `currency`,
    cast(sum(`cost`) as decimal(38, 6)) as `cost`,
    cast(sum(`impressions`) as signed) as `impressions`,
    cast(sum(`clicks`) as signed) as `clicks`,
    cast(sum(`conversions`) as decimal(38, 6)) as `conversions`,
    cast(sum(`revenue`) as decimal(38, 6)) as `revenue`,
    cast(sum(`revenue` - `cost`) as decimal(38, 6)) as `profit`
from `clean_campaigns`
group by cast(date_format(`date`, '%Y-%m-01') as date), `channel`, `currency`
