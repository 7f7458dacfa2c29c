-- Every line of a regular text as a row of text cells, in the order of the file; lines of another width go to
-- ${file}_errors. Small buffers let all cores work on files of a few hundred megabytes too.
create temp table ${file}_text as
select *
from read_csv(
    ${path},
    header = false,
    skip = ${skip},
    auto_detect = false,
    all_varchar = true,
    columns = {${columns}},
    delim = ${delimiter},
    quote = '"',
    escape = '"',
    compression = ${compression},
    buffer_size = 8000000,
    store_rejects = true,
    rejects_table = '${file}_errors',
    rejects_scan = '${file}_scans',
    rejects_limit = ${limit}
)
