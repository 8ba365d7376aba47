//! The attribute: the forms that an annotated function may have, and the places it may stand in.
//! The compiler's messages for all other forms are in `ui`.

mod forms;
mod placement;
