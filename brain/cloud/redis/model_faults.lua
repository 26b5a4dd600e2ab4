-- Keeps why the last try of a model failed.
-- Keys: faults (hash: model -> class of the fault and time).
local a = arguments({ texts = 'model fault', numbers = 'keep_ms most' })
local FAULTS = key('faults')

if redis.call('HLEN', FAULTS) >= a.most and not redis.call('HGET', FAULTS, a.model) then
  redis.call('DEL', FAULTS) -- models that are no longer set up
end
redis.call('HSET', FAULTS, a.model, a.fault .. ' ' .. text(clock()))
redis.call('PEXPIRE', FAULTS, a.keep_ms)
return answer({ 'is', 'kept' })
