// The one main of every test program; compiled once, for Catch2's header is large.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
