-- name: tpch-01 pricing summary report
-- source: TPC-H v3 query 1, rewritten
select o.status, o.currency,
       sum(oi.quantity) as sum_qty,
       sum(oi.quantity * oi.unit_price_cents) as sum_base_price,
       sum(oi.quantity * oi.unit_price_cents * (1 - 0.05)) as sum_disc_price,
       sum(oi.quantity * oi.unit_price_cents * (1 - 0.05) * (1 + 0.19)) as sum_charge,
       avg(oi.quantity) as avg_qty,
       avg(oi.unit_price_cents) as avg_price,
       count(*) as count_order
from order_items oi join orders o on o.id = oi.order_id
where o.created_at <= date '2026-12-01' - interval '90' day
group by o.status, o.currency
order by o.status, o.currency;

-- name: tpch-02 minimum cost product of a category
-- source: TPC-H v3 query 2, rewritten
select p.sku, p.name, p.category, p.price_cents
from products p
where p.name like '%Chair'
  and p.price_cents = (select min(p2.price_cents) from products p2
                       where p2.category = p.category and p2.name like '%Chair')
order by p.price_cents desc, p.category, p.name, p.id
limit 100;

-- name: tpch-03 shipping priority
-- source: TPC-H v3 query 3, rewritten
select o.id, sum(oi.unit_price_cents * oi.quantity) as revenue, o.created_at, o.status
from customers c, orders o, order_items oi
where c.segment = 'business'
  and c.id = o.customer_id
  and oi.order_id = o.id
  and o.created_at < date '2026-03-15'
  and o.updated_at > date '2026-03-15'
group by o.id, o.created_at, o.status
order by revenue desc, o.created_at
limit 10;

-- name: tpch-04 order priority checking
-- source: TPC-H v3 query 4, rewritten
select o.status, count(*) as order_count
from orders o
where o.created_at >= date '2026-07-01'
  and o.created_at < date '2026-07-01' + interval '3' month
  and exists (select * from payments p where p.order_id = o.id and p.created_at < o.updated_at)
group by o.status
order by o.status;

-- name: tpch-05 local supplier volume
-- source: TPC-H v3 query 5, rewritten
select c.country, sum(oi.unit_price_cents * oi.quantity * (1 - 0.1)) as revenue
from customers c, orders o, order_items oi, products p
where c.id = o.customer_id
  and oi.order_id = o.id
  and p.id = oi.product_id
  and p.category in ('chairs', 'desks')
  and o.created_at >= date '2026-01-01'
  and o.created_at < date '2026-01-01' + interval '1' year
group by c.country
order by revenue desc;

-- name: tpch-06 forecasting revenue change
-- source: TPC-H v3 query 6, rewritten
select sum(oi.unit_price_cents * 0.06) as revenue
from order_items oi join orders o on o.id = oi.order_id
where o.created_at >= date '2026-01-01'
  and o.created_at < date '2026-01-01' + interval '1' year
  and oi.unit_price_cents between 600 - 100 and 600 + 100
  and oi.quantity < 24;

-- name: tpch-07 volume shipping between two countries
-- source: TPC-H v3 query 7, rewritten
select bill_country, ship_country, l_year, sum(volume) as revenue
from (
  select c1.country as bill_country, c2.country as ship_country,
         extract(year from o.created_at) as l_year,
         oi.unit_price_cents * oi.quantity as volume
  from customers c1, customers c2, orders o, order_items oi
  where o.customer_id = c1.id
    and c2.segment = c1.segment
    and oi.order_id = o.id
    and ((c1.country = 'FR' and c2.country = 'DE') or (c1.country = 'DE' and c2.country = 'FR'))
    and o.created_at between date '2025-01-01' and date '2026-12-31'
) as shipping
group by bill_country, ship_country, l_year
order by bill_country, ship_country, l_year;

