using OrleansUploads.Simulation.Workload;

namespace OrleansUploads.Simulation.Judging;

/// <summary>The model of an upload or a vault: rules over states that are encoded as numbers.</summary>
internal interface IRules
{
    /// <summary>The possible results of a request if it is carried out now.</summary>
    void Apply(ulong state, Request request, List<(ulong Next, Verdict Verdict)> into);

    /// <summary>The changes that may happen now without a request.</summary>
    void Spontaneous(ulong state, List<ulong> into);

    /// <summary>Changes whenever <see cref="Spontaneous"/> or <see cref="Apply"/> would return a different result.</summary>
    int Context { get; }
}
