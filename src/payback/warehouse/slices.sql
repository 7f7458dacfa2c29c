-- The slices of a relation. Summing the hashes makes the content hash independent of the order of the rows and, unlike
-- an exclusive or, sensitive to how often a row occurs.
select
    source,
    account,
    report,
    ${day} as day,
    count(*) as rows,
    sum(${cost}) as cost,
    sum(${revenue}) as revenue,
    sum(row_hash)::varchar || '-' || $1 as content_hash
from ${relation}
group by all
order by day, source, account, report
