// The addon: tfjs-node's own binding and, beside it, methods that build TensorFlow functions from TypeScript.
//
// While a trace is open, an operation becomes a node of a TF_Graph: TensorFlow infers its dtype and shape and nothing is
// computed. `traceEnd` turns the graph into a function of the eager context; `executeOp` then calls it by name like any
// kernel. Symbolic tensors have negative ids, so that they can never be taken for the binding's own.
#include <absl/base/log_severity.h>
#include <absl/log/globals.h>
#include <node_api.h>
#include <stdlib.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "release-memory.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"
#include "tfjs_backend.h"

// The binding registers itself as the module; ours replaces that registration and calls the binding's initialiser.
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_binding.cc"
#undef NAPI_MODULE
#define NAPI_MODULE(name, init) \
  NAPI_MODULE_INIT() { return init(env, exports); }

namespace tfnodejs {

// The eager context is a private member without an accessor. An explicit instantiation may name a private member, and
// so can hand out access to it without a change to the package's sources.
template <auto Member>
struct Access {
  friend TFE_Context *&EagerContext(TFJSBackend &backend) { return backend.*Member; }
};
TFE_Context *&EagerContext(TFJSBackend &backend);
template struct Access<&TFJSBackend::tfe_context_>;

// ---- Reading JavaScript values -------------------------------------------------------------------------------------

static std::string ToString(napi_env env, napi_value value) {
  std::string text;
  GetStringParam(env, value, text);
  return text;
}
static int64_t ToInt(napi_env env, napi_value value) {
  int64_t number = 0;
  napi_get_value_int64(env, value, &number);
  return number;
}
static double ToDouble(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}
static bool ToBool(napi_env env, napi_value value) {
  bool flag = false;
  napi_get_value_bool(env, value, &flag);
  return flag;
}
static uint32_t Length(napi_env env, napi_value array) {
  uint32_t length = 0;
  napi_get_array_length(env, array, &length);
  return length;
}
static napi_value Element(napi_env env, napi_value array, uint32_t index) {
  napi_value element;
  napi_get_element(env, array, index, &element);
  return element;
}
static napi_value Field(napi_env env, napi_value object, const char *key) {
  napi_value field;
  napi_get_named_property(env, object, key, &field);
  return field;
}
static bool IsArray(napi_env env, napi_value value) {
  bool answer = false;
  napi_is_array(env, value, &answer);
  return answer;
}
static std::vector<int64_t> ToInts(napi_env env, napi_value array) {
  std::vector<int64_t> numbers;
  for (uint32_t i = 0; i < Length(env, array); i++) numbers.push_back(ToInt(env, Element(env, array, i)));
  return numbers;
}
template <size_t N>
static std::array<napi_value, N> Arguments(napi_env env, napi_callback_info info) {
  std::array<napi_value, N> arguments;
  size_t count = N;
  napi_get_cb_info(env, info, &count, arguments.data(), nullptr, nullptr);
  return arguments;
}

static napi_value Throw(napi_env env, const std::string &message) {
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}
static bool Failed(napi_env env, TF_Status *status) {
  if (TF_GetCode(status) == TF_OK) return false;
  Throw(env, TF_Message(status));
  return true;
}

// ---- The open trace ------------------------------------------------------------------------------------------------

struct Trace {
  TF_Graph *graph = TF_NewGraph();
  std::vector<TF_Output> tensors;  // the symbolic tensor of id -1 - i
  int nodes = 0;

