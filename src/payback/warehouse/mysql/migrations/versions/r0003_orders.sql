create table if not exists `orders` (
    `external_customer_id` varchar(200),
    `order_id` varchar(200),
    `date` date not null,
    `quantity` decimal(18,6),
    `unit_price` decimal(18,6),
    `revenue` decimal(18,6),
    `country` varchar(100),
    `source` varchar(100),
    `account` varchar(100),
    `currency` varchar(3),
    `report` varchar(200),
    `load_id` bigint not null,
    `row_number` bigint not null,
    `row_hash` bigint,
    primary key (`load_id`, `row_number`, `date`),
    key `by_external_customer_id` (`external_customer_id`),
    key `by_date` (`date`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
partition by range columns (`date`) (partition `later` values less than (maxvalue))
