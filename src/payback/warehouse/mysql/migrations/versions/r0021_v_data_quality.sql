-- How many rows each rule concerns, and their money.
create or replace sql security invoker view `v_data_quality` as
select `table_name`, `gate`, `severity`, `reason`, `rule`, `rows`, `cost`, `revenue` from `data_quality`
