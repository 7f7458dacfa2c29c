-- Every customer, without anything that names a person.
select
    customer_id,
    cast(customer_id as varchar) as number,
    cast(age as bigint) as age,
    coalesce(age_band, 'unknown') as age_band,
    coalesce(gender, 'unknown') as gender
from ${clean_customers}
