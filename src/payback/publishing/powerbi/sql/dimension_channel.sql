-- Every channel that a fact names.
select
    channel,
    coalesce(nullif(trim(channel), ''), '(no channel)') as channel_label
from ${members}
