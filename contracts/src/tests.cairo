mod audit;
mod board;
mod registry;
mod rules;
mod support;
mod test_directory;
