namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Tests that measure the memory of the process or need the whole machine. No other test runs at the same
/// time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
