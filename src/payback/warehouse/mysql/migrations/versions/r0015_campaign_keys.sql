create table if not exists `campaign_keys` (
    `source` varchar(100) not null,
    `account` varchar(100) not null,
    `external_key` varchar(500) not null,
    `campaign_id` bigint,
    primary key (`source`, `account`, `external_key`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
