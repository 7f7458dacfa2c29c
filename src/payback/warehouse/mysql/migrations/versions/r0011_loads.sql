create table if not exists `loads` (
    `table_name` varchar(100) not null,
    `source` varchar(100) not null,
    `account` varchar(100) not null,
    `report` varchar(200) not null,
    `day` date,
    `load_id` bigint,
    `request` longtext,
    `rows` bigint,
    `cost` decimal(38,6),
    `revenue` decimal(38,6),
    `content_hash` longtext,
    `flags` longtext,
    `run_id` longtext,
    `loaded_at` datetime(6),
    `slice_day` date generated always as (coalesce(`day`, date '1000-01-01')) stored not null,
    primary key (`table_name`, `source`, `account`, `report`, `slice_day`),
    key `by_load_id` (`load_id`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
