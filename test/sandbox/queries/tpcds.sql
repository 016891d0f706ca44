-- name: tpcds-01 customers returning more than average
-- source: TPC-DS v3 query 1, rewritten
with customer_total_return as (
  select o.customer_id as ctr_customer, c.country as ctr_store, sum(o.total_cents) as ctr_total_return
  from orders o, customers c
  where o.customer_id = c.id and o.status = 'refunded' and extract(year from o.created_at) = 2026
  group by o.customer_id, c.country)
select c.name
from customer_total_return ctr1, customers c
where ctr1.ctr_total_return > (select avg(ctr_total_return) * 1.2 from customer_total_return ctr2
                               where ctr1.ctr_store = ctr2.ctr_store)
  and ctr1.ctr_customer = c.id
order by c.name
limit 100;

-- name: tpcds-02 week over week ratio by weekday
-- source: TPC-DS v3 query 2, rewritten
with wscs as (
  select created_at::date as sold_date, total_cents as sales_price from orders where currency = 'EUR'
  union all
  select created_at::date, total_cents from orders where currency = 'USD'),
wswscs as (
  select date_trunc('week', sold_date)::date as d_week,
         sum(case when extract(dow from sold_date) = 0 then sales_price else null end) as sun_sales,
         sum(case when extract(dow from sold_date) = 1 then sales_price else null end) as mon_sales,
         sum(case when extract(dow from sold_date) = 5 then sales_price else null end) as fri_sales
  from wscs group by 1)
select y.d_week, round(y.sun_sales::numeric / z.sun_sales, 2) as sun_ratio,
       round(y.mon_sales::numeric / z.mon_sales, 2) as mon_ratio,
       round(y.fri_sales::numeric / nullif(z.fri_sales, 0), 2) as fri_ratio
from wswscs y, wswscs z
where y.d_week = z.d_week - 52 * 7
order by y.d_week;

-- name: tpcds-03 brand revenue in a month
-- source: TPC-DS v3 query 3, rewritten
select date_part('year', dt.created_at) as d_year, item.id as brand_id, item.category as brand,
       sum(oi.unit_price_cents) as sum_agg
from orders dt, order_items oi, products item
where dt.id = oi.order_id and oi.product_id = item.id
  and item.category = 'chairs' and date_part('month', dt.created_at) = 11
group by date_part('year', dt.created_at), item.category, item.id
order by d_year, sum_agg desc, brand_id
limit 100;

-- name: tpcds-04 customers growing faster in one channel
-- source: TPC-DS v3 query 4, rewritten
with year_total as (
  select c.id as customer_id, c.name, extract(year from o.created_at) as dyear,
         sum(o.total_cents) as year_total, 's' as sale_type
  from customers c, orders o where c.id = o.customer_id and o.currency = 'EUR'
  group by c.id, c.name, dyear
  union all
  select c.id, c.name, extract(year from o.created_at), sum(o.total_cents), 'c'
  from customers c, orders o where c.id = o.customer_id and o.currency = 'USD'
  group by c.id, c.name, extract(year from o.created_at))
select t_s_secyear.customer_id, t_s_secyear.name
from year_total t_s_firstyear, year_total t_s_secyear, year_total t_c_firstyear, year_total t_c_secyear
where t_s_secyear.customer_id = t_s_firstyear.customer_id
  and t_s_firstyear.customer_id = t_c_secyear.customer_id
  and t_s_firstyear.customer_id = t_c_firstyear.customer_id
  and t_s_firstyear.sale_type = 's' and t_c_firstyear.sale_type = 'c'
  and t_s_secyear.sale_type = 's' and t_c_secyear.sale_type = 'c'
  and t_s_firstyear.dyear = 2025 and t_s_secyear.dyear = 2026
  and t_c_firstyear.dyear = 2025 and t_c_secyear.dyear = 2026
  and t_s_firstyear.year_total > 0 and t_c_firstyear.year_total > 0
  and case when t_c_firstyear.year_total > 0 then t_c_secyear.year_total / t_c_firstyear.year_total else null end
    > case when t_s_firstyear.year_total > 0 then t_s_secyear.year_total / t_s_firstyear.year_total else null end
