// What has to be done before libtensorflow loads, by an addon of its own: set the process's environment, which changes of
// process.env do not reach under Bun, and mute standard error, on which the library's static constructors print two lines
// that no setting suppresses.
#include <fcntl.h>
#include <node_api.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

static int saved = -1;

static std::string ToString(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

// setVariable(name, value): undefined unsets it.
static napi_value SetVariable(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  std::string name = ToString(env, arguments[0]);
  napi_valuetype type;
  napi_typeof(env, arguments[1], &type);
  if (type == napi_string) {
    setenv(name.c_str(), ToString(env, arguments[1]).c_str(), 1);
  } else {
    unsetenv(name.c_str());
  }
  return nullptr;
}

// mute()
static napi_value Mute(napi_env, napi_callback_info) {
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  saved = dup(STDERR_FILENO);
  dup2(null, STDERR_FILENO);
  close(null);
  return nullptr;
}

// unmute()
static napi_value Unmute(napi_env, napi_callback_info) {
  dup2(saved, STDERR_FILENO);
  close(saved);
  return nullptr;
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback method;
  } methods[] = {{"setVariable", SetVariable}, {"mute", Mute}, {"unmute", Unmute}};
  for (auto [name, method] : methods) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, method, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}
