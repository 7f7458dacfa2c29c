-- Evenly spaced customers in the order of their values: a stratified sample that does not depend on the order in
-- which the customers came and needs no customer number.
with
    placed as (
        select *, row_number() over (order by ${features}) - 1 as place, count(*) over () as places
        from complete
    )

select ${features}
from placed
where (place + 1) * $most // places > place * $most // places
