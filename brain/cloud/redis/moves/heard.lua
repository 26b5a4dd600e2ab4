-- Record how much of a message was heard. If several pages report it, the largest amount counts.
-- Keys: run, log.
local a = arguments({ texts = 'seq mark', numbers = 'keep' })
local seq, mark = a.seq, a.mark

-- Order marks: a number of characters (0: not spoken), or `all`.
local function rank(of)
  return of == 'all' and math.huge or tonumber(of)
end

local r = load()
local entry = redis.call('XRANGE', LOG, seq, seq)[1]
if not entry or (entry[2][1] ~= 'm' and entry[2][1] ~= 't') then
  return answer({ 'is', 'unknown' })
end
local marks = {}
for of, known in string.gmatch(r.heard, '(%d+)=(%S+)') do
  if of == seq and rank(known) >= rank(mark) then
    mark = known
  end
  if of ~= seq then
    marks[#marks + 1] = of .. '=' .. known
  end
end
marks[#marks + 1] = seq .. '=' .. mark
while #marks > a.keep do
  table.remove(marks, 1)
end
redis.call('HSET', RUN, 'heard', table.concat(marks, ' '))
return answer({ 'is', 'heard', 'mark', mark })
