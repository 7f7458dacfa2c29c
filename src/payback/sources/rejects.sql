-- Rows that could not be taken apart, and rows with a value that could not be read, each with its original text.
create or replace temp table ${target} as
with structural as (
    select
        row_number, line_number, reason, column_name, value, rule,
        null::varchar as currency, null::decimal(18, 6) as cost, null::decimal(18, 6) as revenue, original
    from ${structural}
),
unread as (
    select
        row_number, line_number, reason, reason_column, reason_value,
        ${currency} as currency, ${cost} as cost, ${revenue} as revenue
    from ${typed}
    where reason is not null
),
texts as (
    select row_number, concat_ws(',', ${original}) as original
    from ${raw}
    where row_number in (select row_number from unread)
),
rules (reason, rule) as (
    values ${rules}
),
unread_with_text as (
    select
        u.row_number, u.line_number, u.reason, u.reason_column as column_name, u.reason_value as value, r.rule,
        u.currency, u.cost, u.revenue, t.original
    from unread u
    join texts t using (row_number)
    join rules r using (reason)
)
select
    $table_name::varchar as table_name, 'loading' as gate, $source::varchar as source, $report::varchar as report,
    null::bigint as load_id, row_number, line_number, reason, column_name, value, rule, currency, cost, revenue,
    original, null::varchar as run_id
from (from structural union all from unread_with_text)
