-- Size, money and typical behaviour of each segment. Sums are exact decimals, so neither the order of the rows nor the
-- number of threads can change a digit; the customers without a segment have a row of their own, so nothing is lost.
with
    numbers as (select segment, ${numbers} from segmented),
    profiles as (
        select segment, count(*) as customers, sum(revenue) as revenue, ${statistics}
        from numbers
        group by segment
    ),
    totals as (select sum(customers) as customers, sum(revenue) as revenue from profiles)

select
    profiles.segment,
    profiles.customers,
    cast(profiles.customers as double) / cast(totals.customers as double) as share_of_customers,
    profiles.revenue,
    -- Of a total that is zero or negative no one has a share.
    case when totals.revenue > 0 then cast(profiles.revenue as double) / cast(totals.revenue as double) end
        as share_of_revenue,
    ${names}
from profiles
cross join totals
order by profiles.segment nulls last