order by 1, 2
limit 100;

-- name: tpcds-05 sales and returns by channel with rollup
-- source: TPC-DS v3 query 5, rewritten
with ssr as (
  select provider as s_id, sum(sales) as sales, sum(returns) as returns, sum(sales) - sum(returns) as profit
  from (
    select provider, amount_cents as sales, 0::bigint as returns, created_at from payments where status = 'captured'
    union all
    select provider, 0, amount_cents, created_at from payments where status = 'refunded') x
  where created_at between cast('2026-08-23' as date) and (cast('2026-08-23' as date) + interval '14 days')
  group by provider)
select channel, id, sum(sales) as sales, sum(returns) as returns, sum(profit) as profit
from (select 'payment channel' as channel, 'provider' || s_id as id, sales, returns, profit from ssr) x
group by rollup (channel, id)
order by channel, id
limit 100;

-- name: tpcds-06 countries buying premium products
-- source: TPC-DS v3 query 6, rewritten
select a.country as state, count(*) as cnt
from customers a, orders s, order_items oi, products i
where a.id = s.customer_id and s.id = oi.order_id and oi.product_id = i.id
  and date_trunc('month', s.created_at) = (select distinct date_trunc('month', created_at) from orders
                                            where extract(year from created_at) = 2026 and extract(month from created_at) = 1 limit 1)
  and i.price_cents > 1.2 * (select avg(j.price_cents) from products j where j.category = i.category)
group by a.country
having count(*) >= 10
order by cnt, a.country
limit 100;

-- name: tpcds-09 buckets by scalar subqueries
-- source: TPC-DS v3 query 9, rewritten
select case when (select count(*) from order_items where quantity between 1 and 20) > 74129
            then (select avg(unit_price_cents) from order_items where quantity between 1 and 20)
            else (select avg(quantity) from order_items where quantity between 1 and 20) end as bucket1,
       case when (select count(*) from order_items where quantity between 21 and 40) > 122840
            then (select avg(unit_price_cents) from order_items where quantity between 21 and 40)
            else (select avg(quantity) from order_items where quantity between 21 and 40) end as bucket2
from (values (1)) as reason (r_reason_sk)
where r_reason_sk = 1;

-- name: tpcds-10 customers by channel existence
-- source: TPC-DS v3 query 10, rewritten
select c.country, c.segment, count(*) as cnt1
from customers c
where c.country in ('DE', 'FR', 'IT', 'ES')
  and exists (select * from orders o where c.id = o.customer_id and extract(year from o.created_at) = 2026
              and extract(month from o.created_at) between 1 and 1 + 3)
  and (exists (select * from payments p join orders o on o.id = p.order_id where c.id = o.customer_id and p.provider = 'stripe')
       or exists (select * from support.tickets t where c.id = t.customer_id))
group by c.country, c.segment
order by c.country, c.segment
limit 100;

-- name: tpcds-12 revenue ratio within class
-- source: TPC-DS v3 query 12, rewritten
select i.id, i.name, i.category, i.price_cents,
       sum(oi.unit_price_cents * oi.quantity) as itemrevenue,
       sum(oi.unit_price_cents * oi.quantity) * 100 / sum(sum(oi.unit_price_cents * oi.quantity)) over (partition by i.category) as revenueratio
from order_items oi, products i, orders o
where oi.product_id = i.id and i.category in ('chairs', 'desks', 'lamps') and oi.order_id = o.id
  and o.created_at between cast('2026-02-22' as date) and (cast('2026-02-22' as date) + 30)
group by i.id, i.name, i.category, i.price_cents
order by i.category, i.id, i.name, revenueratio
limit 100;

-- name: tpcds-13 averages under combined conditions
-- source: TPC-DS v3 query 13, rewritten
select avg(oi.quantity), avg(oi.unit_price_cents), sum(oi.unit_price_cents)
from order_items oi, orders o, customers c
where o.id = oi.order_id and c.id = o.customer_id and extract(year from o.created_at) = 2026
  and ((c.segment = 'business' and oi.unit_price_cents between 10000 and 15000)
    or (c.segment = 'public_sector' and oi.unit_price_cents between 5000 and 10000)
    or (c.segment = 'consumer' and oi.unit_price_cents between 15000 and 20000))
  and (c.country in ('DE', 'AT') or c.country in ('US', 'CA'));

