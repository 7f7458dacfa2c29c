-- The parts that repeat in the export. A parameter has one value and is absent where it has none.
create or replace temp macro text_param(name, content) as {
    'key': name,
    'value': {
        'string_value': content::varchar,
        'int_value': null::bigint,
        'float_value': null::double,
        'double_value': null::double
    }
};
create or replace temp macro number_param(name, content) as {
    'key': name,
    'value': {
        'string_value': null::varchar,
        'int_value': content::bigint,
        'float_value': null::double,
        'double_value': null::double
    }
};
create or replace temp macro amount_param(name, content) as {
    'key': name,
    'value': {
        'string_value': null::varchar,
        'int_value': null::bigint,
        'float_value': null::double,
        'double_value': content::double
    }
};
create or replace temp macro has_value(param) as
    param.value.string_value is not null
    or param.value.int_value is not null
    or param.value.double_value is not null;

create or replace temp macro in_dollars(amount) as round(amount * getvariable('dollars')::double, 2);

create or replace temp macro order_item(line, kind) as {
    'item_id': getvariable('products')[line.product].id,
    'item_name': getvariable('products')[line.product].name,
    'item_brand': 'Nordlicht',
    'item_variant': null::varchar,
    'item_category': getvariable('products')[line.product].category,
    'price_in_usd': in_dollars(getvariable('products')[line.product].cents / 100),
    'price': getvariable('products')[line.product].cents / 100,
    'quantity': line.pieces::bigint,
    'item_revenue_in_usd': case
        when kind = 'human'
            then in_dollars(getvariable('products')[line.product].cents / 100 * line.pieces)
    end,
    'item_revenue': case
        when kind = 'human' then getvariable('products')[line.product].cents / 100 * line.pieces
    end,
    'item_refund': case
        when kind = 'refund' then getvariable('products')[line.product].cents / 100 * line.pieces
    end,
    'coupon': null::varchar,
    'affiliation': null::varchar
};

-- Google's own answer to where a session came from. A click whose campaign Google lost has none of its own.
create or replace temp macro last_click(campaign, is_lost, name, source, medium) as {
    'manual_campaign': case when not campaign.auto_tagged then {
        'campaign_id': campaign.utm_id,
        'campaign_name': name,
        'source': source,
        'medium': medium,
        'term': null::varchar,
        'content': null::varchar,
        'source_platform': null::varchar,
        'creative_format': null::varchar,
        'marketing_tactic': null::varchar
    } end,
    'google_ads_campaign': case when campaign.auto_tagged and not is_lost then {
        'customer_id': '1234567890',
        'account_name': getvariable('shop_name')::varchar,
        'campaign_id': campaign.campaign_id,
        'campaign_name': campaign.name,
        'ad_group_id': null::varchar,
        'ad_group_name': null::varchar
    } end,
    'cross_channel_campaign': {
        'campaign_id': case when not is_lost then coalesce(campaign.campaign_id, campaign.utm_id) end,
        'campaign_name': case when is_lost then '(not set)' else name end,
        'source': source,
        'medium': medium,
        'source_platform': case when campaign.auto_tagged then 'Google Ads' else 'Manual' end,
        'default_channel_group': campaign.channel,
        'primary_channel_group': campaign.channel
    }
}
