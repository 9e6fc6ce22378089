// Catch2 and the product both have a CHECK; in a test it is Catch2's. Include last.
#pragma once

#undef CHECK
#include <catch2/catch.hpp>
