/**
 * Every function a statement may call, by topic. Names only: all overloads that PostgreSQL 15 to 18
 * ship under a name must be harmless, which the tests check against the servers' own `pg_proc`.
 *
 * Left out on purpose, besides everything with an effect: what looks up objects by name or number
 * (`to_regclass`, `has_table_privilege`, `pg_get_viewdef`), what tells about the session or the
 * server (`current_setting`, `version`, `inet_client_addr`), what runs SQL given as text
 * (`query_to_xml`, `ts_stat`, `ts_rewrite`), XML, and what allocates without a bound (`array_fill`).
 */
const topics = {
  aggregate: `
    count sum avg min max array_agg string_agg bool_and bool_or every bit_and bit_or bit_xor any_value
    json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict
    jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict
    stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
    mode percentile_cont percentile_disc rank dense_rank percent_rank cume_dist range_agg range_intersect_agg`,
  window: `row_number ntile lag lead first_value last_value nth_value`,
  number: `
    abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power pow mod div gcd lcm
    degrees radians pi sin sind cos cosd tan tand cot cotd asin asind acos acosd atan atand atan2 atan2d
    sinh cosh tanh asinh acosh atanh erf erfc width_bucket scale min_scale trim_scale
    numeric float8 int4 int8 random`,
  text: `
    lower upper initcap length char_length character_length octet_length bit_length bit_count
    btrim ltrim rtrim left right substr substring position strpos split_part starts_with
    replace translate reverse overlay concat concat_ws format lpad rpad repeat chr ascii to_hex to_bin to_oct
    md5 sha224 sha256 sha384 sha512 crc32 crc32c encode decode convert_to convert_from unistr normalize is_normalized casefold
    quote_literal quote_ident quote_nullable like_escape similar_escape similar_to_escape
    regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_substr
    regexp_split_to_array regexp_split_to_table string_to_array string_to_table text`,
  time: `
    now clock_timestamp statement_timestamp transaction_timestamp age date date_part date_trunc date_bin date_add date_subtract
    extract make_date make_time make_timestamp make_timestamptz make_interval justify_days justify_hours justify_interval
    isfinite overlaps timezone to_char to_date to_timestamp to_number`,
  json: `
    to_json to_jsonb row_to_json array_to_json json_build_object json_build_array jsonb_build_object jsonb_build_array
    json_object jsonb_object json_array_length jsonb_array_length json_typeof jsonb_typeof
    json_each json_each_text jsonb_each jsonb_each_text json_array_elements json_array_elements_text
    jsonb_array_elements jsonb_array_elements_text json_object_keys jsonb_object_keys
    json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text
    jsonb_set jsonb_set_lax jsonb_insert json_strip_nulls jsonb_strip_nulls jsonb_pretty
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first
    jsonb_path_exists_tz jsonb_path_match_tz jsonb_path_query_tz jsonb_path_query_array_tz jsonb_path_query_first_tz
    json_to_record json_to_recordset jsonb_to_record jsonb_to_recordset`,
  array: `
    array_length array_ndims array_dims array_lower array_upper cardinality array_position array_positions
    array_append array_prepend array_cat array_remove array_replace array_to_string array_sort array_reverse trim_array
    unnest generate_subscripts generate_series`,
  range: `
    int4range int8range numrange tsrange tstzrange daterange
    int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
    isempty lower_inc upper_inc lower_inf upper_inf range_merge multirange`,
  search: `
    to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline
    setweight strip numnode querytree tsvector_to_array array_to_tsvector`,
  other: `
    host hostmask netmask network masklen family broadcast abbrev inet_same_family inet_merge
    gen_random_uuid uuid_extract_timestamp uuid_extract_version
    num_nulls num_nonnulls pg_typeof pg_column_size pg_size_pretty`,
}

const words = (list: string): string[] => list.split(/\s+/).filter(Boolean)

export const functions: ReadonlySet<string> = new Set(Object.values(topics).flatMap(words))

/** Give another value at each call, so a write that was previewed would write something else. */
export const unrepeatable: ReadonlySet<string> = new Set([
  'random',
  'clock_timestamp',
  'gen_random_uuid',
])

/** Make one row of many, unless they run over a window. */
export const aggregates: ReadonlySet<string> = new Set(words(topics.aggregate))

/** Make many rows of one. */
export const setReturning: ReadonlySet<string> = new Set(
  words(`
    generate_series generate_subscripts unnest regexp_matches regexp_split_to_table string_to_table
    json_each json_each_text jsonb_each jsonb_each_text json_array_elements json_array_elements_text
    jsonb_array_elements jsonb_array_elements_text json_object_keys jsonb_object_keys
    jsonb_path_query jsonb_path_query_tz json_to_recordset jsonb_to_recordset`),
)

/**
 * What the columns are called of functions that name them. Of any other the only column is called
 * like the function, or like its alias.
 */
export const outputColumns: ReadonlyMap<string, readonly string[]> = new Map([
  ['json_each', ['key', 'value']],
  ['json_each_text', ['key', 'value']],
  ['jsonb_each', ['key', 'value']],
  ['jsonb_each_text', ['key', 'value']],
  ['json_array_elements', ['value']],
  ['json_array_elements_text', ['value']],
  ['jsonb_array_elements', ['value']],
  ['jsonb_array_elements_text', ['value']],
])
