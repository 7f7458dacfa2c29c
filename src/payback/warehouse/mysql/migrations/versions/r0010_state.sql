create table if not exists `state` (
    `name` varchar(100) not null,
    `value` longtext,
    primary key (`name`)
) engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin
