-- What the other numbers of a column of text prove: those with signs of money, commas, blanks, brackets.
with texts as (
    select ${column} as t from ${relation}
),
others as (
    select t, number_parts(t) as parts from texts where not is_plain(t)
),
counted as (
    select
        decimal_evidence(number_digits(parts)) as evidence,
        contains(parts.digits, '.') as has_point,
        ends_with(parts.digits, '000') as is_round,
        parts.unit_before as unit_before,
        parts.unit_behind as unit_behind,
        count(*) as rows,
        min(t) as example
    from others
    where parts.digits <> ''
    group by all
),
named as (
    select *, number_unit(struct_pack(unit_before, unit_behind)) as unit from counted
)
select
    coalesce(sum(rows) filter (where evidence = '.'), 0) as point,
    coalesce(sum(rows) filter (where evidence = ','), 0) as comma,
    coalesce(sum(rows) filter (where evidence = '?' and has_point), 0) as point_groups,
    coalesce(sum(rows) filter (where evidence = '?' and not has_point), 0) as comma_groups,
    coalesce(sum(rows) filter (where evidence = '?' and is_round), 0) as round_groups,
    min(example) filter (where evidence = '?') as example,
    list(distinct unit order by unit) filter (where unit is not null) as signs
from named
