create table if not exists `campaign_details` (
    `external_campaign_id` varchar(200),
    `campaign_name` varchar(500),
    `channel` varchar(100),
    `changed_at` varchar(40),
    `source` varchar(100),
    `account` varchar(100),
    `report` varchar(200),
    `load_id` bigint not null,
    `row_number` bigint not null,
    `row_hash` bigint,
    primary key (`load_id`, `row_number`),
    key `by_external_campaign_id` (`external_campaign_id`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
