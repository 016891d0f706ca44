-- name: ssb-1.1 discounted revenue of a year
-- source: Star Schema Benchmark (O'Neil et al.) Q1.1, rewritten
select sum(oi.unit_price_cents * 0.02) as revenue
from order_items oi, orders o
where oi.order_id = o.id
  and date_part('year', o.created_at) = 2026
  and oi.unit_price_cents between 100 and 3000
  and oi.quantity < 25;

-- name: ssb-1.2 discounted revenue of a month
-- source: Star Schema Benchmark Q1.2, rewritten
select sum(oi.unit_price_cents * oi.quantity) as revenue
from order_items oi, orders o
where oi.order_id = o.id
  and to_char(o.created_at, 'YYYYMM') = '202601'
  and oi.quantity between 26 and 35;

-- name: ssb-1.3 discounted revenue of a week
-- source: Star Schema Benchmark Q1.3, rewritten
select sum(oi.unit_price_cents * oi.quantity) as revenue
from order_items oi, orders o
where oi.order_id = o.id
  and extract(week from o.created_at) = 6
  and extract(isoyear from o.created_at) = 2026
  and oi.quantity between 26 and 35;

-- name: ssb-2.1 revenue by year and brand
-- source: Star Schema Benchmark Q2.1, rewritten
select sum(oi.unit_price_cents * oi.quantity), date_part('year', o.created_at) as d_year, p.sku
from order_items oi, orders o, products p, customers c
where oi.order_id = o.id and oi.product_id = p.id and c.id = o.customer_id
  and p.category = 'chairs' and c.country = 'US'
group by d_year, p.sku
order by d_year, p.sku;

-- name: ssb-2.2 revenue by year and brand range
-- source: Star Schema Benchmark Q2.2, rewritten
select sum(oi.unit_price_cents * oi.quantity) as revenue, date_part('year', o.created_at) as d_year, p.sku
from order_items oi join orders o on oi.order_id = o.id
     join products p on oi.product_id = p.id
     join customers c on c.id = o.customer_id
where p.sku between 'CH-2221' and 'CH-2228' and c.country = 'JP'
group by 2, 3
order by 2, 3;

-- name: ssb-2.3 revenue of one brand
-- source: Star Schema Benchmark Q2.3, rewritten
select sum(oi.unit_price_cents * oi.quantity) as revenue, date_part('year', o.created_at) as d_year, p.sku
from order_items oi, orders o, products p, customers c
where oi.order_id = o.id and oi.product_id = p.id and o.customer_id = c.id
  and p.sku = 'CH-2221' and c.country = 'GB'
group by d_year, p.sku order by d_year, p.sku;

-- name: ssb-3.1 revenue by country and year
-- source: Star Schema Benchmark Q3.1, rewritten
select c.country, c.segment, extract(year from o.created_at) as d_year, sum(o.total_cents) as revenue
from customers c, orders o
where o.customer_id = c.id and c.country in ('CN', 'JP', 'IN')
  and extract(year from o.created_at) >= 2022 and extract(year from o.created_at) <= 2027
group by c.country, c.segment, d_year
order by d_year asc, revenue desc;

-- name: ssb-3.2 revenue by segment of a country
-- source: Star Schema Benchmark Q3.2, rewritten
select c.segment, p.provider, extract(year from o.created_at)::int as d_year, sum(p.amount_cents) as revenue
from customers c, orders o, payments p
where o.customer_id = c.id and p.order_id = o.id and c.country = 'US'
group by c.segment, p.provider, d_year
order by d_year asc, revenue desc;

-- name: ssb-3.3 revenue of two segments
-- source: Star Schema Benchmark Q3.3, rewritten
select c.segment, p.provider, extract(year from o.created_at) as d_year, sum(p.amount_cents) as revenue
from customers c, orders o, payments p
where o.customer_id = c.id and p.order_id = o.id
  and (c.segment = 'public_sector' or c.segment = 'business')
  and (p.provider = 'stripe' or p.provider = 'paypal')
group by c.segment, p.provider, d_year
order by d_year asc, revenue desc;

-- name: ssb-3.4 revenue of one month
-- source: Star Schema Benchmark Q3.4, rewritten
select c.segment, p.provider, to_char(o.created_at, 'MonYYYY') as yearmonth, sum(p.amount_cents) as revenue
from customers c, orders o, payments p
where o.customer_id = c.id and p.order_id = o.id and to_char(o.created_at, 'MonYYYY') = 'Dec2026'
group by 1, 2, 3
order by 3 asc, 4 desc;

-- name: ssb-4.1 profit by year and country
-- source: Star Schema Benchmark Q4.1, rewritten
select extract(year from o.created_at) as d_year, c.country,
       sum(oi.unit_price_cents * oi.quantity - p.price_cents * oi.quantity / 2) as profit
from orders o, customers c, products p, order_items oi
where o.customer_id = c.id and oi.order_id = o.id and oi.product_id = p.id
  and (p.category = 'chairs' or p.category = 'desks')
group by d_year, c.country
order by d_year, c.country;

-- name: ssb-4.2 profit by year, country and category
-- source: Star Schema Benchmark Q4.2, rewritten
select extract(year from o.created_at) as d_year, c.country, p.category,
       sum(oi.unit_price_cents * oi.quantity - p.price_cents * oi.quantity / 2) as profit
from orders o, customers c, products p, order_items oi
where o.customer_id = c.id and oi.order_id = o.id and oi.product_id = p.id
  and extract(year from o.created_at) in (2025, 2026)
group by d_year, c.country, p.category
order by d_year, c.country, p.category;

-- name: ssb-4.3 profit by year, segment and sku
-- source: Star Schema Benchmark Q4.3, rewritten
select extract(year from o.created_at) as d_year, c.segment, p.sku,
       sum(oi.unit_price_cents * oi.quantity - p.price_cents * oi.quantity / 2) as profit
from orders o, customers c, products p, order_items oi
where o.customer_id = c.id and oi.order_id = o.id and oi.product_id = p.id
  and c.country = 'US' and p.category = 'lamps'
group by d_year, c.segment, p.sku
order by d_year, c.segment, p.sku;
