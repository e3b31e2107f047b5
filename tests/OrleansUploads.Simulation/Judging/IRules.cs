using OrleansUploads.Simulation.Workload;

namespace OrleansUploads.Simulation.Judging;

/// <summary>The model of one thing, as a set of rules over states that fit a number.</summary>
internal interface IRules
{
    /// <summary>What a request may lead to, were it carried out at once.</summary>
    void Apply(ulong state, Request request, List<(ulong Next, Verdict Verdict)> into);

    /// <summary>What may happen without being asked for, now.</summary>
    void Spontaneous(ulong state, List<ulong> into);

    /// <summary>Changes whenever <see cref="Spontaneous"/> or <see cref="Apply"/> would answer otherwise than before.</summary>
    int Context { get; }
}
