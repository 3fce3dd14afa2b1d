//! Every pin: that it is set, and what goes wrong without it where that can be shown.
