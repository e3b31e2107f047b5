namespace OrleansUploads.Simulation.Tests;

/// <summary>The tests with real servers. They run one at a time and after all others: simulated worlds keep the threads of this process busy
/// for many seconds, so that answers of a real server would seem to be late.</summary>
[CollectionDefinition(nameof(RealServers), DisableParallelization = true)]
public sealed class RealServers;
