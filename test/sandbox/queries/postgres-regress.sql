-- name: regress-window-01 aggregate of an aggregate
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT currency, status, SUM(SUM(total_cents)) OVER (PARTITION BY currency), AVG(total_cents) FROM orders
GROUP BY currency, status ORDER BY currency, status;

-- name: regress-window-02 ranks and distributions
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT dense_rank() OVER (PARTITION BY currency ORDER BY total_cents), percent_rank() OVER (PARTITION BY currency ORDER BY total_cents),
       cume_dist() OVER (PARTITION BY currency ORDER BY total_cents), ntile(3) OVER (ORDER BY total_cents, id), id
FROM orders WHERE id < 10;

-- name: regress-window-03 lag and lead with offsets and defaults
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT lag(total_cents) OVER w, lag(total_cents, 2, 0) OVER w, lead(total_cents * 2, 1, -1) OVER w, first_value(id) OVER w,
       nth_value(id, 2) OVER w, last_value(id) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
FROM orders WHERE id < 100 WINDOW w AS (PARTITION BY customer_id ORDER BY created_at);

-- name: regress-window-04 frame with exclusion
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT sum(total_cents) OVER (ORDER BY created_at ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW), id FROM orders WHERE id < 10;

-- name: regress-window-05 frame of groups
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT id, sum(total_cents) OVER (ORDER BY status GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM orders WHERE id < 100;

-- name: regress-window-06 range by interval
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT sum(total_cents) OVER (ORDER BY created_at RANGE BETWEEN '1 year'::interval PRECEDING AND '1 day'::interval FOLLOWING), total_cents, created_at FROM orders;

-- name: regress-window-07 frame offset from a subquery
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT sum(id) OVER (ORDER BY id ROWS (SELECT min(quantity) FROM order_items) + 1 PRECEDING), id FROM orders WHERE id < 10;

-- name: regress-window-08 filter on a window aggregate
-- source: PostgreSQL regression suite, window.sql, rewritten
SELECT count(*) FILTER (WHERE status = 'failed') OVER (PARTITION BY customer_id ORDER BY created_at) AS failed_so_far, id FROM orders LIMIT 100;

-- name: regress-groupingsets-01 ordered aggregates under rollup
-- source: PostgreSQL regression suite, groupingsets.sql, rewritten
select status, currency, grouping(status, currency), array_agg(id order by id), string_agg(id::text, ':' order by id desc),
       percentile_disc(0.5) within group (order by total_cents), rank(1, 'EUR') within group (order by id, currency)
from orders where id < 1000 group by rollup (status, currency) order by status, currency;

-- name: regress-groupingsets-02 nested sets
-- source: PostgreSQL regression suite, groupingsets.sql, rewritten
select sum(total_cents) from orders group by grouping sets (status, grouping sets (currency, cube (currency)), ()) order by 1 desc;

-- name: regress-groupingsets-03 lateral with cube
-- source: PostgreSQL regression suite, groupingsets.sql, rewritten
select * from (values (1), (2)) v(a) left join lateral (select v.a, status, currency, count(*) from orders group by cube (status, currency)) s on true order by 1, 3, 4;

-- name: regress-groupingsets-04 having on grouping
-- source: PostgreSQL regression suite, groupingsets.sql, rewritten
select currency, grouping(currency) from orders group by grouping sets (currency, status) having grouping(currency) > 0 order by 2, 1;

-- name: regress-groupingsets-05 array of rows
-- source: PostgreSQL regression suite, groupingsets.sql, rewritten
select array(select row(v.a, s1.*) from (select status, currency, count(*) from orders group by cube (status, currency) order by 1, 2) s1) from (values (1), (2)) v(a);

-- name: regress-aggregates-01 distinct, ordered and filtered
-- source: PostgreSQL regression suite, aggregates.sql, rewritten
SELECT string_agg(DISTINCT status, ',' ORDER BY status), array_agg(currency ORDER BY currency DESC NULLS LAST) FILTER (WHERE total_cents > 100),
       bool_and(total_cents > 0), bool_or(status = 'failed'), every(currency = 'EUR'), bit_and(id::int), bit_or(id::int), count(*) FILTER (WHERE failure_reason IS NOT NULL)
FROM orders;

-- name: regress-aggregates-02 correlated outer aggregate
-- source: PostgreSQL regression suite, aggregates.sql, rewritten
select status, sum(distinct customer_id) from orders a group by status
having exists (select 1 from customers b where sum(distinct a.total_cents) = b.id);

-- name: regress-join-01 full join of aggregates
-- source: PostgreSQL regression suite, join.sql, rewritten
SELECT coalesce(s1.k, s2.k) AS k, s1.n, s2.n FROM (SELECT customer_id AS k, count(*) AS n FROM orders GROUP BY 1) s1
FULL JOIN (SELECT customer_id AS k, count(*) AS n FROM support.tickets GROUP BY 1) s2 USING (k) WHERE s1.n IS NULL OR s2.n IS NULL;

-- name: regress-join-02 join alias
-- source: PostgreSQL regression suite, join.sql, rewritten
SELECT x.order_id, payments.provider FROM (payments JOIN order_items USING (order_id) AS x) WHERE x.order_id < 100;

-- name: regress-subselect-01 row comparison with a subquery
-- source: PostgreSQL regression suite, subselect.sql, rewritten
SELECT id FROM orders WHERE (status, currency) = (SELECT status, currency FROM orders WHERE id = 1) AND total_cents >= ALL (SELECT amount_cents FROM payments WHERE order_id = orders.id);

-- name: regress-with-01 nested with
-- source: PostgreSQL regression suite, with.sql, rewritten
WITH q1(x, y) AS (SELECT status, count(*) FROM orders GROUP BY 1) SELECT * FROM (WITH q2 AS (SELECT * FROM q1 WHERE y > 10) SELECT * FROM q2) s ORDER BY x;

-- name: regress-with-02 fibonacci
-- source: PostgreSQL regression suite, with.sql, rewritten
WITH RECURSIVE fib(a, b, n) AS (SELECT 0::bigint, 1::bigint, 1 UNION ALL SELECT b, a + b, n + 1 FROM fib WHERE n < 50) SELECT n, a FROM fib;

-- name: regress-union-01 mixed set operations
-- source: PostgreSQL regression suite, union.sql, rewritten
SELECT 'orders' AS what, count(*) FROM orders UNION ALL SELECT 'tickets', count(*) FROM support.tickets INTERSECT SELECT 'tickets', 5 ORDER BY 1;

-- name: regress-jsonb-01 construction and deletion
-- source: PostgreSQL regression suite, jsonb.sql, rewritten
SELECT jsonb_object_agg(status, n) - 'pending' #- '{paid}', jsonb_strip_nulls(jsonb_build_object('a', null, 'b', 1)), jsonb_set('{"a":1}', '{a}', '2'), '[1,2]'::jsonb || '3'
FROM (SELECT status, count(*) AS n FROM orders GROUP BY status) s;

-- name: regress-arrays-01 slices, overlap and unnest
-- source: PostgreSQL regression suite, arrays.sql, rewritten
SELECT u.v, u.i, ARRAY[1, 2] || 3, (ARRAY[[1, 2], [3, 4]])[1][2], ARRAY[1, 2] && ARRAY[2], array_remove(ARRAY['a', 'b'], 'a'), array_append(ARRAY[1], 2), array_cat(ARRAY[1], ARRAY[2])
FROM unnest(ARRAY['x', 'y']) WITH ORDINALITY AS u(v, i);

-- name: regress-case-01 nested case with coalesce
-- source: PostgreSQL regression suite, case.sql, rewritten
SELECT CASE WHEN CASE WHEN total_cents > 0 THEN true END THEN COALESCE(NULLIF(failure_reason, ''), status) ELSE 'none' END AS x, count(*) FROM orders GROUP BY 1 ORDER BY 2 DESC;

-- name: regress-numeric-01 mathematical functions
-- source: PostgreSQL regression suite, numeric.sql, rewritten
SELECT abs(-1.5), ceil(total_cents / 7.0), floor(total_cents / 7.0), round(total_cents / 7.0, 2), trunc(total_cents / 7.0, 1), sqrt(total_cents), power(2, 10), exp(1.0), ln(2.0), log(100.0),
       mod(total_cents, 7), sign(total_cents - 100), width_bucket(total_cents, 0, 10000, 10), total_cents % 2, 2 ^ 3, |/ 25, @ -5, div(9, 4), gcd(12, 18), pi(), degrees(1.0), 5 & 3, 5 | 3, 5 # 3, ~ 5, 1 << 4
FROM orders LIMIT 3;

-- name: regress-interval-01 intervals and comparisons
-- source: PostgreSQL regression suite, interval.sql, rewritten
SELECT interval '1' year + interval '2 mons' - interval '03:04' hour to minute, interval '1.5 weeks' * 2, interval '1 day' / 3, (now() - created_at) > interval '90 days', extract(days from interval '5 days 3 hours') FROM orders LIMIT 5;
