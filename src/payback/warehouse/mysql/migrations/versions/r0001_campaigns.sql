create table if not exists `campaigns` (
    `campaign_id` bigint,
    `campaign_name` varchar(500),
    `channel` varchar(100),
    `cost` decimal(18,6),
    `impressions` bigint,
    `clicks` bigint,
    `conversions` decimal(18,6),
    `revenue` decimal(18,6),
    `date` date not null,
    `source` varchar(100),
    `account` varchar(100),
    `currency` varchar(3),
    `external_campaign_id` varchar(200),
    `report` varchar(200),
    `load_id` bigint not null,
    `row_number` bigint not null,
    `row_hash` bigint,
    primary key (`load_id`, `row_number`, `date`),
    key `by_campaign_id` (`campaign_id`),
    key `by_date` (`date`),
    key `by_channel` (`channel`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
partition by range columns (`date`) (partition `later` values less than (maxvalue))
