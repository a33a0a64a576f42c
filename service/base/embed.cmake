# Turns a data file into a C++ source that defines its bytes as a string_view.
# Hex digits are used because raw string literals have a length limit in some compilers.
file(READ "${INPUT}" hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
# Split into short literals: a \x escape would otherwise swallow nothing, but lines stay readable.
string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?(\\\\x[0-9a-f][0-9a-f])?)" "\"\\1\"\n" lines "${escaped}")
file(WRITE "${OUTPUT}" "#include <string_view>\n\nnamespace quotes::data {\nextern const std::string_view ${SYMBOL};\nconst std::string_view ${SYMBOL}(\n${lines}\"\", ${size});\n}  // namespace quotes::data\n")
