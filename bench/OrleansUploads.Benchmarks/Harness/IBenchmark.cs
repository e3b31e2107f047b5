namespace OrleansUploads.Benchmarks.Harness;

/// <summary>A measurement against a baseline, with bars that must hold.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>Measures, and returns one verdict for each bar.</summary>
    /// <param name="session">The folder, and whether to run quickly.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken);
}
