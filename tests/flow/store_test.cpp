// The store of a sweep from within; what a sweep makes of it is in sweep_test.py.
#include "flows/store.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "support/files.hpp"

using namespace bitshed;

TEST_CASE("store: many that open a fresh one at once all get it") {
    const ScratchFolder folder("store");
    for (int round = 0; round < 40; ++round) {
        const auto path = folder.path() / (std::to_string(round) + ".sqlite");
        std::atomic<int> waiting{4}, opened{0};
        {
            std::vector<std::jthread> openers;
            for (int i = 0; i < 4; ++i)
                openers.emplace_back([&] {
                    --waiting;
                    while (waiting > 0) std::this_thread::yield();
                    if (flows::Store::open(path, flows::StoreAccess::write).ok()) ++opened;
                });
        }
        REQUIRE(opened == 4);
    }
}
