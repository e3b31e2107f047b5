// Every test starts processes and some measure time, so they do not run side by side.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
