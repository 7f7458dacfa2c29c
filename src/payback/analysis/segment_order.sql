-- What puts the segments in order: exact sums and counts of revenue, transactions and sessions in each.
with
    assigned as (select ${segment} as segment, ${numbers} from customers)

select segment, ${sums}
from assigned
where segment is not null
group by segment
order by segment
