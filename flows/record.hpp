// Results kept beside the unit they speak of: MODULE.verify.json, MODULE.synth.TARGET.json.
//
// A record holds the SHA-256 of the Verilog that was judged or measured. Once the Verilog has
// changed, the record is stale and says nothing about the unit any more.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/result.hpp"

namespace bitshed::flows {

/// Writes folder/MODULE.KIND.json. `kind` is "verify" or "synth.TARGET"; `verilog` is the text
/// that was judged, which must be the unit's own and not a stand-in's. Error (files): unwritable.
Outcome record_result(const std::filesystem::path& folder, const std::string& module,
                      const std::string& kind, const std::string& verilog,
                      const nlohmann::ordered_json& result);

enum class RecordState {
    absent,
    fresh,       ///< of this very Verilog
    stale,       ///< of a Verilog that has changed since
    unreadable,  ///< no record of bitshed's
};

struct Record {
    RecordState state = RecordState::absent;
    nlohmann::ordered_json result;  ///< an object where the state is fresh, else null
};

/// Reads folder/MODULE.KIND.json against the Verilog as it is now.
Record read_record(const std::filesystem::path& folder, const std::string& module,
                   const std::string& kind, const std::string& verilog);

}  // namespace bitshed::flows
