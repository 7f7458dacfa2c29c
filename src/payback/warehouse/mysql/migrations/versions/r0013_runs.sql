create table if not exists `runs` (
    `run_id` varchar(100) not null,
    `started_at` datetime(6),
    `finished_at` datetime(6),
    `status` longtext,
    `seconds` double,
    `peak_memory_mb` double,
    `version` longtext,
    `fingerprint` longtext,
    `error` longtext,
    `record` longtext,
    primary key (`run_id`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
