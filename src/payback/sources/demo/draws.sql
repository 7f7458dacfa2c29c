-- Chance made from (seed, kind of thing, number): the same on any number of threads, in any order of work and in every
-- version of the engine, whose own hash() changes. One MD5 gives 128 bits: two halves with four draws each.
create or replace temp macro luck(kind, number) as md5_number(concat_ws(' ', getvariable('seed'), kind, number));
create or replace temp macro low_half(luck) as (luck & 18446744073709551615::uhugeint)::ubigint;
create or replace temp macro high_half(luck) as (luck >> 64::uhugeint)::ubigint;

-- The n-th draw of a half, n from 0 to 3, as a share from 0 to below 1 in 65,536 steps; the first two as one, finer.
create or replace temp macro chance(half, n) as ((half >> (16 * n)) & 65535) / 65536;
create or replace temp macro fine_chance(half) as (half & 4294967295) / 4294967296;

-- A whole number below a limit, a waiting time of mean 1, and a bell curve of mean 0 and deviation 1 from two draws.
create or replace temp macro below(top, share) as floor(share * top)::bigint;
create or replace temp macro wait(share) as -ln(1 - share);
create or replace temp macro bell(share, turn) as sqrt(-2 * ln(1 - share)) * cos(2 * pi() * turn);

-- A number that looks like no other: the same for a person or a click wherever it comes up, and never twice.
create or replace temp macro scrambled(number) as
    (((number + getvariable('seed')) & 4294967295) * 1597334677) & 4294967295;
