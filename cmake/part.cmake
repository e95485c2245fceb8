# bitshed_part(NAME ROOT <dir> SOURCES ... LINKS ...): one part of the house as a static library.
# ROOT is the folder that includes are written from ("format/decoded.hpp"). What a part may link
# is what it may include; tests/layering_test.py reads every #include and holds the same table.
find_program(BITSHED_CCACHE ccache)
if(BITSHED_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BITSHED_CCACHE})
endif()

function(bitshed_compile_options target)
  # Designated initializers leave fields at their defaults on purpose.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow
                                           -Wno-missing-field-initializers)
  # g++ 12 sees overlaps and overflows in its own std::string and in Boost that are not there (its
  # bug 105651), but only when it optimizes.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-stringop-overflow
                                             -Wno-array-bounds)
  endif()
  if(BITSHED_STRICT)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(BITSHED_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
  if(BITSHED_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY 
                          "clang-tidy-14;--quiet;--extra-arg=-Wno-unknown-warning-option")
  endif()
endfunction()

function(bitshed_part name)
  cmake_parse_arguments(PART "" "ROOT" "SOURCES;LINKS" ${ARGN})
  add_library(bitshed_${name} STATIC ${PART_SOURCES})
  target_include_directories(bitshed_${name} PUBLIC ${PART_ROOT})
  target_link_libraries(bitshed_${name} PUBLIC ${PART_LINKS})
  bitshed_compile_options(bitshed_${name})
endfunction()
