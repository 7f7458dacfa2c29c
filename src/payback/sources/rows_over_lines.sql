-- Number rows of which some reach over several lines, because their cells hold line breaks.
create temp table ${file}_numbered as
with placed as (
    select rowid as place, ${lines} as lines, ${cells} from temp.${file}_text
),
started as (
    select
        *,
        sum(lines) over (order by place rows between unbounded preceding and 1 preceding) as lines_before
    from placed
)
select
    row_number() over (order by place) as row_number,
    (coalesce(lines_before, 0) + ${first_line})::bigint as line_number,
    ${cells}
from started
where place <= ${last} and not (${blank})
order by place
