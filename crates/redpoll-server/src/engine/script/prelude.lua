-- What scripts find around them: the global table, closed against writes, and the functions that look behind it.
-- Called once per Lua state with what Rust adds to the standard library.

local native = ...

local globals = _G
local error, type, tostring, select = error, type, tostring, select
local raw_pcall, raw_xpcall, raw_resume = pcall, xpcall, coroutine.resume
local raw_next, raw_get, raw_set = next, rawget, rawset
local raw_setmetatable, raw_getmetatable = setmetatable, getmetatable
local raw_load, raw_loadstring = load, loadstring
local byte = string.byte
local unwrapped, origin = native.unwrapped, native.origin

local READONLY = "Attempt to modify a readonly table"

-- The tables behind the facades that scripts see.
local contents = raw_setmetatable({}, { __mode = "k" })

local function refuse()
  error(READONLY, 2)
end

local function protect(inside)
  local facade = raw_setmetatable({}, { __index = inside, __newindex = refuse })
  contents[facade] = inside
  return facade
end

-- Errors that Rust raised are userdata; scripts see what they stand for.
local function settled(ok, ...)
  if ok then
    return true, ...
  end
  local failure = unwrapped((...))
  if type(failure) == "table" and type(failure.err) == "string" then
    failure = failure.err
  end
  return false, failure
end

local function resumed(ok, ...)
  if ok then
    return true, ...
  end
  return false, unwrapped((...))
end

local function expect_table(value, count, name)
  if type(value) ~= "table" then
    local got = count == 0 and "no value" or type(value)
    error("bad argument #1 to '" .. name .. "' (table expected, got " .. got .. ")", 3)
  end
end

local env = {
  _VERSION = _VERSION,
  assert = assert,
  collectgarbage = collectgarbage,
  error = error,
  gcinfo = gcinfo,
  ipairs = ipairs,
  rawequal = rawequal,
  select = select,
  tonumber = tonumber,
  tostring = tostring,
  type = type,
  unpack = unpack,
  _G = globals,
}

function env.pcall(...)
  if select("#", ...) == 0 then
    return false, "bad argument #1 to 'pcall' (value expected)"
  end
  return settled(raw_pcall(...))
end

function env.xpcall(...)
  if select("#", ...) < 2 then
    error("bad argument #2 to 'xpcall' (value expected)", 2)
  end
  local body, handler = ...
  return raw_xpcall(body, function(failure)
    return handler(unwrapped(failure))
  end)
end

function env.next(...)
  local subject, key = ...
  expect_table(subject, select("#", ...), "next")
  return raw_next(contents[subject] or subject, key)
end

function env.pairs(...)
  local subject = ...
  expect_table(subject, select("#", ...), "pairs")
  local inside = contents[subject]
  if inside == nil then
    return raw_next, subject, nil
  end
  local copy = {}
  for key, value in raw_next, inside do
    copy[key] = value
  end
  return raw_next, copy, nil
end

function env.rawget(...)
  local subject, key = ...
  expect_table(subject, select("#", ...), "rawget")
  return raw_get(contents[subject] or subject, key)
end

function env.rawset(...)
  local subject, key, value = ...
  expect_table(subject, select("#", ...), "rawset")
  if contents[subject] then
    error(READONLY, 0)
  end
  return raw_set(subject, key, value)
end

function env.setmetatable(...)
  local subject, metatable = ...
  expect_table(subject, select("#", ...), "setmetatable")
  if select("#", ...) < 2 or (metatable ~= nil and type(metatable) ~= "table") then
    error("bad argument #2 to 'setmetatable' (nil or table expected)", 2)
  end
  if contents[subject] then
    error(READONLY, 0)
  end
  return raw_setmetatable(subject, metatable)
end

local string_metatable = protect({ __index = protect(string) })
local globals_metatable = protect({})

function env.getmetatable(...)
  if select("#", ...) == 0 then
    error("bad argument #1 to 'getmetatable' (value expected)", 2)
  end
  local subject = ...
  if subject == globals then
    return globals_metatable
  elseif type(subject) == "string" then
    return string_metatable
  elseif contents[subject] then
    return nil
  end
  return raw_getmetatable(subject)
end

-- Compiled code could do what no source can: it is refused as a lexer refuses it.
local function is_compiled(text)
  return type(text) == "string" and byte(text) == 27
end

function env.loadstring(...)
  local text, name = ...
  if type(text) ~= "string" and type(text) ~= "number" then
    local got = select("#", ...) == 0 and "no value" or type(text)
    error("bad argument #1 to 'loadstring' (string expected, got " .. got .. ")", 2)
  end
  if is_compiled(text) then
    return nil, name or "[string \"" .. text:sub(1, 4) .. "\"]:1: unexpected symbol near 'char(27)'"
  end
  return raw_loadstring(...)
end

function env.load(...)
  local reader, name = ...
  if type(reader) ~= "function" then
    local got = select("#", ...) == 0 and "no value" or type(reader)
    error("bad argument #1 to 'load' (function expected, got " .. got .. ")", 2)
  end
  local first = true
  return raw_load(function()
    local piece = reader()
    if first and is_compiled(piece) then
      error("unexpected symbol near 'char(27)'", 0)
    end
    first = false
    return piece
  end, name)
end

for name, replacement in raw_next, native.math do
  math[name] = replacement
end
coroutine.resume = function(...)
  return resumed(raw_resume(...))
end

env.bit = protect(native.bit)
env.cjson = protect(native.cjson)
env.coroutine = protect(coroutine)
env.math = protect(math)
env.os = protect({ clock = os.clock })
env.redis = protect(native.redis)
env.server = env.redis
env.string = string_metatable.__index
env.table = protect(table)

for name in raw_next, globals do
  globals[name] = nil
end
contents[globals] = env
raw_setmetatable(globals, { __index = env, __newindex = refuse })
raw_setmetatable(env, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
})

-- What went wrong, with the line where it did.
local function located(failure)
  failure = unwrapped(failure)
  if type(failure) ~= "table" then
    failure = { err = "ERR " .. tostring(failure) }
  end
  local source, line = origin()
  return { err = raw_get(failure, "err"), source = source, line = line }
end

return env, function(script)
  return raw_xpcall(script, located)
end