-- name: tpcds-14 products sold in all channels
-- source: TPC-DS v3 query 14, rewritten
with cross_items as (
  select p.id as ss_item from products p, (
    select i.category from order_items oi, products i, orders o
    where oi.product_id = i.id and o.id = oi.order_id and o.currency = 'EUR'
    intersect
    select i.category from order_items oi, products i, orders o
    where oi.product_id = i.id and o.id = oi.order_id and o.currency = 'USD'
    intersect
    select i.category from order_items oi, products i, orders o
    where oi.product_id = i.id and o.id = oi.order_id and o.currency = 'GBP') x
  where p.category = x.category),
avg_sales as (
  select avg(quantity * list_price) as average_sales
  from (select quantity, unit_price_cents as list_price from order_items) x)
select channel, category, sum(sales), sum(number_sales)
from (
  select 'store' as channel, i.category, sum(oi.quantity * oi.unit_price_cents) as sales, count(*) as number_sales
  from order_items oi, products i
  where oi.product_id in (select ss_item from cross_items) and oi.product_id = i.id
  group by i.category
  having sum(oi.quantity * oi.unit_price_cents) > (select average_sales from avg_sales)) y
group by rollup (channel, category)
order by channel, category
limit 100;

-- name: tpcds-16 orders with several payments and no refund
-- source: TPC-DS v3 query 16, rewritten
select count(distinct o1.id) as "order count", sum(o1.total_cents) as "total shipping cost", sum(p1.amount_cents) as "total net profit"
from orders o1, payments p1
where o1.created_at between '2026-02-01' and (cast('2026-02-01' as date) + 60)
  and p1.order_id = o1.id
  and exists (select * from payments p2 where p1.order_id = p2.order_id and p1.provider <> p2.provider)
  and not exists (select * from payments p3 where p1.order_id = p3.order_id and p3.status = 'refunded')
order by count(distinct o1.id)
limit 100;

-- name: tpcds-17 quantity statistics
-- source: TPC-DS v3 query 17, rewritten
select i.id, i.name, c.country,
       count(oi.quantity) as quantitycount, avg(oi.quantity) as quantityave, stddev_samp(oi.quantity) as quantitystdev,
       stddev_samp(oi.quantity) / avg(oi.quantity) as quantitycov
from order_items oi, orders o, customers c, products i
where oi.order_id = o.id and c.id = o.customer_id and i.id = oi.product_id
  and to_char(o.created_at, 'YYYY"Q"Q') in ('2026Q1', '2026Q2', '2026Q3')
group by i.id, i.name, c.country
order by i.id, i.name, c.country
limit 100;

-- name: tpcds-18 averages by rollup of geography
-- source: TPC-DS v3 query 18, rewritten
select i.sku, c.country, c.segment,
       avg(cast(oi.quantity as decimal(12, 2))) as agg1,
       avg(cast(oi.unit_price_cents as decimal(12, 2))) as agg2
from order_items oi, orders o, customers c, products i
where oi.order_id = o.id and oi.product_id = i.id and o.customer_id = c.id and c.segment = 'public_sector'
group by rollup (i.sku, c.country, c.segment)
order by c.country, c.segment, i.sku
limit 100;

-- name: tpcds-21 inventory before and after a date
-- source: TPC-DS v3 query 21, rewritten
select *
from (select i.category, i.sku,
             sum(case when (cast(o.created_at as date) < cast('2026-03-11' as date)) then oi.quantity else 0 end) as inv_before,
             sum(case when (cast(o.created_at as date) >= cast('2026-03-11' as date)) then oi.quantity else 0 end) as inv_after
      from order_items oi, products i, orders o
      where i.price_cents between 99 and 149 and i.id = oi.product_id and o.id = oi.order_id
        and o.created_at between (cast('2026-03-11' as date) - 30) and (cast('2026-03-11' as date) + 30)
      group by i.category, i.sku) x
