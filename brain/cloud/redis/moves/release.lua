-- Release the lease without ending the run. The next invocation takes over.
-- Keys: run.
local a = arguments({ texts = 'run', numbers = 'fence' })

local r = load()
if r.id == a.run and r.fence == a.fence and r.state ~= 'idle' then
  redis.call('HSET', RUN, 'lease', '0')
end
return answer({ 'is', 'released' })