-- name: tpch-08 national market share
-- source: TPC-H v3 query 8, rewritten
select o_year, sum(case when country = 'BR' then volume else 0 end) / sum(volume) as mkt_share
from (
  select extract(year from o.created_at) as o_year,
         oi.unit_price_cents * (1 - 0.07) as volume,
         c.country
  from products p, order_items oi, orders o, customers c
  where p.id = oi.product_id
    and oi.order_id = o.id
    and o.customer_id = c.id
    and o.created_at between date '2025-01-01' and date '2026-12-31'
    and p.category = 'lamps'
) as all_nations
group by o_year
order by o_year;

-- name: tpch-09 product type profit measure
-- source: TPC-H v3 query 9, rewritten
select country, o_year, sum(amount) as sum_profit
from (
  select c.country, extract(year from o.created_at) as o_year,
         oi.unit_price_cents * oi.quantity - p.price_cents * 0.6 * oi.quantity as amount
  from products p, order_items oi, orders o, customers c
  where p.id = oi.product_id and o.id = oi.order_id and c.id = o.customer_id
    and p.name like '%green%'
) as profit
group by country, o_year
order by country, o_year desc;

-- name: tpch-10 returned item reporting
-- source: TPC-H v3 query 10, rewritten
select c.id, c.name, sum(oi.unit_price_cents * oi.quantity) as revenue, c.country, c.segment, c.notes
from customers c, orders o, order_items oi
where c.id = o.customer_id
  and oi.order_id = o.id
  and o.created_at >= date '2026-10-01'
  and o.created_at < date '2026-10-01' + interval '3' month
  and o.status = 'refunded'
group by c.id, c.name, c.country, c.segment, c.notes
order by revenue desc
limit 20;

-- name: tpch-11 important stock identification
-- source: TPC-H v3 query 11, rewritten
select oi.product_id, sum(oi.unit_price_cents * oi.quantity) as value
from order_items oi, orders o, customers c
where oi.order_id = o.id and o.customer_id = c.id and c.country = 'DE'
group by oi.product_id
having sum(oi.unit_price_cents * oi.quantity) > (
  select sum(oi2.unit_price_cents * oi2.quantity) * 0.0001
  from order_items oi2, orders o2, customers c2
  where oi2.order_id = o2.id and o2.customer_id = c2.id and c2.country = 'DE')
order by value desc;

-- name: tpch-12 shipping modes and order priority
-- source: TPC-H v3 query 12, rewritten
select p.provider,
       sum(case when o.currency = 'EUR' or o.currency = 'USD' then 1 else 0 end) as high_line_count,
       sum(case when o.currency <> 'EUR' and o.currency <> 'USD' then 1 else 0 end) as low_line_count
from orders o, payments p
where o.id = p.order_id
  and p.provider in ('stripe', 'adyen')
  and p.created_at < o.updated_at
  and o.created_at < p.created_at
  and o.updated_at >= date '2026-01-01'
  and o.updated_at < date '2026-01-01' + interval '1' year
group by p.provider
order by p.provider;

-- name: tpch-13 customer distribution
-- source: TPC-H v3 query 13, rewritten
select c_count, count(*) as custdist
from (
  select c.id, count(o.id)
  from customers c left outer join orders o
    on c.id = o.customer_id and o.failure_reason not like '%special%requests%'
  group by c.id
) as c_orders (c_custkey, c_count)
group by c_count
order by custdist desc, c_count desc;

-- name: tpch-14 promotion effect
-- source: TPC-H v3 query 14, rewritten
select 100.00 * sum(case when p.category like 'PROMO%' then oi.unit_price_cents * (1 - 0.05) else 0 end)
       / sum(oi.unit_price_cents * (1 - 0.05)) as promo_revenue
from order_items oi, products p, orders o
where oi.product_id = p.id and o.id = oi.order_id
  and o.created_at >= date '2026-09-01'
  and o.created_at < date '2026-09-01' + interval '1' month;

-- name: tpch-15 top customer by revenue
-- source: TPC-H v3 query 15, rewritten
with revenue (customer_no, total_revenue) as (
  select o.customer_id, sum(o.total_cents)
  from orders o
  where o.created_at >= date '2026-01-01'
    and o.created_at < date '2026-01-01' + interval '3' month
  group by o.customer_id
)
select c.id, c.name, c.country, r.total_revenue
from customers c, revenue r
where c.id = r.customer_no
  and r.total_revenue = (select max(total_revenue) from revenue)
