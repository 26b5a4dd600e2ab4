-- Return the last run of a mind, whether it has ended or not. Changes nothing but what was lost (see the prelude).
-- Keys: run, log, journal, withdrawn.
local a = arguments({ texts = 'most' }) -- entries of the log that are looked through for the run's last message

local now = clock()
local r = load()
if r.id == '' then
  return answer({ 'is', 'nothing' })
end
local open = r.state == 'running' or r.state == 'handingOver'
local last = {}
for _, entry in ipairs(open and {} or redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', a.most)) do
  if entry[2][1] == 't' and entry[2][4] == r.id then
    last[1] = entry
    break
  end
end
return answer({
  'is', 'ran', 'run', r.id, 'open', open and '1' or '', 'reason', r.reason, 'loops', r.loops, 'tokens', r.tokens,
  'handoffs', r.handoffs, 'attempts', text(r.attempts), 'pace', r.pace, 'started', r.started, 'wake', text(r.wake),
  'left_ms', text(math.max(r.lease - now, 0)), 'journal', lines_of(JOURNAL), 'last', last,
})
