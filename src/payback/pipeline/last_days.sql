-- The last day of each source.
select source, max(date) as last_day
from clean_campaigns
where date is not null
group by source
order by source
