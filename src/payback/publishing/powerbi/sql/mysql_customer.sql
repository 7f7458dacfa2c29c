-- As dimension_customer.sql, in the words of MySQL.
select
    customer_id as "Customer Key",
    cast(customer_id as char(20)) as "Customer Number",
    cast(age as signed) as "Age",
    coalesce(age_band, 'unknown') as "Age Band",
    coalesce(gender, 'unknown') as "Gender"
from clean_customers
