namespace OrleansUploads.Benchmarks.Harness;

/// <summary>Something measured against a baseline, with a bar to clear.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>Measures; one verdict for each bar.</summary>
    /// <param name="session">Where, and how thoroughly.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken);
}