order by c.id;

-- name: tpch-16 products and buyers relationship
-- source: TPC-H v3 query 16, rewritten
select p.category, p.price_cents, count(distinct o.customer_id) as buyer_cnt
from order_items oi, products p, orders o
where p.id = oi.product_id and o.id = oi.order_id
  and p.category <> 'clearance'
  and p.name not like 'Medium%'
  and p.price_cents in (4900, 1400, 2300, 4500, 1900, 300, 3600, 900)
  and o.customer_id not in (select c.id from customers c where c.notes like '%Customer%Complaints%')
group by p.category, p.price_cents
order by buyer_cnt desc, p.category, p.price_cents;

-- name: tpch-17 small quantity order revenue
-- source: TPC-H v3 query 17, rewritten
select sum(oi.unit_price_cents) / 7.0 as avg_yearly
from order_items oi, products p
where p.id = oi.product_id
  and p.category = 'chairs'
  and oi.quantity < (select 0.2 * avg(quantity) from order_items where product_id = p.id);

-- name: tpch-18 large volume customer
-- source: TPC-H v3 query 18, rewritten
select c.name, c.id, o.id, o.created_at, o.total_cents, sum(oi.quantity)
from customers c, orders o, order_items oi
where o.id in (select order_id from order_items group by order_id having sum(quantity) > 300)
  and c.id = o.customer_id
  and o.id = oi.order_id
group by c.name, c.id, o.id, o.created_at, o.total_cents
order by o.total_cents desc, o.created_at
limit 100;

-- name: tpch-19 discounted revenue
-- source: TPC-H v3 query 19, rewritten
select sum(oi.unit_price_cents * (1 - 0.1)) as revenue
from order_items oi, products p
where (p.id = oi.product_id and p.category = 'chairs' and p.sku in ('CH-1', 'CH-2', 'CH-3')
       and oi.quantity >= 1 and oi.quantity <= 1 + 10 and p.price_cents between 100 and 5000)
   or (p.id = oi.product_id and p.category = 'desks' and p.sku in ('DK-1', 'DK-2')
       and oi.quantity >= 10 and oi.quantity <= 10 + 10 and p.price_cents between 100 and 10000)
   or (p.id = oi.product_id and p.category = 'lamps' and p.sku in ('LA-1')
       and oi.quantity >= 20 and oi.quantity <= 20 + 10 and p.price_cents between 100 and 15000);

-- name: tpch-20 potential part promotion
-- source: TPC-H v3 query 20, rewritten
select c.name, c.country
from customers c
where c.id in (
  select o.customer_id from orders o
  where o.id in (
    select oi.order_id from order_items oi
    where oi.product_id in (select id from products where name like 'forest%')
      and oi.quantity > (select 0.5 * sum(x.quantity) from order_items x
                         where x.product_id = oi.product_id and x.order_id = oi.order_id)))
  and c.country = 'CA'
order by c.name;

-- name: tpch-21 orders that kept others waiting
-- source: TPC-H v3 query 21, rewritten
select c.name, count(*) as numwait
from customers c, orders o, payments p1
where c.id = o.customer_id
  and o.id = p1.order_id
  and o.status = 'failed'
  and p1.created_at > o.updated_at
  and exists (select * from payments p2 where p2.order_id = p1.order_id and p2.provider <> p1.provider)
  and not exists (select * from payments p3
                  where p3.order_id = p1.order_id and p3.provider <> p1.provider and p3.created_at > o.updated_at)
group by c.name
order by numwait desc, c.name
limit 100;

-- name: tpch-22 global sales opportunity
-- source: TPC-H v3 query 22, rewritten
select cntrycode, count(*) as numcust, sum(total) as totacctbal
from (
  select substring(c.phone from 1 for 2) as cntrycode,
         (select coalesce(sum(total_cents), 0) from orders where customer_id = c.id) as total
  from customers c
  where substring(c.phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17')
    and not exists (select * from orders o where o.customer_id = c.id and o.status = 'paid')
) as custsale
group by cntrycode
order by cntrycode;
