// Every test starts processes, and some measure time, so tests do not run in parallel.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
