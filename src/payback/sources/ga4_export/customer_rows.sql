-- People as rows of customers. Age and gender are in no export of GA4: they come from a file of the shop, or not at all.
with named as (
    select
        c.age,
        c.gender,
        coalesce(p.country, c.country) as country,
        p.sessions,
        p.avg_session_duration,
        p.pages_per_session,
        p.transactions,
        p.revenue,
        null::varchar as age_band,
        getvariable('source')::varchar as source,
        getvariable('account')::varchar as account,
        p.currency,
        left(p.external_customer_id, 200) as external_customer_id,
        $1::varchar as report
    from ${people} as p
    left join ${crm} as c using (external_customer_id)
)

select
    *,
    row_number() over (order by external_customer_id) as row_number,
    ${row_hash} as row_hash
from named