where (case when inv_before > 0 then inv_after / inv_before else null end) between 2.0 / 3.0 and 3.0 / 2.0
order by category, sku
limit 100;

-- name: tpcds-22 average stock by rollup
-- source: TPC-DS v3 query 22, rewritten
select i.name, i.category, avg(oi.quantity) as qoh
from order_items oi, products i
where oi.product_id = i.id
group by rollup (i.name, i.category)
order by qoh, i.name, i.category
limit 100;

-- name: tpcds-23 frequent items and best customers
-- source: TPC-DS v3 query 23, rewritten
with frequent_ss_items as (
  select substr(i.name, 1, 30) as itemdesc, i.id as item_sk, o.created_at::date as solddate, count(*) as cnt
  from order_items oi, orders o, products i
  where oi.order_id = o.id and oi.product_id = i.id
  group by substr(i.name, 1, 30), i.id, o.created_at::date
  having count(*) > 4),
max_store_sales as (
  select max(csales) as tpcds_cmax from (select customer_id, sum(total_cents) as csales from orders group by customer_id) x),
best_ss_customer as (
  select customer_id, sum(total_cents) as ssales from orders group by customer_id
  having sum(total_cents) > (50 / 100.0) * (select * from max_store_sales))
select c.name, sum(o.total_cents) as sales
from orders o join customers c on c.id = o.customer_id
where o.id in (select oi.order_id from order_items oi where oi.product_id in (select item_sk from frequent_ss_items))
  and o.customer_id in (select customer_id from best_ss_customer)
group by c.name
order by c.name, sales
limit 100;

-- name: tpcds-27 averages with grouping flag
-- source: TPC-DS v3 query 27, rewritten
select i.sku, c.country, grouping(c.country) as g_state, avg(oi.quantity) as agg1, avg(oi.unit_price_cents) as agg2
from order_items oi, orders o, customers c, products i
where oi.order_id = o.id and oi.product_id = i.id and o.customer_id = c.id
group by rollup (i.sku, c.country)
order by i.sku, c.country
limit 100;

-- name: tpcds-28 price buckets side by side
-- source: TPC-DS v3 query 28, rewritten
select *
from (select avg(unit_price_cents) as b1_lp, count(unit_price_cents) as b1_cnt, count(distinct unit_price_cents) as b1_cntd
      from order_items where quantity between 0 and 5 and (unit_price_cents between 8 and 18 or order_id between 459 and 1459)) b1,
     (select avg(unit_price_cents) as b2_lp, count(unit_price_cents) as b2_cnt, count(distinct unit_price_cents) as b2_cntd
      from order_items where quantity between 6 and 10 and (unit_price_cents between 90 and 100 or order_id between 2323 and 3323)) b2
limit 100;

-- name: tpcds-33 revenue by category over channels
-- source: TPC-DS v3 query 33, rewritten
with ss as (
  select i.category, sum(oi.unit_price_cents) as total_sales
  from order_items oi, orders o, products i
  where i.id = oi.product_id and o.id = oi.order_id and o.currency = 'EUR' and extract(year from o.created_at) = 2026
  group by i.category),
ws as (
  select i.category, sum(oi.unit_price_cents) as total_sales
  from order_items oi, orders o, products i
  where i.id = oi.product_id and o.id = oi.order_id and o.currency = 'USD' and extract(year from o.created_at) = 2026
  group by i.category)
select category, sum(total_sales) as total_sales
from (select * from ss union all select * from ws) tmp1
group by category
order by total_sales
limit 100;

-- name: tpcds-34 customers with frequent orders
-- source: TPC-DS v3 query 34, rewritten
select c.name, c.segment, dn.month, dn.cnt
from (select o.customer_id, date_trunc('month', o.created_at) as month, count(*) as cnt
      from orders o
      where (extract(day from o.created_at) between 1 and 3 or extract(day from o.created_at) between 25 and 28)
      group by o.customer_id, date_trunc('month', o.created_at)) dn, customers c
