create table if not exists `customer_segments` (
    `customer_id` bigint not null,
    `segment` bigint,
    `segment_name` varchar(100),
    primary key (`customer_id`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
