// From a spec to its register-transfer module. Pure: the same spec gives the same module.
#pragma once

#include "mac/spec.hpp"
#include "rtl/module.hpp"

namespace bitshed::mac {

/// The unit of `spec`, without findings. docs/arithmetic.md explains the datapath.
rtl::Module build_mac(const MacSpec& spec);

}  // namespace bitshed::mac