where dn.customer_id = c.id and dn.cnt between 15 and 20
order by c.name, c.segment desc, dn.month;

-- name: tpcds-36 gross margin ranked within hierarchy
-- source: TPC-DS v3 query 36, rewritten
select sum(oi.unit_price_cents - i.price_cents)::numeric / sum(oi.unit_price_cents) as gross_margin,
       i.category, i.sku, grouping(i.category) + grouping(i.sku) as lochierarchy,
       rank() over (partition by grouping(i.category) + grouping(i.sku),
                    case when grouping(i.sku) = 0 then i.category end
                    order by sum(oi.unit_price_cents - i.price_cents)::numeric / sum(oi.unit_price_cents) asc) as rank_within_parent
from order_items oi, products i
where i.id = oi.product_id
group by rollup (i.category, i.sku)
order by lochierarchy desc, case when grouping(i.category) + grouping(i.sku) = 0 then i.category end, rank_within_parent
limit 100;

-- name: tpcds-38 customers active in every channel
-- source: TPC-DS v3 query 38, rewritten
select count(*) from (
  select distinct c.name, o.created_at::date as d_date from orders o, customers c where o.customer_id = c.id and o.currency = 'EUR'
  intersect
  select distinct c.name, o.created_at::date from orders o, customers c where o.customer_id = c.id and o.currency = 'USD'
  intersect
  select distinct c.name, t.created_at::date from support.tickets t, customers c where t.customer_id = c.id) hot_cust
limit 100;

-- name: tpcds-39 months of unsteady demand
-- source: TPC-DS v3 query 39, rewritten
with inv as (
  select product_id, d_moy, stdev, mean, case mean when 0 then null else stdev / mean end as cov
  from (select oi.product_id, extract(month from o.created_at) as d_moy, stddev_samp(oi.quantity) as stdev, avg(oi.quantity) as mean
        from order_items oi, orders o where o.id = oi.order_id and extract(year from o.created_at) = 2026
        group by oi.product_id, extract(month from o.created_at)) foo
  where case mean when 0 then 0 else stdev / mean end > 1)
select inv1.product_id, inv1.d_moy, inv1.mean, inv1.cov, inv2.d_moy, inv2.mean, inv2.cov
from inv inv1, inv inv2
where inv1.product_id = inv2.product_id and inv1.d_moy = 1 and inv2.d_moy = 1 + 1
order by inv1.product_id, inv1.d_moy, inv1.mean, inv1.cov, inv2.d_moy, inv2.mean, inv2.cov;

-- name: tpcds-44 best and worst performing products
-- source: TPC-DS v3 query 44, rewritten
select asceding.rnk, i1.name as best_performing, i2.name as worst_performing
from (select * from (select product_id, rank() over (order by rank_col asc) as rnk
        from (select product_id, avg(unit_price_cents) as rank_col from order_items group by product_id
              having avg(unit_price_cents) > 0.9 * (select avg(unit_price_cents) from order_items)) v1) v11
      where rnk < 11) asceding,
     (select * from (select product_id, rank() over (order by rank_col desc) as rnk
        from (select product_id, avg(unit_price_cents) as rank_col from order_items group by product_id) v2) v21
      where rnk < 11) descending,
     products i1, products i2
where asceding.rnk = descending.rnk and i1.id = asceding.product_id and i2.id = descending.product_id
order by asceding.rnk
limit 100;

-- name: tpcds-47 monthly sales against neighbours
-- source: TPC-DS v3 query 47, rewritten
with v1 as (
  select i.category, date_part('year', o.created_at) as d_year, date_part('month', o.created_at) as d_moy,
         sum(oi.unit_price_cents) as sum_sales,
         avg(sum(oi.unit_price_cents)) over (partition by i.category, date_part('year', o.created_at)) as avg_monthly_sales,
         rank() over (partition by i.category order by date_part('year', o.created_at), date_part('month', o.created_at)) as rn
  from products i, order_items oi, orders o
  where oi.product_id = i.id and oi.order_id = o.id
  group by i.category, date_part('year', o.created_at), date_part('month', o.created_at)),
