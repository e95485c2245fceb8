#include "cli/mac_options.hpp"

namespace bitshed::cli {

void add_mac_options(CLI::App* verb, mac::MacOptions& options) {
    const std::string group = "Unit";
    verb->add_option(
        "SPEC", options.spec,
        "WEIGHT*ACTIVATION[+ACCUMULATOR], as in 'e4m3*e4m3+exact'; quote it in a shell");
    verb->add_option("--weight", options.weight, "Weight format, instead of SPEC")->group(group);
    verb->add_option("--activation", options.activation, "Activation format")->group(group);
    verb->add_option("--accumulator", options.accumulator,
                     "exact (default), fixed<B> or a float format")
        ->group(group);
    verb->add_option("--terms", options.terms, "Products an exact sum may have (default 4608)")
        ->group(group);
    verb->add_option("--width", options.width,
                     "Width of an exact accumulator: tight (default) or paper")
        ->group(group);
    verb->add_option("--overflow", options.overflow,
                     "wrap, saturate or ieee, for accumulator and result")
        ->group(group);
    verb->add_option("--result", options.result,
                     "The sum as a value of this format too, rounded once")
        ->group(group);
    verb->add_option("--lanes", options.lanes, "Pairs a cycle, 1 to 64 (default 1)")->group(group);
    verb->add_option("--stages", options.stages,
                     "Registers before the accumulating one, 0 to 4 (default 0)")
        ->group(group);
    verb->add_option("--handshake", options.handshake, "none (default), valid or stream")
        ->group(group);
    verb->add_option("--shifter", options.shifter,
                     "How products are moved: blocks (default), or chain, which --effort area "
                     "makes smaller on ecp5")
        ->group(group);
    verb->add_flag("--enable", options.enable, "An enable input; with --handshake none")
        ->group(group);
}

}  // namespace bitshed::cli
