-- Every source and account that a fact names.
select
    source,
    account,
    coalesce(nullif(trim(source), ''), '(no source)') as source_label,
    coalesce(account, '') as account_label
from ${members}
