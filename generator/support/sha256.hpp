// SHA-256 (FIPS 180-4), to tell whether a file is still the one that was judged; the same digits
// as sha256sum(1).
#pragma once

#include <string>
#include <string_view>

namespace bitshed {

/// 64 lower-case hex digits.
std::string sha256(std::string_view bytes);

}  // namespace bitshed
