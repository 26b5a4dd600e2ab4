-- Renew the lease of a brain during a long step.
-- Keys: run.
local a = arguments({ texts = 'run', numbers = 'fence lease_ms' })

local r = load()
if r.id ~= a.run or r.fence ~= a.fence or r.state ~= 'running' then
  return lost(r, a.run)
end
redis.call('HSET', RUN, 'lease', text(clock() + a.lease_ms))
return answer({ 'is', 'owned' })
