-- How many rows each rule concerns, and their money, a row for each currency.
create or replace sql security invoker view `v_data_quality` as
select `table_name`, `gate`, `severity`, `reason`, `currency`, `rule`, `rows`, `cost`, `revenue` from `data_quality`
