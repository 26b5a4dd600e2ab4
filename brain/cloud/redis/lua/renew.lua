-- The brain is still at a long step: let its lease last from now.
local run_id, fence, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local r = load()
if r.id ~= run_id or r.fence ~= fence or r.state ~= 'running' then
  return lost(r, run_id)
end
redis.call('HSET', RUN, 'lease', text(clock() + lease_ms))
return { 'held' }
