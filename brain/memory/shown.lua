-- Reads what the model is shown of memory, or stores a part of it. A summary is stored only if it reaches
-- further than the stored one, or was made from it, and never if entries of the log were erased meanwhile. The block is stored with the language and the time zone that the
-- user has set, if any, so that a run knows them without the database.
-- Keys: memory (hash: block, summary, upto, language, zone; erased: how often entries were erased).
local a = arguments({ texts = 'what value keep_ms language zone', numbers = 'upto before erased' })
local MEMORY = key('memory')

if a.what == 'block' then
  redis.call('HDEL', MEMORY, 'language', 'zone')
  redis.call('HSET', MEMORY, 'block', a.value, unpack(language_and_zone(a)))
elseif a.what == 'stale' then
  redis.call('HDEL', MEMORY, 'block', 'language', 'zone')
elseif a.what == 'summary' then
  local known = tonumber(redis.call('HGET', MEMORY, 'upto')) or 0
  local erased = tonumber(redis.call('HGET', MEMORY, 'erased') or '') or 0
  if erased ~= a.erased or (a.upto <= known and a.before ~= known) then
    return answer({})
  end
  redis.call('HSET', MEMORY, 'summary', a.value, 'upto', text(a.upto))
  redis.call('HDEL', MEMORY, 'block') -- the block contains the summary
end
if a.what ~= 'read' then
  redis.call('PEXPIRE', MEMORY, a.keep_ms)
end
local kept = redis.call('HMGET', MEMORY, 'summary', 'upto', 'erased')
return answer({ 'summary', kept[1], 'upto', kept[2], 'erased', kept[3] })
