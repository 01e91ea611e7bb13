// A C face for toml++: one parse, a flat list of nodes, positions for keys and values.
//
// No exception and no abort leaves this interface, whatever the octets are: input and nesting are
// bounded before the parser sees them, and its assertions become errors.
#ifndef POSTCHUTE_CTOML_H
#define POSTCHUTE_CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The longest document in octets.
#define CTOML_MAXIMUM_OCTETS 1048576

/// The deepest nesting of arrays and inline tables, and the most segments of a dotted key.
#define CTOML_MAXIMUM_NESTING 16

/// What a node holds.
enum ctoml_type {
    CTOML_TABLE = 0,
    CTOML_ARRAY = 1,
    CTOML_STRING = 2,
    CTOML_INTEGER = 3,
    CTOML_FLOAT = 4,
    CTOML_BOOLEAN = 5,
    CTOML_DATE_TIME = 6,
};

/// One key with its value, or one element of an array.
///
/// Lines and columns start at 1; 0 says that the parser knows no position. Texts are UTF-8, are
/// not terminated, may hold NUL, and live as long as their document.
struct ctoml_node {
    /// Index of the table or array that holds this node; -1 for the root table, always node 0.
    int32_t parent;
    /// One of `ctoml_type`.
    int32_t type;
    /// The key; empty for the root and for elements of an array.
    const char *_Nullable key;
    size_t key_length;
    int32_t key_line;
    int32_t key_column;
    /// Where the value starts.
    int32_t line;
    int32_t column;
    /// The string, or the text of a date or time.
    const char *_Nullable text;
    size_t text_length;
    int64_t integer;
    double floating;
    bool boolean;
};

/// Why a document could not be parsed.
struct ctoml_error {
    int32_t line;
    int32_t column;
    /// UTF-8, terminated; shortened when it does not fit.
    char message[512];
};

/// A parsed document.
typedef struct ctoml_document ctoml_document;

/// Parses a document; returns NULL and fills `error` when it cannot.
///
/// Free the document with `ctoml_free`. `octets` may be NULL when `length` is 0 and is not used
/// after the call.
ctoml_document *_Nullable ctoml_parse(
    const char *_Nullable octets, size_t length, struct ctoml_error *_Nonnull error);

/// The number of nodes; every node stands after its parent, children in the order of the text.
size_t ctoml_count(const ctoml_document *_Nonnull document);

/// The nodes, valid until `ctoml_free`.
const struct ctoml_node *_Nonnull ctoml_nodes(const ctoml_document *_Nonnull document);

/// Frees a document; NULL is allowed.
void ctoml_free(ctoml_document *_Nullable document);

#ifdef __cplusplus
}
#endif
#endif
