-- Every country that a fact names.
select
    country,
    coalesce(nullif(trim(country), ''), '(no country)') as country_label
from ${members}
