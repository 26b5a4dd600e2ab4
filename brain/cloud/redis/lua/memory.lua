-- What the model is shown of memory: read it, or put a part of it there. A summary only grows: one that
-- reaches less far than the one that is known is not taken.
-- KEYS: 4 memory (hash: block, summary, upto)
local MEMORY = KEYS[4]
local what, value, upto, keep_ms = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

if what == 'block' then
  redis.call('HSET', MEMORY, 'block', value)
elseif what == 'stale' then
  redis.call('HDEL', MEMORY, 'block')
elseif what == 'summary' then
  local known = tonumber(redis.call('HGET', MEMORY, 'upto')) or 0
  if upto <= known and tonumber(ARGV[5]) ~= known then
    return { '' }
  end
  redis.call('HSET', MEMORY, 'summary', value, 'upto', text(upto))
  redis.call('HDEL', MEMORY, 'block') -- it is made of facts and summary
end
if what ~= 'read' then
  redis.call('PEXPIRE', MEMORY, keep_ms)
end
return redis.call('HMGET', MEMORY, 'block', 'summary', 'upto')
