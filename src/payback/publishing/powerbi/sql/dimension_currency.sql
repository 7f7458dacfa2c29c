-- Every currency that a fact names, the most frequent of the campaigns first, and what stands before its amounts.
with
frequent as (
    select currency, count(*) as campaign_rows from ${clean_campaigns} group by currency
)
select
    members.currency,
    coalesce(members.currency, 'XXX') as currency_label,
    row_number() over (order by coalesce(campaign_rows, 0) desc, members.currency nulls last) as position,
    coalesce(signs.sign, '') as sign
from ${members} as members
left join frequent on frequent.currency is not distinct from members.currency
left join ${signs} as signs on signs.currency = members.currency
