create table if not exists `data_quality` (
    `table_name` varchar(100) not null,
    `gate` varchar(100) not null,
    `severity` varchar(100) not null,
    `reason` varchar(100) not null,
    `currency` varchar(3) not null,
    `rule` longtext,
    `rows` bigint,
    `cost` decimal(38,6),
    `revenue` decimal(38,6),
    primary key (`table_name`, `gate`, `severity`, `reason`, `currency`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
