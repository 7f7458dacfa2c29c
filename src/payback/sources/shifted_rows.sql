-- Number rows among which lines were turned away or hold nothing: each such line moves the rows behind it.
create temp table ${file}_numbered as
with placed as (
    select rowid as place, * from temp.${file}_text
),
moved as (
    select p.*, coalesce(s.by_rows, 0) as by_rows, coalesce(s.by_lines, 0) as by_lines
    from placed p
    asof left join temp.${file}_shifts s on p.place >= s.place
)
select place + 1 + by_rows as row_number, place + ${first_line} + by_lines as line_number, ${cells}
from moved
where place <= ${last} and not (${blank})
order by place