v2 as (
  select v1.category, v1.d_year, v1.d_moy, v1.avg_monthly_sales, v1.sum_sales, v1_lag.sum_sales as psum, v1_lead.sum_sales as nsum
  from v1, v1 v1_lag, v1 v1_lead
  where v1.category = v1_lag.category and v1.category = v1_lead.category
    and v1.rn = v1_lag.rn + 1 and v1.rn = v1_lead.rn - 1)
select * from v2
where avg_monthly_sales > 0
  and case when avg_monthly_sales > 0 then abs(sum_sales - avg_monthly_sales) / avg_monthly_sales else null end > 0.1
order by sum_sales - avg_monthly_sales, 3
limit 100;

-- name: tpcds-49 worst return ratios
-- source: TPC-DS v3 query 49, rewritten
select channel, item, return_ratio, return_rank, currency_rank
from (select 'web' as channel, item, return_ratio,
             rank() over (order by return_ratio) as return_rank, rank() over (order by currency_ratio) as currency_rank
      from (select oi.product_id as item,
                   cast(sum(coalesce(case when o.status = 'refunded' then oi.quantity end, 0)) as decimal(15, 4)) /
                   cast(sum(coalesce(oi.quantity, 0)) as decimal(15, 4)) as return_ratio,
                   cast(sum(coalesce(case when o.status = 'refunded' then oi.unit_price_cents end, 0)) as decimal(15, 4)) /
                   cast(sum(coalesce(oi.unit_price_cents, 0)) as decimal(15, 4)) as currency_ratio
            from order_items oi left outer join orders o on o.id = oi.order_id
            group by oi.product_id) in_web) web
where web.return_rank <= 10 or web.currency_rank <= 10
order by 1, 4, 5, 2
limit 100;

-- name: tpcds-50 refund delay buckets
-- source: TPC-DS v3 query 50, rewritten
select c.country,
       sum(case when (o.updated_at - o.created_at <= interval '30 days') then 1 else 0 end) as "30 days",
       sum(case when (o.updated_at - o.created_at > interval '30 days') and (o.updated_at - o.created_at <= interval '60 days') then 1 else 0 end) as "31-60 days",
       sum(case when (o.updated_at - o.created_at > interval '120 days') then 1 else 0 end) as ">120 days"
from orders o join customers c on c.id = o.customer_id
where o.status = 'refunded'
group by c.country
order by c.country
limit 100;

-- name: tpcds-51 cumulative sales of two channels
-- source: TPC-DS v3 query 51, rewritten
with web_v1 as (
  select oi.product_id as item_sk, o.created_at::date as d_date,
         sum(sum(oi.unit_price_cents)) over (partition by oi.product_id order by o.created_at::date rows between unbounded preceding and current row) as cume_sales
  from order_items oi, orders o where o.id = oi.order_id and o.currency = 'EUR'
  group by oi.product_id, o.created_at::date),
store_v1 as (
  select oi.product_id as item_sk, o.created_at::date as d_date,
         sum(sum(oi.unit_price_cents)) over (partition by oi.product_id order by o.created_at::date rows between unbounded preceding and current row) as cume_sales
  from order_items oi, orders o where o.id = oi.order_id and o.currency = 'USD'
  group by oi.product_id, o.created_at::date)
select * from (
  select item_sk, d_date, web_sales, store_sales,
         max(web_sales) over (partition by item_sk order by d_date rows between unbounded preceding and current row) as web_cumulative,
         max(store_sales) over (partition by item_sk order by d_date rows between unbounded preceding and current row) as store_cumulative
  from (select case when web.item_sk is not null then web.item_sk else store.item_sk end as item_sk,
               case when web.d_date is not null then web.d_date else store.d_date end as d_date,
               web.cume_sales as web_sales, store.cume_sales as store_sales
        from web_v1 web full outer join store_v1 store on (web.item_sk = store.item_sk and web.d_date = store.d_date)) x) y
where web_cumulative > store_cumulative
order by item_sk, d_date
limit 100;

