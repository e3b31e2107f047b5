namespace OrleansUploads.Simulation.Judging;

/// <summary>The model of an upload or a vault: rules over states that are encoded as numbers.</summary>
internal interface IRules
{
    void Apply(ulong state, Request request, List<(ulong Next, Verdict Verdict)> into);

    void Spontaneous(ulong state, List<ulong> into);

    /// <summary>The state after requests that were carried out, but not answered, are undone; null if nothing can undo them now.</summary>
    ulong? Undo(ulong state);

    /// <summary>Whether <see cref="Undo"/> undoes a request. Then its answer is <see cref="Verdict.NotFound"/>.</summary>
    bool CanBeUndone(Request request);

    /// <summary>Changes whenever another member would return a different result.</summary>
    int Context { get; }
}
