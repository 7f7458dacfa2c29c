-- How people behave. They come rarely by night and mostly towards eight in the evening: a triangle over the day.
create or replace temp macro time_of_day(share) as
    case when share < 0.8 then sqrt(share * 0.8) else 1 - sqrt((1 - share) * 0.2) end;

-- An order has one to three lines: the number of a product, from 1, and one or two pieces of it.
create or replace temp macro order_lines(low, high) as list_transform(
    range(1 + (chance(low, 3) < 0.35)::integer + (chance(low, 3) < 0.12)::integer),
    lambda line: {
        'product': 1 + below(len(getvariable('prices')), chance(low, line)),
        'pieces': 1 + (chance(high, line) < 0.1)::integer
    }
);
create or replace temp macro order_cents(lines) as list_sum(
    list_transform(lines, lambda line: getvariable('prices')[line.product] * line.pieces)
);

-- The first of several spellings in four cases of five, else any of them.
create or replace temp macro pick(texts, share) as
    texts[case when share < 0.8 then 1 else 1 + below(len(texts), (share - 0.8) * 5) end];
