# What `bitshed quantize` is built with: LibTorch, ONNX and zlib. Without them the rest of bitshed is
# built, and `bitshed quantize` says so.
#
# BITSHED_QUANT: AUTO builds it where they are found, ON insists, OFF does without. BITSHED_WITH_QUANT
# says what came out.
set(BITSHED_QUANT AUTO CACHE STRING "Build the quantizer (LibTorch, ONNX): AUTO, ON or OFF")
set_property(CACHE BITSHED_QUANT PROPERTY STRINGS AUTO ON OFF)
set(BITSHED_WITH_QUANT OFF)
if(BITSHED_QUANT STREQUAL "OFF")
  return()
endif()

find_package(Torch QUIET)
find_package(ONNX CONFIG QUIET)
find_package(ZLIB QUIET)
if(Torch_FOUND AND ONNX_FOUND AND ZLIB_FOUND)
  set(BITSHED_WITH_QUANT ON)
  add_library(bitshed_torch INTERFACE)
  target_link_libraries(bitshed_torch INTERFACE ${TORCH_LIBRARIES})
  message(STATUS "quantizer: built with LibTorch ${Torch_VERSION}")
elseif(BITSHED_QUANT STREQUAL "ON")
  message(FATAL_ERROR "BITSHED_QUANT is ON, but LibTorch, ONNX or zlib is missing (on Debian: "
                      "libtorch-dev libonnx-dev protobuf-compiler zlib1g-dev)")
else()
  message(STATUS "quantizer: left out, since LibTorch, ONNX or zlib is missing (on Debian: "
                 "libtorch-dev libonnx-dev protobuf-compiler zlib1g-dev)")
endif()