-- name: tpcds-54 revenue segments of new customers
-- source: TPC-DS v3 query 54, rewritten
with my_customers as (
  select distinct c.id as c_customer_sk from orders o, customers c
  where o.customer_id = c.id and date_trunc('month', o.created_at) = date '2026-03-01'),
my_revenue as (
  select c_customer_sk, sum(o.total_cents) as revenue
  from my_customers, orders o
  where c_customer_sk = o.customer_id
    and o.created_at between (select min(created_at) + interval '1 month' from orders)
                         and (select min(created_at) + interval '3 months' from orders)
  group by c_customer_sk),
segments as (select cast((revenue / 50) as int) as segment from my_revenue)
select segment, count(*) as num_customers, segment * 50 as segment_base
from segments
group by segment
order by segment, num_customers
limit 100;

-- name: tpcds-58 items equally sold in two channels
-- source: TPC-DS v3 query 58, rewritten
with ss_items as (
  select i.sku as item_id, sum(oi.unit_price_cents) as ss_item_rev from order_items oi, products i, orders o
  where oi.product_id = i.id and o.id = oi.order_id and o.created_at::date in
    (select d.created_at::date from orders d where date_trunc('week', d.created_at) = timestamp '2026-01-05')
  group by i.sku),
ws_items as (
  select i.sku as item_id, sum(p.amount_cents) as ws_item_rev from order_items oi, products i, payments p
  where oi.product_id = i.id and p.order_id = oi.order_id group by i.sku)
select ss_items.item_id, ss_item_rev, ss_item_rev / ((ss_item_rev + ws_item_rev) / 2) * 100 as ss_dev, (ss_item_rev + ws_item_rev) / 2 as average
from ss_items, ws_items
where ss_items.item_id = ws_items.item_id and ss_item_rev between 0.9 * ws_item_rev and 1.1 * ws_item_rev
order by ss_items.item_id, ss_item_rev
limit 100;

-- name: tpcds-61 promotional share
-- source: TPC-DS v3 query 61, rewritten
select promotions, total, cast(promotions as decimal(15, 4)) / cast(total as decimal(15, 4)) * 100
from (select sum(oi.unit_price_cents) as promotions from order_items oi, products p where p.id = oi.product_id and p.category = 'clearance') promotional_sales,
     (select sum(oi.unit_price_cents) as total from order_items oi) all_sales
order by promotions, total
limit 100;

-- name: tpcds-67 top sales by deep rollup
-- source: TPC-DS v3 query 67, rewritten
select *
from (select category, sku, d_year, d_qoy, d_moy, sumsales,
             rank() over (partition by category order by sumsales desc) as rk
      from (select i.category, i.sku, extract(year from o.created_at) as d_year, extract(quarter from o.created_at) as d_qoy,
                   extract(month from o.created_at) as d_moy, sum(coalesce(oi.unit_price_cents * oi.quantity, 0)) as sumsales
            from order_items oi, orders o, products i
            where oi.order_id = o.id and oi.product_id = i.id
            group by rollup (i.category, i.sku, extract(year from o.created_at), extract(quarter from o.created_at), extract(month from o.created_at))) dw1) dw2
where rk <= 100
order by category, sku, d_year, d_qoy, d_moy, sumsales, rk
limit 100;

-- name: tpcds-70 ranked countries in a rollup
-- source: TPC-DS v3 query 70, rewritten
select sum(o.total_cents) as total_sum, c.country, c.segment, grouping(c.country) + grouping(c.segment) as lochierarchy,
       rank() over (partition by grouping(c.country) + grouping(c.segment), case when grouping(c.segment) = 0 then c.country end
                    order by sum(o.total_cents) desc) as rank_within_parent
from orders o, customers c
where c.id = o.customer_id and c.country in (
  select country from (select c2.country, rank() over (partition by c2.country order by sum(o2.total_cents) desc) as ranking
                       from orders o2, customers c2 where c2.id = o2.customer_id group by c2.country) tmp1
  where ranking <= 5)
group by rollup (c.country, c.segment)
order by lochierarchy desc, rank_within_parent
limit 100;

