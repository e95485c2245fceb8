// Drives a bench: a row of input words before every rising edge of the clock, a row of output words
// after it. Arguments: stimulus file, response file, rows, seed of the initial state. The response
// ends with a row of the bits that ever changed between two rising edges.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "Vbench.h"
#include "verilated.h"

namespace {

constexpr int trouble_with_files = 3;
constexpr int ended_itself = 4;

int give_up(const char* what) {
    std::perror(what);
    return trouble_with_files;
}

}  // namespace

int main(int, char** arguments) {
    std::FILE* const stimulus = std::fopen(arguments[1], "rb");
    if (stimulus == nullptr) return give_up(arguments[1]);
    std::FILE* const response = std::fopen(arguments[2], "wb");
    if (response == nullptr) return give_up(arguments[2]);
    const long long rows = std::atoll(arguments[3]);

    VerilatedContext context;
    context.randReset(2);  // registers start at anything
    context.randSeed(std::atoi(arguments[4]));
    Vbench bench{&context, "bench"};
    constexpr std::size_t in_size = sizeof bench.stimulus_i;
    constexpr std::size_t out_size = sizeof bench.response_o;
    constexpr std::size_t out_words = out_size / sizeof(EData);

    // What the units print goes to a log; a flood of it must not fill the disk.
    const rlim_t most = static_cast<rlim_t>(rows + 1) * out_size + (16u << 20);
    const rlimit limit{most, most};
    setrlimit(RLIMIT_FSIZE, &limit);

    EData before[out_words];
    EData moved[out_words] = {};
    for (long long row = 0; row < rows; ++row) {
        if (std::fread(&bench.stimulus_i, in_size, 1, stimulus) != 1) return give_up("stimulus");
        bench.clk_i = 0;
        bench.drive_i = 1;
        bench.eval();
        if (row > 0)
            for (std::size_t i = 0; i < out_words; ++i) moved[i] |= bench.response_o[i] ^ before[i];
        bench.drive_i = 0;
        bench.clk_i = 1;
        bench.eval();
        if (context.gotFinish()) {
            std::fprintf(stderr, "bitshed: the simulation ended itself in cycle %lld\n", row);
            return ended_itself;
        }
        std::memcpy(before, &bench.response_o, out_size);
        if (std::fwrite(before, out_size, 1, response) != 1) return give_up("response");
    }
    if (std::fwrite(moved, out_size, 1, response) != 1) return give_up("response");
    if (std::fclose(response) != 0) return give_up("response");
    std::exit(EXIT_SUCCESS);  // without the units' final blocks
}
