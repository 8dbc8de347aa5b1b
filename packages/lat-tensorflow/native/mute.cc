// Mutes the process's standard error while libtensorflow loads: its static constructors print two lines that no
// setting suppresses. A separate addon, since it must be there before the library is.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static int saved = -1;

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
  napi_value function;
  napi_create_function(env, "mute", NAPI_AUTO_LENGTH, Mute, nullptr, &function);
  napi_set_named_property(env, exports, "mute", function);
  napi_create_function(env, "unmute", NAPI_AUTO_LENGTH, Unmute, nullptr, &function);
  napi_set_named_property(env, exports, "unmute", function);
  return exports;
}
