-- What the rules say about customer rows; nearly all rows break none, and have no line here.
create or replace temp table ${target}_verdicts as
-- A row that is turned away for what it says pushes out no other.
with valued as not materialized (
    select *, coalesce(unread, ${value_reason}) as value_reason from ${relation}
),
survivors as not materialized (
    select * from valued where value_reason is null
),
repeated_hashes as (
    select row_hash from survivors group by row_hash having count(*) > 1
),
compared as (
    select row_id, source, account, row_hash, load_id from survivors join repeated_hashes using (row_hash)
),
-- The last copy stays, so that it can be the last row of its customer too.
duplicates as (
    select row_id
    from compared
    qualify row_number() over (partition by source, account, row_hash order by load_id desc, row_id desc) > 1
),
repeated_customers as (
    select source, account, external_customer_id
    from survivors
    where external_customer_id is not null
    group by all
    having count(*) > 1
),
rivals as (
    select s.row_id, s.source, s.account, s.external_customer_id, s.currency, s.report, s.load_id, s.transactions
    from survivors s
    join repeated_customers using (source, account, external_customer_id)
    where not ${drops_duplicates} or s.row_id not in (select row_id from duplicates)
),
-- The last row of the last load counts,
superseded as (
    select row_id
    from rivals
    qualify row_number() over (
        partition by source, account, external_customer_id, currency order by load_id desc, row_id desc
    ) > 1
),
-- and of several currencies that of their own row, else the one with most transactions: money of two cannot be added,
-- and a customer is one row.
other_currencies as (
    select row_id
    from rivals
    anti join superseded using (row_id)
    qualify row_number() over (
        partition by source, account, external_customer_id
        order by report = 'orders', transactions desc nulls last, load_id desc, row_id desc
    ) > 1
),
usual as (
    select
        currency,
        ${revenue_bounds} as revenue_bounds
    from survivors
    where (not ${drops_superseded} or row_id not in (select row_id from superseded))
        and (not ${drops_duplicates} or row_id not in (select row_id from duplicates))
        and (not ${drops_currencies} or row_id not in (select row_id from other_currencies))
    group by all
),
looked_at as (
    select
        l.*,
        d.row_id is not null as is_duplicate,
        o.row_id is not null as is_superseded,
        m.row_id is not null as is_other_currency,
        coalesce(l.revenue > 0 and ln(l.revenue::double) not between u.revenue_bounds[1] and u.revenue_bounds[2], false)
            as is_outlier_revenue
    from valued l
    left join duplicates d using (row_id)
    left join superseded o using (row_id)
    left join other_currencies m using (row_id)
    left join usual u on u.currency is not distinct from l.currency
),
judged as (
    select
        row_id,
        coalesce(value_reason, ${relation_reason}) as reason,
        ${flags} as flags,
        ${notes} as notes
    from looked_at
)
select * from judged
where reason is not null or flags is not null or notes is not null