-- name: tpcds-77 profit by channel and rollup with full join
-- source: TPC-DS v3 query 77, rewritten
with ss as (select provider, sum(amount_cents) as sales from payments where status = 'captured' group by provider),
sr as (select provider, sum(amount_cents) as returns from payments where status = 'refunded' group by provider)
select 'payment' as channel, ss.provider, sales, coalesce(returns, 0) as returns, (sales - coalesce(returns, 0)) as profit
from ss left join sr on ss.provider = sr.provider
order by channel, ss.provider;

-- name: tpcds-87 customers of one channel only
-- source: TPC-DS v3 query 87, rewritten
select count(*)
from ((select distinct c.name, o.created_at::date from orders o, customers c where o.customer_id = c.id and o.currency = 'EUR')
      except
      (select distinct c.name, o.created_at::date from orders o, customers c where o.customer_id = c.id and o.currency = 'USD')
      except
      (select distinct c.name, o.created_at::date from orders o, customers c where o.customer_id = c.id and o.currency = 'GBP')) cool_cust;

-- name: tpcds-88 counts by half hour
-- source: TPC-DS v3 query 88, rewritten
select *
from (select count(*) as h8_30_to_9 from orders where extract(hour from created_at) = 8 and extract(minute from created_at) >= 30) s1,
     (select count(*) as h9_to_9_30 from orders where extract(hour from created_at) = 9 and extract(minute from created_at) < 30) s2,
     (select count(*) as h9_30_to_10 from orders where extract(hour from created_at) = 9 and extract(minute from created_at) >= 30) s3;

-- name: tpcds-89 months below the yearly average
-- source: TPC-DS v3 query 89, rewritten
select *
from (select i.category, c.country, extract(month from o.created_at) as d_moy, sum(oi.unit_price_cents) as sum_sales,
             avg(sum(oi.unit_price_cents)) over (partition by i.category, c.country) as avg_monthly_sales
      from products i, order_items oi, orders o, customers c
      where oi.product_id = i.id and oi.order_id = o.id and o.customer_id = c.id and extract(year from o.created_at) in (2026)
      group by i.category, c.country, extract(month from o.created_at)) tmp1
where case when (avg_monthly_sales <> 0) then (abs(sum_sales - avg_monthly_sales) / avg_monthly_sales) else null end > 0.1
order by sum_sales - avg_monthly_sales, country
limit 100;

-- name: tpcds-90 morning to evening ratio
-- source: TPC-DS v3 query 90, rewritten
select cast(amc as decimal(15, 4)) / cast(pmc as decimal(15, 4)) as am_pm_ratio
from (select count(*) as amc from orders where extract(hour from created_at) between 8 and 8 + 1) at1,
     (select count(*) as pmc from orders where extract(hour from created_at) between 19 and 19 + 1) pt
order by am_pm_ratio
limit 100;

-- name: tpcds-93 actual sales after returns
-- source: TPC-DS v3 query 93, rewritten
select customer_id, sum(act_sales) as sumsales
from (select o.customer_id, case when r.order_id is not null then o.total_cents - r.amount_cents else o.total_cents end as act_sales
      from orders o left outer join payments r on (r.order_id = o.id and r.status = 'refunded')) t
group by customer_id
order by sumsales, customer_id
limit 100;

-- name: tpcds-97 overlap of two channels
-- source: TPC-DS v3 query 97, rewritten
with ssci as (select o.customer_id, oi.product_id from orders o join order_items oi on oi.order_id = o.id where o.currency = 'EUR' group by 1, 2),
csci as (select o.customer_id, oi.product_id from orders o join order_items oi on oi.order_id = o.id where o.currency = 'USD' group by 1, 2)
select sum(case when ssci.customer_id is not null and csci.customer_id is null then 1 else 0 end) as store_only,
       sum(case when ssci.customer_id is null and csci.customer_id is not null then 1 else 0 end) as catalog_only,
       sum(case when ssci.customer_id is not null and csci.customer_id is not null then 1 else 0 end) as store_and_catalog
from ssci full outer join csci on (ssci.customer_id = csci.customer_id and ssci.product_id = csci.product_id)
limit 100;
