// Most tests wait for processes.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 2)]

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>The tests that disturb a cluster under load, or measure time. They run one after the other, after all others.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
