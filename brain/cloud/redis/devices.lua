-- The user's pages, by the names that they chose. The field `devices` of the run has for each: its name, whether it is a
-- member of the channel, when the channel's clock reported that, and until when it counts as there without the channel,
-- or when it went; in ms. The tabs of one browser share the part of the name before `_`: they speak with one voice.
local KEEP_GONE_MS = 300000 -- a page that has gone is kept so long: a late report must not bring it back
local MOST_DEVICES = 16

local function devices_in(stored)
  local found = {}
  for name, on, at, upto in string.gmatch(stored or '', '(%S+) ([01]) (%d+) (%d+);') do
    found[#found + 1] = { name = name, on = on, at = tonumber(at), upto = tonumber(upto) }
  end
  return found
end

local function browser_of(name)
  return string.match(name, '^[^_]*')
end

local function device_named(found, name)
  for place, device in ipairs(found) do
    if device.name == name then
      return device, place
    end
  end
end

-- Change what is known of one page, and store all. `change` gets it, and returns false if nothing changes.
local function note_device(name, now, keep_ms, change)
  local found = devices_in(redis.call('HGET', RUN, 'devices'))
  local device, place = device_named(found, name)
  device = device or { name = name, on = '0', at = 0, upto = 0 }
  if change(device) == false then
    return false
  end
  if place then
    table.remove(found, place)
  end
  found[#found + 1] = device
  local kept = {}
  for _, one in ipairs(found) do
    if one.on == '1' or one.upto > now or now - one.upto < KEEP_GONE_MS then
      kept[#kept + 1] = one.name .. ' ' .. one.on .. ' ' .. text(one.at) .. ' ' .. text(one.upto) .. ';'
    end
  end
  redis.call('HSET', RUN, 'devices', table.concat(kept, '', math.max(#kept - MOST_DEVICES + 1, 1)))
  redis.call('PEXPIRE', RUN, keep_ms)
  return true
end

-- Note that a page reads by another road than the channel, for so long.
local function note_reader(name, now, keep_ms, for_ms)
  if name ~= '' then
    note_device(name, now, keep_ms, function(device)
      device.upto = math.max(device.upto, now + for_ms)
    end)
  end
end
