namespace OrleansUploads.Core.Jobs;

/// <summary>How long retrievals take.</summary>
public sealed record RetrievalPolicy
{
    /// <summary>Delay before the output may be read. The default is none.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;
}
