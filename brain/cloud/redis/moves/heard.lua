-- Record how much of a message was heard. If several pages report it, the largest amount counts.
-- Of the last question, record also when it has reached the user: a spoken yes is compared with these times.
-- Keys: run, log, withdrawn.
local a = arguments({ texts = 'seq mark claim', numbers = 'keep' })
local seq, mark = a.seq, a.mark

-- Order marks: a number of characters (0: not spoken), `shown` (the whole text), or `all`.
local function rank(of)
  return of == 'all' and math.huge or of == 'shown' and 1e15 or tonumber(of)
end

-- The first and the last time of reports of one kind.
local function again(times, now)
  return (string.match(times, '^%d+%-') or text(now) .. '-') .. text(now)
end

-- `presented` is `<seq> <returned> <shown> <played>`. Each of the three is 0 or `<first>-<last>`, in ms. A report
-- that the question was not heard to its end takes all of them back, and a response no longer counts (x): its mark
-- may be recorded after this report.
local function present(presented, now)
  local asked, returned, shown, played = string.match(presented, '^(%d+) (%S+) (%S+) (%S+)$')
  if asked ~= seq then
    return
  elseif mark == 'all' then
    played = again(played, now)
  elseif mark == 'shown' then
    shown = again(shown, now)
  elseif mark ~= 'returned' then
    returned, shown, played = 'x', '0', '0'
  elseif returned ~= 'x' then
    returned = again(returned, now)
  end
  redis.call('HSET', RUN, 'presented', table.concat({ asked, returned, shown, played }, ' '))
end

local r = load()
local entry = redis.call('XRANGE', LOG, seq, seq)[1]
if not entry or (entry[2][1] ~= 'm' and entry[2][1] ~= 't') then
  return answer({ 'is', 'unknown' })
end
present(r.presented, clock())
if mark == 'returned' then
  return answer({ 'is', 'returned' })
end
if mark == '0' and a.claim ~= '' then -- another page may say it; one with a newer claim is not disturbed
  local claims = redis.call('HGET', RUN, 'claims') or ''
  local from, to = string.find(claims, seq .. ' ' .. a.claim .. ' ', 1, true)
  if from and (from == 1 or string.sub(claims, from - 1, from - 1) == ';') then
    redis.call('HSET', RUN, 'claims', string.sub(claims, 1, from - 1) .. seq .. ' 0' .. string.sub(claims, to))
  end
end
if rank(mark) > 0 then -- what was heard stands, and the text that it answers
  let_stand(r, entry[2][4], tonumber(seq))
  if entry[2][4] == r.id then
    redis.call('HSET', RUN, 'listened', seq)
  end
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
redis.call('HSET', RUN, 'heard', table.concat(marks, ' '), unpack(along(r)))
return answer({ 'is', 'heard', 'mark', mark })
