-- How values are read from event_params, and what a text says that says nothing.
create or replace temp macro text_of(param) as ${param_text};
create or replace temp macro whole_of(param) as ${param_whole};
create or replace temp macro amount_of(param) as coalesce(${param_real}, ${param_float}, whole_of(param)::double);
create or replace temp macro any_of(param) as coalesce(text_of(param), whole_of(param)::varchar);
-- Lists of values to compare with would become joins, which work on every row whether or not it has a value.
create or replace temp macro means(trimmed) as case trimmed
    when '' then null
    when '(not set)' then null
    when '(direct)' then null
    when 'null' then null
    when 'undefined' then null
    else trimmed
end;
create or replace temp macro said(content) as means(trim(content));
create or replace temp macro in_page(page, name) as case
    when contains(page, name || '=')
        then said(url_decode(replace(regexp_extract(page, '[?&]' || name || '=([^&#]*)', 1), '+', ' ')))
end;
-- Comparisons, not a list, for the same reason.
create or replace temp macro is_order(event_name) as
    event_name = 'purchase' or event_name = 'refund' or event_name = 'in_app_purchase'
    or event_name = 'ecommerce_purchase';
create or replace temp macro order_kind(event_name) as case when event_name = 'refund' then 'refund' else 'purchase' end;
create or replace temp macro visitor_of(id) as nullif(trim(id::varchar), '');
create or replace temp macro host_of(address) as
    regexp_extract(lower(address), '^[a-z]+://(?:www\.)?([^/:?#]+)', 1);
create or replace temp macro is_automatic(medium) as case lower(medium)
    when 'organic' then true when 'referral' then true when '(none)' then true when '(not set)' then true else false
end