  ~Trace() { TF_DeleteGraph(graph); }
  std::string NextName() { return "n" + std::to_string(nodes++); }
  TF_Output At(int64_t id) const { return tensors[-id - 1]; }
};
static std::unique_ptr<Trace> trace;

// {id, shape, dtype}, as executeOp returns it. A dimension that TensorFlow cannot infer is an error here rather than a
// surprise later. An unknown rank marks an output that only a gradient kernel reads (reserve_space_3 of
// FusedBatchNormV3) and is reported as empty.
static napi_value Describe(napi_env env, TF_Output output) {
  TF_AutoStatus status;
  int rank = TF_GraphGetTensorNumDims(trace->graph, output, status.status);
  if (Failed(env, status.status)) return nullptr;
  std::vector<int64_t> dimensions(rank < 0 ? 1 : rank);
  if (rank >= 0) TF_GraphGetTensorShape(trace->graph, output, dimensions.data(), rank, status.status);
  napi_value info, shape, value;
  napi_create_object(env, &info);
  napi_create_array_with_length(env, dimensions.size(), &shape);
  for (size_t i = 0; i < dimensions.size(); i++) {
    if (dimensions[i] < 0) return Throw(env, "dimension " + std::to_string(i) + " of the result is not known while tracing");
    napi_create_int64(env, dimensions[i], &value);
    napi_set_element(env, shape, i, value);
  }
  trace->tensors.push_back(output);
  napi_create_int32(env, -static_cast<int32_t>(trace->tensors.size()), &value);
  napi_set_named_property(env, info, "id", value);
  napi_set_named_property(env, info, "shape", shape);
  napi_create_int32(env, TF_OperationOutputType(output), &value);
  napi_set_named_property(env, info, "dtype", value);
  return info;
}

static void SetAttribute(napi_env env, TF_OperationDescription *node, napi_value attribute) {
  std::string name = ToString(env, Field(env, attribute, "name"));
  napi_value value = Field(env, attribute, "value");
  switch (ToInt(env, Field(env, attribute, "type"))) {
    case TF_ATTR_STRING: {
      std::string text = ToString(env, value);
      TF_SetAttrString(node, name.c_str(), text.data(), text.size());
      break;
    }
    case TF_ATTR_INT:
      if (IsArray(env, value)) {
        auto numbers = ToInts(env, value);
        TF_SetAttrIntList(node, name.c_str(), numbers.data(), numbers.size());
      } else {
        TF_SetAttrInt(node, name.c_str(), ToInt(env, value));
      }
      break;
    case TF_ATTR_FLOAT: TF_SetAttrFloat(node, name.c_str(), static_cast<float>(ToDouble(env, value))); break;
    case TF_ATTR_BOOL: TF_SetAttrBool(node, name.c_str(), ToBool(env, value)); break;
    case TF_ATTR_TYPE: TF_SetAttrType(node, name.c_str(), static_cast<TF_DataType>(ToInt(env, value))); break;
    case TF_ATTR_SHAPE: {
      auto dimensions = ToInts(env, value);
      TF_SetAttrShape(node, name.c_str(), dimensions.data(), dimensions.size());
      break;
    }
  }
}

// traceBegin()
static napi_value TraceBegin(napi_env, napi_callback_info) {
  trace = std::make_unique<Trace>();
  return nullptr;
}

// traceAbort(): forgets the open trace.
static napi_value TraceAbort(napi_env, napi_callback_info) {
  trace.reset();
  return nullptr;
}

// traceParameter(shape, dtype): an input of the function.
static napi_value TraceParameter(napi_env env, napi_callback_info info) {
  auto arguments = Arguments<2>(env, info);
  TF_AutoStatus status;
  auto *node = TF_NewOperation(trace->graph, "Placeholder", trace->NextName().c_str());
  auto shape = ToInts(env, arguments[0]);
  TF_SetAttrType(node, "dtype", static_cast<TF_DataType>(ToInt(env, arguments[1])));
  TF_SetAttrShape(node, "shape", shape.data(), shape.size());
  TF_Operation *operation = TF_FinishOperation(node, status.status);
  return Failed(env, status.status) ? nullptr : Describe(env, {operation, 0});
}

// traceConstant(shape, dtype, typedArray): a value that is part of the function.
static napi_value TraceConstant(napi_env env, napi_callback_info info) {
  auto arguments = Arguments<3>(env, info);
  auto shape = ToInts(env, arguments[0]);
  auto dtype = static_cast<TF_DataType>(ToInt(env, arguments[1]));
  napi_typedarray_type kind;
  size_t length;
  void *data;
  napi_get_typedarray_info(env, arguments[2], &kind, &length, &data, nullptr, nullptr);
  size_t bytes = length * TF_DataTypeSize(dtype);
  TF_AutoStatus status;
  TF_Tensor *tensor = TF_AllocateTensor(dtype, shape.data(), shape.size(), bytes);
  memcpy(TF_TensorData(tensor), data, bytes);
  auto *node = TF_NewOperation(trace->graph, "Const", trace->NextName().c_str());
  TF_SetAttrType(node, "dtype", dtype);
  TF_SetAttrTensor(node, "value", tensor, status.status);
  TF_Operation *operation = TF_FinishOperation(node, status.status);
  TF_DeleteTensor(tensor);
  return Failed(env, status.status) ? nullptr : Describe(env, {operation, 0});
}

// traceOp(name, attributes, ids, outputs): the arguments and the result of executeOp.
static napi_value TraceOp(napi_env env, napi_callback_info info) {
  // Operations whose first inputs are one list, with the number of inputs that follow the list.
  static const std::map<std::string, size_t> kListInputs = {
      {"AddN", 0}, {"ConcatV2", 1}, {"Einsum", 0}, {"Pack", 0}, {"XlaOptimizationBarrier", 0}};
  auto arguments = Arguments<4>(env, info);
  TF_AutoStatus status;
  std::string name = ToString(env, arguments[0]);
  auto *node = TF_NewOperation(trace->graph, name.c_str(), trace->NextName().c_str());
  auto ids = ToInts(env, arguments[2]);
  size_t next = 0;
  if (auto list = kListInputs.find(name); list != kListInputs.end()) {
    std::vector<TF_Output> inputs;
    while (next + list->second < ids.size()) inputs.push_back(trace->At(ids[next++]));
    TF_AddInputList(node, inputs.data(), inputs.size());
  }
  while (next < ids.size()) TF_AddInput(node, trace->At(ids[next++]));
  for (uint32_t i = 0; i < Length(env, arguments[1]); i++) SetAttribute(env, node, Element(env, arguments[1], i));
  TF_Operation *operation = TF_FinishOperation(node, status.status);
  if (Failed(env, status.status)) return nullptr;
  auto outputs = static_cast<int>(ToInt(env, arguments[3]));
  if (outputs > TF_OperationNumOutputs(operation)) {
    return Throw(env, std::to_string(outputs) + " outputs were asked of an operation that has " +
                          std::to_string(TF_OperationNumOutputs(operation)));
  }
  napi_value infos;
  napi_create_array_with_length(env, outputs, &infos);
  for (int i = 0; i < outputs; i++) {
    napi_value output = Describe(env, {operation, i});
    if (!output) return nullptr;
    napi_set_element(env, infos, i, output);
  }
  return infos;
}

// traceEnd(name, parameterIds, outputIds, xla): makes the open trace the function `name`. What no output needs is left
// out: an attack whose only output is δ contains no gradient of a weight.
static napi_value TraceEnd(napi_env env, napi_callback_info info) {
  auto arguments = Arguments<4>(env, info);
  TF_AutoStatus status;
  std::vector<TF_Output> inputs, outputs;
  for (auto id : ToInts(env, arguments[1])) inputs.push_back(trace->At(id));
  for (auto id : ToInts(env, arguments[2])) {  // An Identity each: an output may be a parameter, or appear twice.
    auto *node = TF_NewOperation(trace->graph, "Identity", trace->NextName().c_str());
    TF_AddInput(node, trace->At(id));
    outputs.push_back({TF_FinishOperation(node, status.status), 0});
    if (Failed(env, status.status)) return nullptr;
  }
  TF_Function *function =
      TF_GraphToFunction(trace->graph, ToString(env, arguments[0]).c_str(), 0, -1, nullptr, inputs.size(), inputs.data(),
                         outputs.size(), outputs.data(), nullptr, nullptr, "", status.status);
  if (Failed(env, status.status)) return nullptr;
  const char kTrue[] = {0x28, 0x01};  // the message AttrValue{b: true}
  if (ToBool(env, arguments[3])) {
    TF_FunctionSetAttrValueProto(function, "_XlaMustCompile", kTrue, sizeof kTrue, status.status);
  }
  if (TF_GetCode(status.status) == TF_OK) {
    TFE_ContextAddFunction(EagerContext(*GetTFJSBackend(env)), function, status.status);
  }
  TF_DeleteFunction(function);
  trace.reset();
  Failed(env, status.status);
  return nullptr;
}

// functionRelease(name)
static napi_value FunctionRelease(napi_env env, napi_callback_info info) {
  auto arguments = Arguments<1>(env, info);
  TF_AutoStatus status;
  TFE_ContextRemoveFunction(EagerContext(*GetTFJSBackend(env)), ToString(env, arguments[0]).c_str(), status.status);
  Failed(env, status.status);
  return nullptr;
}

// ---- The module ----------------------------------------------------------------------------------------------------

static napi_value Init(napi_env env, napi_value exports) {
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kError);
  exports = InitTFNodeJSBinding(env, exports);
  const std::pair<const char *, napi_callback> methods[] = {
      {"traceBegin", TraceBegin}, {"traceAbort", TraceAbort}, {"traceParameter", TraceParameter},
      {"traceConstant", TraceConstant}, {"traceOp", TraceOp}, {"traceEnd", TraceEnd}, {"functionRelease", FunctionRelease},
      {"releaseMemory", ReleaseMemory}};
  for (auto [name, method] : methods) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, method, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}
NAPI_MODULE(tfe_binding, Init)

}  // namespace tfnodejs
