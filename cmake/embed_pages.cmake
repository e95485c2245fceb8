# bitshed_embed_pages(TARGET FILES...): makes each page of templates/ a std::string_view constant,
# declared in the generated header "templates/pages.hpp", so that the executable is one file.
# A page NAME.EXT becomes bitshed::templates::NAME_EXT ('-' and '.' turn into '_').
function(bitshed_embed_pages target)
  set(declarations "")
  set(definitions "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    string(REGEX REPLACE "[-.]" "_" identifier ${file})
    file(READ ${file} text)
    string(APPEND declarations "extern const std::string_view ${identifier};\n")
    string(APPEND definitions
           "const std::string_view ${identifier} = R\"__page__(${text})__page__\";\n")
  endforeach()
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(PAGE_DECLARATIONS "${declarations}")
  set(PAGE_DEFINITIONS "${definitions}")
  file(CONFIGURE OUTPUT ${dir}/templates/pages.hpp CONTENT
"// Made by cmake/embed_pages.cmake from the files of templates/.
#pragma once
#include <string_view>
namespace bitshed::templates {
@PAGE_DECLARATIONS@}
" @ONLY)
  file(CONFIGURE OUTPUT ${dir}/pages.cpp CONTENT
"#include \"templates/pages.hpp\"
namespace bitshed::templates {
@PAGE_DEFINITIONS@}
" @ONLY)
  add_library(${target} STATIC ${dir}/pages.cpp)
  target_include_directories(${target} PUBLIC ${dir})
endfunction()
