-- The cube with places in the lists of the report instead of names, like beside like.
select
    cast(cube.date - cast($first_day as date) as integer) as day,
    campaigns.place as campaign,
    channels.place as channel,
    countries.place as country,
    currencies.place as currency,
    ${measures}
from ${cube} as cube
inner join ${places} as campaigns
    on campaigns.kind = 'campaign'
    and campaigns.campaign_id = cube.campaign_id
    and campaigns.source = cube.source
    and campaigns.account = cube.account
inner join ${places} as channels on channels.kind = 'channel' and channels.name = cube.channel
inner join ${places} as countries on countries.kind = 'country' and countries.name = cube.country
inner join ${places} as currencies on currencies.kind = 'currency' and currencies.name = cube.currency
order by campaign, country, channel, currency, day, ${measures}
