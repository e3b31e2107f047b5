namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Tests that look at the memory of the process, or that need all of the machine: nothing else runs beside
/// them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
