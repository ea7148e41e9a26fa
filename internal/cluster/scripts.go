package cluster

import "github.com/redis/go-redis/v9"

// Each script is one indivisible step on keys of one organisation.

// takeScript grants or extends a lease and returns its fence, 0 if another
// holds it. The fence is the server's clock in milliseconds, or one more than
// the one before: it grows even if Redis forgets everything.
// KEYS: lease, fence. ARGV: holder, life in ms.
var takeScript = redis.NewScript(`
local held = redis.call('HMGET', KEYS[1], 'holder', 'fence')
if held[1] then
	if held[1] ~= ARGV[1] then return 0 end
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
	return tonumber(held[2])
end
local t = redis.call('TIME')
local fence = t[1] * 1000 + math.floor(t[2] / 1000)
fence = math.max(fence, tonumber(redis.call('GET', KEYS[2]) or '0') + 1)
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[2], text, 'EX', 2592000)
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'fence', text)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return fence`)

// giveScript ends a lease if it is still the one meant.
// KEYS: lease. ARGV: holder, fence.
var giveScript = redis.NewScript(`
local held = redis.call('HMGET', KEYS[1], 'holder', 'fence')
if held[1] == ARGV[1] and held[2] == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 0`)

// chargeScript changes what is used of a budget unless that exceeds the cap,
// and returns whether it did and what is used now.
// KEYS: budget. ARGV: delta, cap (negative: none), floor, life in ms.
var chargeScript = redis.NewScript(`
local used = tonumber(redis.call('GET', KEYS[1]) or ARGV[3])
local delta, cap = tonumber(ARGV[1]), tonumber(ARGV[2])
if cap >= 0 and used + delta > cap then return {0, used} end
used = math.max(0, used + delta)
redis.call('SET', KEYS[1], string.format('%.0f', used), 'PX', ARGV[4])
return {1, used}`)

// addScript counts a comment, and forgets what no window reaches and the
// oldest beyond the bound.
// KEYS: comments, authors. ARGV: instant, member, author, oldest, bound, life in ms.
var addScript = redis.NewScript(`
redis.call('ZADD', KEYS[1], 'NX', ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], 'GT', ARGV[1], ARGV[3])
for _, key in ipairs(KEYS) do
	redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[4])
	redis.call('ZREMRANGEBYRANK', key, 0, -1 - tonumber(ARGV[5]))
	redis.call('PEXPIRE', key, ARGV[6])
end
return 0`)
