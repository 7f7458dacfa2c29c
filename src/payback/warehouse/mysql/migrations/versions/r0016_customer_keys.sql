create table if not exists `customer_keys` (
    `source` varchar(100) not null,
    `account` varchar(100) not null,
    `external_key` varchar(500) not null,
    `customer_id` bigint,
    primary key (`source`, `account`, `external_key`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
