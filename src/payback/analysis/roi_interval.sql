-- ROAS, its standard error and its interval, from six sums a group over days: the number of days, revenue, cost,
-- both squared, and their product. The delta method for a ratio of sums (Cochran, Sampling Techniques, 6.4):
-- var(R) = n / (n - 1) * sum((revenue - R * cost)^2) / sum(cost)^2, the square written out in sums.
-- Plain SQL, so that DuckDB, MySQL 8 and Spark give the same. t is the quantile for n - 1 degrees of freedom.
with
ratios as (
    select
        sums.*,
        case when cost > 0 then revenue / cost end as roas
    from ${sums} as sums
),
residuals as (
    select
        ratios.*,
        revenue_squared - 2 * roas * revenue_by_cost + roas * roas * cost_squared as squared
    from ratios
),
errors as (
    -- Doubles carry 16 digits: what is left below 10^-12 of the terms is rounding, so the days did not differ.
    select
        residuals.*,
        case
            when days < 2 then null
            when squared <= 1e-12 * (revenue_squared + roas * roas * cost_squared) then 0
            else sqrt(squared * days / (days - 1)) / cost
        end as roas_error
    from residuals
)
select
    errors.*,
    roas - t * roas_error as roas_low,
    roas + t * roas_error as roas_high
from errors
