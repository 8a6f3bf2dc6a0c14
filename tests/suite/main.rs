//! The black-box suites, as one binary: each file is one.
