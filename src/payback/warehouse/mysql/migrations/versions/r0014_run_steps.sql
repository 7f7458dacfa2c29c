create table if not exists `run_steps` (
    `run_id` varchar(100) not null,
    `step` varchar(100) not null,
    `position` bigint,
    `status` longtext,
    `seconds` double,
    `rows_in` bigint,
    `rows_out` bigint,
    `rows_rejected` bigint,
    `peak_memory_mb` double,
    `slowest_query` longtext,
    `error` longtext,
    primary key (`run_id`, `step`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
