-- Files of different sources that hold the same rows, letter for letter: a copy under another name that was revised
-- since. Rows alone may agree by chance; half a file does not.
with clean as (
    select row_hash, source, account, report from ${judged} where reason is null
),
repeated as (
    select row_hash from clean group by row_hash having count(*) > 1
),
places as (
    select distinct c.row_hash, c.source, c.account, c.report from clean c join repeated using (row_hash)
),
shared as (
    select a.report as report, b.report as other_report, count(*) as rows
    from places a
    join places b using (row_hash)
    where a.report < b.report and (a.source, a.account) <> (b.source, b.account)
    group by all
),
sizes as (
    select report, count(*) as rows from clean group by report
)
select s.report, s.other_report, s.rows
from shared s
join sizes a on a.report = s.report
join sizes b on b.report = s.other_report
where s.rows >= 5 and 2 * s.rows >= least(a.rows, b.rows)
order by s.report, s.other_report
