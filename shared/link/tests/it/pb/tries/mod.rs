//! Try: both ends against each other, either against what makes no sense, and ours against real masters.

mod arguments;
mod desk;
mod hostile;
mod real_master;
mod together;
