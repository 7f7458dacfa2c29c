create table if not exists `reconciliation` (
    `source` varchar(100) not null,
    `account` varchar(100) not null,
    `day` date not null,
    `measure` varchar(100) not null,
    `currency` varchar(3),
    `warehouse_value` decimal(38,6),
    `independent_value` decimal(38,6),
    `difference` decimal(38,6),
    `explained_by` longtext,
    `checked_at` datetime(6),
    `run_id` longtext,
    primary key (`source`, `account`, `day`, `measure`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
