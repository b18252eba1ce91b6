mod support;
mod test_directory;
mod test_job_board;
mod test_types;
mod test_worker_registry;
