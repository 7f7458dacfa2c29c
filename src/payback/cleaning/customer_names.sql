-- The one spelling of each gender and country, by the spellings that occur.
create or replace temp table ${target}_names as
with genders as (
    select
        'gender' as kind,
        s.gender as spelling,
        coalesce(g.gender, case when not is_missing(s.gender) then 'other' end, 'unknown') as standard
    from (select distinct gender from ${relation}) s
    left join ${genders} g on g.spelling = name_key(s.gender)
),
-- "NA" is no missing value here but Namibia.
countries as (
    select
        'country' as kind,
        s.country as spelling,
        coalesce(
            c.country,
            case when not is_missing(s.country) or upper(trimmed(s.country)) = 'NA' then tidy_name(s.country) end
        ) as standard
    from (select distinct country from ${relation}) s
    left join ${countries} c on c.spelling = name_key(s.country)
),
together as (
    select * from genders
    union all
    select * from countries
)
select * from together
