-- What puts the segments in order: exact sums and counts of revenue, transactions and sessions in each.
with
    numbers as (select segment, ${numbers} from segmented where segment is not null)

select segment, ${sums}
from numbers
group by segment
order by segment
