-- Every currency that a fact names, and what stands before its amounts.
select
    members.currency,
    coalesce(members.currency, 'XXX') as currency_label,
    coalesce(signs.sign, '') as sign
from ${members} as members
left join ${signs} as signs on signs.currency = members.currency
